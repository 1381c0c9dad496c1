"""Whether a process can listen where its settings say, asked before it starts and told in one sentence."""

from __future__ import annotations

import socket

import click

import config


def check_port(host: str, port: int, setting: str) -> None:
    """Say plainly that a port is taken, where what is to listen on it would only fail to start.

    Raises:
        click.ClickException: it cannot be listened on; ``setting`` is what chooses another.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            message = f"Cannot listen on {host}:{port} ({error.strerror}). Choose {setting}."
            raise click.ClickException(message) from error


def check_metrics_port(settings: config.TelemetrySettings) -> None:
    """The same for the address of the figures, where there is one.

    Raises:
        click.ClickException: as ``check_port``.
    """
    if settings.metrics_port is not None:
        check_port(settings.metrics_host, settings.metrics_port, "SAKSI_METRICS_PORT")
