"""``python -m benches.national 100000``: fill a database with so many photos and their works, or find it filled.

A second word is the URL of an empty PostgreSQL database; without it a SQLite file is made.
"""

from __future__ import annotations

import json
import sys

from benches.national.kept import filling_of, portal


def main(words: list[str]) -> int:
    """Fill, and tell what was written and how fast."""
    photos, url = int(words[0]), words[1] if len(words) > 1 else None
    print(json.dumps(filling_of(portal(photos, url))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
