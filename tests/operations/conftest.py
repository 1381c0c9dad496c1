"""What the commands' tests have, for the tests of what operators do."""

from tests.cli.conftest import saksi

__all__ = ["saksi"]
