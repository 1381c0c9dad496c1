"""The application for a WSGI server: ``granian --interface wsgi --factory wsgi:build``."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
from datetime import datetime
from functools import partial
from multiprocessing.util import Finalize

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from server import in_use, jobs, stores
from server.app import create_app
from server.db import db
from server.engines import engines
from server.services import receipts, uploads
from server.services.second_look import drawing, periods
from server.slow_clients import SlowClients
from server.telemetry import process
from server.times import utc_now
from server.upkeep import Upkeep

LOG = logging.getLogger("saksi")
#: Seconds after which a thread that computes lets another one run. An upload waits for the disk a dozen
#: times; with Python's 5 ms it would wait as often behind a thread that is busy computing.
SWITCH_INTERVAL_S = 0.0005
#: What a stop waits for the job that runs; one that takes longer is done again by another process.
LAST_JOB_S = 20.0
#: And for the last events to have their places, once the jobs are done; another process does what is left.
LAST_PLACES_S = 5.0
PARENT_TICK_S = 1.0


def _stop_with(parent: int) -> None:
    """Stop as if asked to once the process that started this one is gone.

    Killed, it can tell nobody; what it leaves would go on answering on the port beside the server started next.
    """
    while os.getppid() == parent:
        time.sleep(PARENT_TICK_S)
    os.kill(os.getpid(), signal.SIGTERM)


def _announce_receipt_key() -> None:
    """Say by which key this process signs receipts; where the database is away, its first receipt or sweep will."""
    try:
        receipts.announce(now=utc_now())
    except SQLAlchemyError as error:
        LOG.warning("the key of receipts could not be put on record yet: %s", error)
    finally:
        db.session.remove()
        db.engine.dispose()


def sweep(app: Flask, now: datetime) -> None:
    """What is due every hour: uploads that expired, second looks, and the key of receipts that is not on record yet."""
    with app.app_context():
        uploads.sweep(now=now)
        periods.keep_up(now=now)
        drawing.give_anew(now=now)
        if not engines().receipt_key_on_record.is_set():
            receipts.announce(now=now)


def build() -> Flask:
    """The application with the settings of the environment and its job threads running.

    Raises:
        server.in_use.InUseError: a backup is being brought back into its database.
    """
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    app = create_app()
    with app.app_context():
        settings, store = engines().settings, engines().store
        in_use.work_on(settings.database_url)
        _announce_receipt_key()
    process.begin(app)
    slow = SlowClients(app.wsgi_app, port=settings.port, patience_s=settings.serving.slow_body_seconds)
    app.wsgi_app = slow  # type: ignore[method-assign]
    slow.watch()
    keep_swept = partial(stores.keep_swept, store, threading.Event(), partial(sweep, app))
    threading.Thread(target=keep_swept, name="sweep", daemon=True).start()
    if multiprocessing.parent_process() is not None:
        threading.Thread(target=_stop_with, args=(os.getppid(),), name="parent", daemon=True).start()
    runners = jobs.start_threads(app)
    if runners is not None:
        Finalize(None, Upkeep(app).stop, args=(LAST_PLACES_S,), exitpriority=90)
        # The server's processes end without the interpreter's own farewell; multiprocessing has this one.
        Finalize(None, runners.stop, args=(LAST_JOB_S,), exitpriority=100)
    return app
