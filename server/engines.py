"""What the use cases are given beside the database: settings, store, policies and the key of receipts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import current_app

from config import Settings
from evidence.receipts import SigningKey
from evidence.storage.base import OriginalStore
from server.policy import Policies

EXTENSION = "saksi"


@dataclass(frozen=True, slots=True)
class Engines:
    """The engines that the settings chose, one set per application."""

    settings: Settings
    store: OriginalStore
    policies: Policies
    receipt_key: SigningKey


def engines() -> Engines:
    """The engines of the running application."""
    return cast(Engines, current_app.extensions[EXTENSION])
