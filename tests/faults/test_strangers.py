"""What a stranger can make the server hold."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

import config
from server import slow_clients


@pytest.mark.parametrize("address", ["/sign-in", "/sign-out"])
def test_a_page_takes_no_file_of_a_photos_size(client: FlaskClient, settings: config.Settings, address: str) -> None:
    # Encoded here, because the test client leaves a temporary file open for a large form.
    file = FileStorage(BytesIO(bytes(settings.max_json_bytes + 1)), filename="IMG_0001.jpg")
    boundary, form = encode_multipart({"email": file})
    media_type = f"multipart/form-data; boundary={boundary}"

    assert client.post(address, data=form, content_type=media_type).status_code == 413


@pytest.mark.parametrize("address", ["/sign-in", "/api/v1/session"])
def test_who_is_not_signed_in_sends_no_more_than_the_slow_are_watched_by(client: FlaskClient, address: str) -> None:
    """A larger body could be sent just fast enough, for half an hour, on every thread."""
    media_type = "application/json" if "api" in address else "application/x-www-form-urlencoded"
    most = client.post(address, data=b" " * slow_clients.PIECE_BYTES, content_type=media_type)
    more = client.post(address, data=b" " * (slow_clients.PIECE_BYTES + 1), content_type=media_type)

    assert (most.status_code == 413, more.status_code) == (False, 413)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody looks")
def test_looking_for_slow_clients_takes_no_descriptor_however_often_it_is_done() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))

    for _time in range(3):
        list(slow_clients._connections(8000))

    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody looks")
def test_looking_for_slow_clients_takes_no_lock_from_the_database(tmp_path: Path) -> None:
    """Who closes any descriptor of a file gives up every lock that the process has on it (POSIX, fcntl)."""
    with closing(sqlite3.connect(tmp_path / "saksi.sqlite3", isolation_level=None)) as ours:
        ours.execute("PRAGMA journal_mode=WAL")
        ours.execute("CREATE TABLE kept (number)")

        list(slow_clients._connections(8000))
        # The last one to close a database takes its log away, and all that is still written to it is lost.
        another = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT * FROM kept'); c.close()"
        subprocess.run([sys.executable, "-c", another, tmp_path / "saksi.sqlite3"], check=True)

        assert (tmp_path / "saksi.sqlite3-wal").exists()
