"""Help texts: examples below the options, each line as it stands."""

from __future__ import annotations


def examples(*lines: str) -> str:
    """The epilog of a command that shows how it is typed."""
    # The backspace tells click not to fold the lines.
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)
