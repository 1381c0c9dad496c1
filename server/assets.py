"""What pages load: the one stylesheet, and the modules that the build of ``field_app/pages`` made.

The stylesheet is put together from ``server/styles`` when the application starts, so that pages have their looks on
a machine without Node. Modules are an addition: where they were not built, pages work as they do without JavaScript.
All of it is served under ``/assets/`` by names that hold a hash of the content, and kept for a year.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, current_app, url_for

from server.access import PUBLIC, declare
from server.built_files import IMMUTABLE, answered, named_encodings, sent

#: The key of ``app.config`` under which the folder of the built modules stands.
BUILD = "PAGES_BUILD"
#: Where ``npm run build`` in ``field_app/`` leaves them.
BUILT = Path(__file__).resolve().parent.parent / "field_app" / "dist-pages"
STYLES = Path(__file__).resolve().parent / "styles"
#: These come first, in this order, and the print rules last; rooms of pages stand between by name.
FIRST, LAST = ("tokens.css", "base.css", "frame.css", "parts.css"), ("print.css",)

bp = Blueprint("assets", __name__, url_prefix="/assets")


@dataclass(frozen=True, slots=True)
class Stylesheet:
    """The stylesheet under its hashed name, as it is and as gzip sends it."""

    name: str
    content: bytes
    zipped: bytes


def register(app: Flask) -> None:
    """Serve the assets, and give templates ``stylesheet()`` and ``module(name)``: their addresses."""
    app.config.setdefault(BUILD, BUILT)
    app.register_blueprint(bp)
    app.jinja_env.globals.update(stylesheet=stylesheet_address, module=module_address)


@bp.get("/<path:name>")
@declare(PUBLIC)
def file(name: str) -> Response:
    """One asset by its hashed name."""
    sheet = stylesheet()
    if name == sheet.name:
        zipped = "gzip" in named_encodings()
        return answered(sheet.zipped if zipped else sheet.content, name, IMMUTABLE, "gzip" if zipped else None)
    return sent(_build() / "assets", name, IMMUTABLE)


def stylesheet_address() -> str:
    """Where the stylesheet is."""
    return url_for("assets.file", name=stylesheet().name)


def module_address(source: str) -> str | None:
    """Where the module built from ``field_app/pages/<source>.ts`` is; None where it was not built."""
    entry = _manifest(_build(), _stamp(_build())).get(f"pages/{source}.ts")
    return f"/{entry['file']}" if entry else None


def built_file(source: str) -> Path | None:
    """The built copy of a file that the pages' build takes along as it is (a font, say), by its source's name."""
    entry = _manifest(_build(), _stamp(_build())).get(source)
    return _build() / entry["file"] if entry else None


@lru_cache(maxsize=1)
def stylesheet() -> Stylesheet:
    """All of ``server/styles`` in one, in the order in which rules may overrule each other."""
    between = sorted(path.name for path in STYLES.glob("*.css") if path.name not in FIRST + LAST)
    content = b"".join((STYLES / name).read_bytes() for name in (*FIRST, *between, *LAST))
    name = f"site.{hashlib.sha256(content).hexdigest()[:12]}.css"
    return Stylesheet(name, content, gzip.compress(content, 9, mtime=0))


def _build() -> Path:
    return Path(current_app.config[BUILD])


def _stamp(folder: Path) -> int:
    """Changes when the modules are built anew while the application runs, as they are while somebody works on them."""
    try:
        return (folder / ".vite" / "manifest.json").stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=4)
def _manifest(folder: Path, stamp: int) -> dict[str, Any]:
    if not stamp:
        return {}
    manifest: dict[str, Any] = json.loads((folder / ".vite" / "manifest.json").read_text())
    return manifest
