"""``python -m benches.fraud``: every class of attack and the honest photos, as JSON lines.

``SAKSI_FRAUD_EACH`` cases a class (200), from ``SAKSI_FRAUD_SEED`` (1), by as many processes as there are processors.
With fewer than 200 the times of look-ups, which take half an hour and 20 GB in the temporary folder, are left out.
"""

from __future__ import annotations

import json
import os
import sys
from itertools import chain

from benches.__main__ import machine
from benches.fraud.run import run
from benches.fraud.scenes import NoCorpusError, truth
from benches.near_pictures_bench import ALL_SIZES, rows_of

#: From so many cases a class on a run is a whole one, and measures how long a look-up among so many pictures takes.
WHOLE = 200


def main() -> int:
    """Print one line a figure; 0 whether or not goals were met, since a figure is not a verdict."""
    try:
        truth()
    except NoCorpusError as error:
        print(f"The fraud bench needs the real photos: {error}.", file=sys.stderr)
        return 1
    each, seed = int(os.environ.get("SAKSI_FRAUD_EACH", "200")), int(os.environ.get("SAKSI_FRAUD_SEED", "1"))
    for row in chain(run(each, seed, os.cpu_count() or 1), rows_of(ALL_SIZES) if each >= WHOLE else ()):
        print(json.dumps(row | {"machine": machine()}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
