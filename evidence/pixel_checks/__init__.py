"""The checks that need pixels: run by the worker, once the inspector has the upload's verdict.

Each is a module like those of ``evidence.checks``, over a `PixelContext`. One that bears the name of a check of the
upload may make that finding worse, never better; what they find may lower a verdict and never raises it.
"""

from evidence.pixel_context import PixelContext
from evidence.registry import Registry

REGISTRY: Registry[PixelContext] = Registry(__name__)
names, run_all = REGISTRY.names, REGISTRY.run_all

__all__ = ["REGISTRY", "names", "run_all"]
