"""Where originals and derived copies are kept, behind one contract for every kind of store."""

from evidence.storage.base import Incoming, OriginalStore
from evidence.storage.local import LocalStore

__all__ = ["Incoming", "LocalStore", "OriginalStore"]
