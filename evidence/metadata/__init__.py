"""What the bytes of a photo say about themselves: type, wholeness, place, time.

Nothing here decodes a pixel or judges a claim. Everything is bounded: no input may
hang, grow memory past a fixed limit, or raise anything but the room's own errors.
"""

from evidence.metadata.reader import read
from evidence.metadata.times import in_zone

__all__ = ["in_zone", "read"]
