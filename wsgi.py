"""The application for a WSGI server: ``granian --interface wsgi --factory wsgi:build``."""

from __future__ import annotations

from flask import Flask

from server import jobs
from server.app import create_app


def build() -> Flask:
    """The application with the settings of the environment and its job threads running."""
    app = create_app()
    jobs.start_threads(app)
    return app
