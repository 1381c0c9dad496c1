"""What the use cases are given beside the database: settings, store, policies and the keys that sign."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import cast

from flask import current_app

from config import Settings
from evidence.receipts import SigningKey
from evidence.storage.base import OriginalStore
from server.policy import Policies
from server.signing import Keeper

EXTENSION = "saksi"


@dataclass(frozen=True, slots=True)
class Engines:
    """The engines that the settings chose, one set per application.

    ``receipt_key_on_record`` is set once the public half of the key was seen in the database; ``signers_on_record``
    holds the fingerprints of the certificates of public copies that were.
    """

    settings: Settings
    store: OriginalStore
    policies: Policies
    receipt_key: SigningKey
    signer: Keeper
    receipt_key_on_record: threading.Event = field(default_factory=threading.Event)
    signers_on_record: set[str] = field(default_factory=set)


def engines() -> Engines:
    """The engines of the running application."""
    return cast(Engines, current_app.extensions[EXTENSION])
