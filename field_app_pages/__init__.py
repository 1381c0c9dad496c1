"""The inspector's phone app as files: the built output of ``field_app/``, served at ``/field/``.

Nothing is made here and nobody need be signed in: the app signs in by itself, through the API, and keeps
what it knows on the phone. What this room adds to the files is how long they may be kept, in which
encoding they travel, and what the app's pages may do (``door``).
"""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from field_app_pages import files
from field_app_pages.door import BUILD, bp

__all__ = ["BUILT", "files", "register"]

#: Where ``npm run build`` in ``field_app/`` leaves its output.
BUILT = Path(__file__).resolve().parent.parent / "field_app" / "dist"


def register(app: Flask) -> None:
    """Open the app's address. Where nothing was built yet, it says so."""
    app.config.setdefault(BUILD, BUILT)
    app.register_blueprint(bp)
