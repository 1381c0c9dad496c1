"""What the use cases are given beside the database: settings, store, policies, the keys of receipts and of the log."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import cast

from flask import current_app

from config import Settings
from evidence.checkpoints import LogKey
from evidence.receipts import SigningKey
from evidence.storage.base import OriginalStore
from server.policy import Policies

EXTENSION = "saksi"


@dataclass(frozen=True, slots=True)
class Engines:
    """The engines that the settings chose, one set per application.

    ``receipt_key_on_record`` is set once the public half of the key was seen in the database.
    """

    settings: Settings
    store: OriginalStore
    policies: Policies
    receipt_key: SigningKey
    log_key: LogKey
    receipt_key_on_record: threading.Event = field(default_factory=threading.Event)


def engines() -> Engines:
    """The engines of the running application."""
    return cast(Engines, current_app.extensions[EXTENSION])
