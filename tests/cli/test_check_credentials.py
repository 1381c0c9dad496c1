"""``saksi check`` tells of the certificate that signs public copies, and of the trust list, while there is time."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import config
from server import signing
from server.signing import SIGNER_LASTS
from tests.cli.conftest import Saksi


def line(saksi: Saksi, part: str) -> dict[str, Any]:
    lines = json.loads(saksi("check", "--json").output)["lines"]
    found: dict[str, Any] = next(each for each in lines if each["part"] == part)
    return found


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Make a certificate whose life began so long ago the operator's own."""

    def give(age: timedelta) -> None:
        settings = config.load({"SAKSI_DATA_ROOT": str(tmp_path / "maker")})
        made = signing.of(settings, now=datetime.now(UTC) - age)
        for name, content in (("CERTIFICATE", made.public_chain), ("KEY", made.signer.key)):
            (tmp_path / name).write_text(content)
            monkeypatch.setenv(f"SAKSI_C2PA_{name}", str(tmp_path / name))

    return give


def test_its_own_certificate_is_good(saksi: Saksi) -> None:
    found = line(saksi, "signer of copies")

    assert found["verdict"] == "ok"
    assert found["found"].startswith("its own certificate, valid until 20")


@pytest.mark.parametrize(("left_days", "verdict"), [(60, "ok"), (20, "warning"), (-1, "fault")])
def test_a_certificate_that_runs_out_is_told(saksi: Saksi, given: Any, left_days: int, verdict: str) -> None:
    given(SIGNER_LASTS - timedelta(days=left_days))

    assert line(saksi, "signer of copies")["verdict"] == verdict


def test_a_certificate_that_cannot_sign_is_a_fault(saksi: Saksi, given: Any, tmp_path: Path) -> None:
    given(timedelta())
    (tmp_path / "KEY").write_text("no key")

    found = line(saksi, "signer of copies")

    assert found["verdict"] == "fault"
    assert "PEM" in found["found"]


def test_a_trust_list_without_certificates_is_a_fault(
    saksi: Saksi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "list.pem").write_text("nothing")
    monkeypatch.setenv("SAKSI_C2PA_TRUSTED", str(tmp_path / "list.pem"))

    assert line(saksi, "trust list")["verdict"] == "fault"
