"""The checks: each file here asks one question of a photo and answers with one finding.

They need no pixels and are answered inside the upload (``evidence.pixel_checks`` has the others). A check is a module
with a ``NAME`` and a function ``check(context) -> Finding``; adding one is adding its file, nothing else changes. What
follows from the findings is ``evidence.verdict``'s work.
"""

from evidence.context import Context
from evidence.registry import Registry

REGISTRY: Registry[Context] = Registry(__name__)
names, run_all = REGISTRY.names, REGISTRY.run_all

__all__ = ["REGISTRY", "names", "run_all"]
