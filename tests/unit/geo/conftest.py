"""A busy machine is no fault of the code: properties are tried without a deadline each."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
