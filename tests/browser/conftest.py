"""The road on which a real browser walks."""

from tests.pages.conftest import road

__all__ = ["road"]
