"""The checks: each file here asks one question of a photo and answers with one finding.

A check is a module with a ``NAME`` and a function ``check(context) -> Finding``; adding
one is adding its file, nothing else changes. Modules whose names begin with an underscore,
and the registry, are no checks. What follows from the findings is ``evidence.verdict``'s work.
"""

from evidence.checks.registry import names, run_all

__all__ = ["names", "run_all"]
