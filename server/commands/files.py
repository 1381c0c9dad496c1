"""The files that commands write what they found into."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click


@contextmanager
def written_to(target: Path | None) -> Iterator[IO[str] | None]:
    """A file opened before the work begins, and emptied by ``emptied`` only once there is something to write.

    Gives None where no file is asked for.

    Raises:
        click.ClickException: it cannot be written.
    """
    if target is None:
        yield None
        return
    try:
        file = target.open("a", encoding="utf-8")
    except (OSError, ValueError) as error:
        raise click.ClickException(f"The file cannot be written: {error}.") from error
    with file:
        yield file


def emptied(file: IO[str]) -> IO[str]:
    """The same file without what an earlier command left in it; a pipe holds nothing."""
    if file.seekable():
        file.truncate(0)
    return file
