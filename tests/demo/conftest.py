"""A house for the demonstration: an empty folder and a free port; pictures that take no time to draw."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from PIL import Image

from demo.house import House
from demo.shots import Shot


def quick_picture(shot: Shot) -> Image.Image:
    """A small plain picture whose colour follows from the photo's name."""
    colour = shot.evidence_id.bytes[:3]
    return Image.new("RGB", (64, 48), (colour[0], colour[1], colour[2]))


class Silent:
    """Progress that nobody watches."""

    def begin(self, title: str, total: int) -> None:
        """Say nothing."""

    def advance(self, what: str) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def house(tmp_path: Path, free_port: int) -> House:
    return House(tmp_path / "demo", free_port)
