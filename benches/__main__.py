"""``python -m benches``: every bench, as JSON lines. ``python -m benches upload`` runs those whose name has the word.

With ``SAKSI_BENCH_NATIONAL=1`` they measure at ten million photos and 5,000 uploads instead of small scales, which
takes an hour or two, and 25 GB in ``SAKSI_BENCH_FOLDER``. Each line has ``name``, ``value``, ``unit``, ``reference``,
``ratio``, ``goal``, ``met`` and ``machine``, and a ``note`` where there is more to know.
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

BENCHES = (
    "upload_cpu_bench",
    "upload_http_bench",
    "site_lookup_bench",
    "place_bench",
    "reader_bench",
    "copies_bench",
    "geovisio_bench",
    "pages_bench",
    "tile_bench",
    "geovisio_tiles_bench",
    "growth_bench",
    "memory_bench",
    "field_app_bench",
    "public_pages_bench",
    "near_pictures_bench",
)
VERSIONED = ("granian", "flask", "sqlalchemy", "psycopg", "procrastinate", "pillow", "simplejpeg")


def main(words: list[str]) -> int:
    """Run the benches; 0 whether or not goals were met, since a figure is not a verdict."""
    for name in BENCHES:
        if words and not any(word in name for word in words):
            continue
        for row in importlib.import_module(f"benches.{name}").run():
            print(json.dumps(row | {"machine": machine()}), flush=True)
    return 0


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in VERSIONED},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
