"""/field/: the phone app's files, how long each may be kept, and what its pages may do."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from field_app_pages.door import BUILD

SCRIPT = b"export const words = 'saksi';" * 20


@pytest.fixture
def build(app: Flask, tmp_path: Path) -> Path:
    """A small build: a page, a worker, and a hashed script with its compressed copy."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>Saksi</title>")
    (tmp_path / "sw.js").write_text("self.skipWaiting")
    (tmp_path / "manifest.webmanifest").write_text("{}")
    (tmp_path / "assets" / "index-abc.js").write_bytes(SCRIPT)
    (tmp_path / "assets" / "index-abc.js.gz").write_bytes(gzip.compress(SCRIPT))
    (tmp_path.parent / "secret.txt").write_text("not for the phone")
    app.config[BUILD] = tmp_path
    return tmp_path


def test_the_page_and_the_worker_are_asked_for_every_time(client: FlaskClient, build: Path) -> None:
    for name in ("", "sw.js", "manifest.webmanifest"):
        answer = client.get(f"/field/{name}")
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache"), name
        again = client.get(f"/field/{name}", headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b""), name


def test_what_is_named_by_its_content_is_kept_for_a_year(client: FlaskClient, build: Path) -> None:
    answer = client.get("/field/assets/index-abc.js")

    assert answer.data == SCRIPT
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.mimetype == "text/javascript"


def test_a_compressed_copy_is_sent_to_who_names_its_encoding(client: FlaskClient, build: Path) -> None:
    answer = client.get("/field/assets/index-abc.js", headers={"Accept-Encoding": "br, gzip"})

    assert answer.headers["Content-Encoding"] == "gzip", "there is no smaller copy"
    assert gzip.decompress(answer.data) == SCRIPT
    assert "Accept-Encoding" in answer.headers["Vary"]


@pytest.mark.parametrize("accepted", ["*", "gzip;q=0", "identity"])
def test_who_names_no_encoding_gets_the_file_as_it_is(client: FlaskClient, build: Path, accepted: str) -> None:
    answer = client.get("/field/assets/index-abc.js", headers={"Accept-Encoding": accepted})

    assert "Content-Encoding" not in answer.headers
    assert answer.data == SCRIPT


def test_the_pages_may_use_camera_position_and_a_worker_and_run_no_script_of_a_page(
    client: FlaskClient, build: Path
) -> None:
    headers = client.get("/field/").headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))

    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["worker-src"] == policy["style-src"] == "'self'"
    assert policy["img-src"] == "'self' blob:"
    assert policy["frame-ancestors"] == "'none'"
    assert "camera=(self)" in headers["Permissions-Policy"]
    assert "geolocation=(self)" in headers["Permissions-Policy"]


def test_other_pages_gain_nothing_by_it(client: FlaskClient, build: Path) -> None:
    headers = client.get("/").headers

    assert "media-src" not in headers["Content-Security-Policy"]
    assert "accelerometer" not in headers["Permissions-Policy"]


@pytest.mark.parametrize("name", ["../secret.txt", "assets", "assets/index-abc.js.gz", "none.js", "%2e%2e/secret.txt"])
def test_nothing_but_the_builds_own_files_is_served(client: FlaskClient, build: Path, name: str) -> None:
    assert client.get(f"/field/{name}").status_code == 404


@pytest.mark.parametrize(
    "name", ["a" * 256, "a" * 5000, "a/" * 3000, "assets/" + "a" * 300, "%ff", "a%00", "index.html/x"]
)
def test_a_name_that_no_file_can_have_is_not_there(client: FlaskClient, build: Path, name: str) -> None:
    assert client.get(f"/field/{name}").status_code == 404


@pytest.mark.parametrize("name", ["assets/..%2findex.html", "assets/../sw.js", "assets/./../sw.js"])
def test_only_what_lies_among_the_hashed_files_is_kept_for_a_year(client: FlaskClient, build: Path, name: str) -> None:
    answer = client.get(f"/field/{name}")

    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")


def test_an_app_built_anew_is_served_at_once(client: FlaskClient, build: Path) -> None:
    assert client.get("/field/assets/index-def.js").status_code == 404
    (build / "assets" / "index-def.js").write_bytes(SCRIPT)

    assert client.get("/field/assets/index-def.js").data == SCRIPT


def test_an_app_that_was_not_built_says_so_in_words(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    app.config[BUILD] = tmp_path / "nothing"

    answer = client.get("/field/")

    assert answer.status_code == 503
    assert "The phone app is not built yet" in answer.get_data(as_text=True)
    assert "bin/build-field" in answer.get_data(as_text=True)


def test_the_page_is_one_for_all_languages(client: FlaskClient, build: Path) -> None:
    """A service worker finds what it kept only where the answer does not vary by what a page cannot know."""
    vary = client.get("/field/", headers={"Accept-Language": "th"}).headers["Vary"]

    assert "Accept-Language" not in vary
