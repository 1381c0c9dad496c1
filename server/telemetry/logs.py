"""Log lines: JSON for machines, text for a person at a terminal, each with the id of its request.

Nothing personal is written: a request is told by its route, not by its address or query, and a person
by their id.
"""

from __future__ import annotations

import copy
import logging
import logging.config
import sys
from typing import Any

from flask import g, has_request_context

TEXT = "%(asctime)s %(levelname)-7s %(name)s %(message)s %(request_id)s"
JSON_FIELDS = ("asctime", "levelname", "name", "process", "message", "request_id")
RENAMED = {"asctime": "time", "levelname": "level", "name": "logger"}


class NamesRequest(logging.Filter):
    """Gives every line the id of the request in which it was written; outside of one, none."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add ``request_id``; every line passes."""
        record.request_id = g.get("request_id", "") if has_request_context() else ""
        return True


class WithoutThreadAdvice(logging.Filter):
    """Drops the WSGI server's advice to have fewer threads: ours wait for the disk most of the time."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Every other line passes."""
        return not record.getMessage().startswith("Configuration allows spawning")


def configuration(log_format: str) -> dict[str, Any]:
    """The logging of a process, in the form of ``logging.config.dictConfig``.

    Args:
        log_format: ``text``, ``json``, or ``auto``: text where standard error is a terminal.
    """
    kind = log_format if log_format != "auto" else "text" if sys.stderr.isatty() else "json"
    handler = {"class": "logging.StreamHandler", "formatter": kind, "filters": ["request"]}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request": {"()": NamesRequest}, "advice": {"()": WithoutThreadAdvice}},
        "formatters": {"text": {"()": "logging.Formatter", "fmt": TEXT}, "json": _json()},
        "handlers": {"stderr": handler},
        "root": {"level": "WARNING", "handlers": ["stderr"]},
        "loggers": {
            "saksi": {"level": "INFO"},
            "procrastinate.worker": {"level": "INFO"},
            "_granian": {"level": "INFO", "filters": ["advice"]},
        },
    }


def configure(log_format: str) -> None:
    """Set this process's logging up."""
    logging.config.dictConfig(copy.deepcopy(configuration(log_format)))


def _json() -> dict[str, Any]:
    return {
        "()": "pythonjsonlogger.json.JsonFormatter",
        "fmt": JSON_FIELDS,
        "rename_fields": RENAMED,
        "datefmt": "%Y-%m-%dT%H:%M:%S%z",
    }
