"""``python -m benches.fraud``: every class of attack and the honest photos, as JSON lines.

``SAKSI_FRAUD_EACH`` cases a class (200), from ``SAKSI_FRAUD_SEED`` (1), by as many processes as there are processors.
"""

from __future__ import annotations

import json
import os
import sys

from benches.__main__ import machine
from benches.fraud.run import run
from benches.fraud.scenes import NoCorpusError, truth


def main() -> int:
    """Print one line a figure; 0 whether or not goals were met, since a figure is not a verdict."""
    try:
        truth()
    except NoCorpusError as error:
        print(f"The fraud bench needs the real photos: {error}.", file=sys.stderr)
        return 1
    each, seed = int(os.environ.get("SAKSI_FRAUD_EACH", "200")), int(os.environ.get("SAKSI_FRAUD_SEED", "1"))
    for row in run(each, seed, os.cpu_count() or 1):
        print(json.dumps(row | {"machine": machine()}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
