"""The guide's program for checking a receipt, run as an inspector would run it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from flask.testing import FlaskClient

from tests.api.calls import Headers, good_photo, put_photo, road_claim

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guide-inspector.md"


def check(folder: Path, receipt: str) -> subprocess.CompletedProcess[str]:
    (program,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    (folder / "check_receipt.py").write_text(program)
    (folder / "receipt.jws").write_text(receipt)
    command = [sys.executable, "check_receipt.py", "keys.json", "receipt.jws"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_guides_program_takes_a_receipt_and_no_changed_one(
    client: FlaskClient, bearer: Callable[[str], Headers], tmp_path: Path
) -> None:
    photo = put_photo(client, bearer("inspector"), good_photo(), road_claim()).get_json()
    (tmp_path / "keys.json").write_bytes(client.get("/.well-known/saksi-keys.json").data)
    head, body, signature = photo["receipt"].split(".")

    held = check(tmp_path, photo["receipt"])
    changed = check(tmp_path, f"{head}.{body[:-2] + ('AA' if body[-2:] != 'AA' else 'BB')}.{signature}")

    assert held.returncode == 0
    assert photo["id"] in held.stdout
    for each in (changed, check(tmp_path, "no receipt"), check(tmp_path, f"{head}.{head}.{signature}")):
        assert each.returncode == 1
        assert each.stderr == "This receipt does not hold: it was changed, or it is not this server's.\n"
