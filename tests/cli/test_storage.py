"""``saksi storage prepare``: the buckets made ready, and why others will not do."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from server.commands.storage import storage
from tests.s3 import S3Service, free_port
from tests.s3_stores import client_of, s3_settings


def prepare(monkeypatch: pytest.MonkeyPatch, folder: Path, **variables: str) -> tuple[int, str]:
    """The exit code and everything that was printed."""
    for name, value in {"DATA_ROOT": str(folder), **variables}.items():
        monkeypatch.setenv(f"SAKSI_{name}", value)
    ended = CliRunner().invoke(storage, ["prepare"])
    return ended.exit_code, ended.output


def test_it_makes_both_buckets_and_finds_them_the_next_time(
    s3_service: S3Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wanted = s3_settings(s3_service)
    named = {
        "S3_BUCKET": wanted.bucket,
        "S3_ENDPOINT": s3_service.endpoint,
        "S3_ACCESS_KEY": s3_service.access_key,
        "S3_SECRET_KEY": s3_service.secret_key,
    }

    code, output = prepare(monkeypatch, tmp_path, **named)
    assert (code, output.count("was made")) == (0, 2)
    code, output = prepare(monkeypatch, tmp_path, **named)
    assert (code, output.count("is there")) == (0, 2)

    plain = f"{wanted.bucket}-copies"
    code, output = prepare(monkeypatch, tmp_path, **named | {"S3_BUCKET": plain, "S3_COPIES_BUCKET": wanted.bucket})
    assert (code, "has no versioning" in output) == (1, True)
    assert client_of(wanted).get_bucket_versioning(Bucket=plain).get("Status") is None, "it was not changed"


def test_a_service_that_does_not_answer_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    code, output = prepare(
        monkeypatch, tmp_path, S3_BUCKET="b", S3_ENDPOINT=nowhere, S3_ACCESS_KEY="k", S3_SECRET_KEY="s"
    )

    assert code == 1
    assert "the store does not work now" in output
    assert "Traceback" not in output


def test_a_folder_needs_no_preparing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    code, output = prepare(monkeypatch, tmp_path)

    assert (code, "needs nothing" in output) == (0, True)
