"""The application for a WSGI server: ``granian --interface wsgi --factory wsgi:build``."""

from __future__ import annotations

import sys

from flask import Flask

from server import jobs
from server.app import create_app

#: Seconds after which a thread that computes lets another one run. An upload waits for the disk a dozen
#: times; with Python's 5 ms it would wait as often behind a thread that is busy computing.
SWITCH_INTERVAL_S = 0.0005


def build() -> Flask:
    """The application with the settings of the environment and its job threads running."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    app = create_app()
    jobs.start_threads(app)
    return app
