"""The phone's own core, run by Node, against a real server: enrolment, envelope, tus, receipt, and its pre-check."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import config
from tests.operations.serving import serving

pytest.importorskip("field_api.uploads")
FIELD_APP = Path(__file__).parents[2] / "field_app"
VITEST = FIELD_APP / "node_modules" / "vitest" / "vitest.mjs"


@pytest.mark.skipif(shutil.which("node") is None or not VITEST.exists(), reason="Node or its packages are not here")
def test_a_signed_photo_goes_in_and_comes_back_with_its_receipt(
    settings: config.Settings, bearer: Callable[[str], dict[str, str]], tmp_path: Path
) -> None:
    token = bearer("inspector")["Authorization"].removeprefix("Bearer ")
    with serving(settings, tmp_path / "log") as served:
        ran = subprocess.run(
            ["node", str(VITEST), "run", "tests/real"],
            cwd=FIELD_APP,
            env={**os.environ, "SAKSI_SERVER": served.address, "SAKSI_TOKEN": token, "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "3 passed" in ran.stdout
