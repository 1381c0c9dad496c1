"""What pages load: the stylesheet, the modules of the build, and that both may be kept for a year."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from config import MapSettings
from server import assets
from server.engines import EXTENSION, engines
from tests.pages.browse import Visitor


@pytest.fixture
def build(app: Flask, tmp_path: Path) -> Path:
    """A build with one module."""
    (tmp_path / "assets").mkdir()
    (tmp_path / ".vite").mkdir()
    (tmp_path / "assets" / "forms-abc.js").write_text("let kept = 1")
    manifest = {"pages/forms.ts": {"file": "assets/forms-abc.js", "src": "pages/forms.ts", "isEntry": True}}
    (tmp_path / ".vite" / "manifest.json").write_text(json.dumps(manifest))
    app.config[assets.BUILD] = tmp_path
    return tmp_path


def test_every_page_has_the_stylesheet_under_a_name_that_changes_with_it(anyone: Visitor, client: FlaskClient) -> None:
    anyone.go("/")
    address = f"/assets/{assets.stylesheet().name}"
    assert f'<link rel="stylesheet" href="{address}">' in anyone.html

    answer = client.get(address)

    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.mimetype == "text/css"
    assert b"--paper" in answer.data
    assert answer.data.endswith((assets.STYLES / "print.css").read_bytes()), "nothing overrules what is for paper"


def test_the_stylesheet_travels_small_to_who_takes_it_small(client: FlaskClient) -> None:
    name = assets.stylesheet().name

    zipped = client.get(f"/assets/{name}", headers={"Accept-Encoding": "gzip"})
    plain = client.get(f"/assets/{name}", headers={"Accept-Encoding": "*"})

    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.data) == plain.data
    assert "Content-Encoding" not in plain.headers


def test_a_module_is_found_by_its_source(app: Flask, client: FlaskClient, build: Path) -> None:
    with app.test_request_context():
        address = assets.module_address("forms")

    assert address == "/assets/forms-abc.js"
    assert client.get(address).data == b"let kept = 1"


def test_a_module_that_was_not_built_is_left_out(app: Flask, tmp_path: Path) -> None:
    app.config[assets.BUILD] = tmp_path

    with app.test_request_context():
        assert assets.module_address("forms") is None


@pytest.mark.parametrize("name", ["../.vite/manifest.json", "none.js", "%2e%2e/.vite/manifest.json"])
def test_nothing_but_assets_is_served(client: FlaskClient, build: Path, name: str) -> None:
    assert client.get(f"/assets/{name}").status_code == 404


def test_a_browser_may_fetch_the_base_map_and_nothing_else_from_elsewhere(app: Flask, client: FlaskClient) -> None:
    before = client.get("/").headers["Content-Security-Policy"]
    own = engines()
    mapped = replace(own.settings, map=MapSettings("https://tiles.example/{z}/{x}/{y}.png", "© Mappers"))
    app.extensions[EXTENSION] = replace(own, settings=mapped)

    after = client.get("/").headers["Content-Security-Policy"]

    assert "https:" not in before
    assert after.count("https://tiles.example") == 2, "its pictures, and what the map's module asks for"
