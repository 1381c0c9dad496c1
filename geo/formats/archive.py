"""ZIP files from strangers, opened with bounds: count, size and ratio are checked before reading.

Nothing is ever written to disk, and archives inside archives are not opened.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from geo.repair import GeometryError

MAX_FILES = 500
MAX_TOTAL_BYTES = 20 * 1024 * 1024
MAX_RATIO = 100
# Below this size a file of blanks may shrink as far as it likes.
_RATIO_MATTERS_BYTES = 1024 * 1024


class Archive:
    """The files of a checked ZIP, by the ending of their names."""

    def __init__(self, container: zipfile.ZipFile) -> None:
        """Take an open container; GeometryError where it passes a bound."""
        self._container = container
        self._files = [each for each in container.infolist() if _is_content(each.filename)]
        if len(container.infolist()) > MAX_FILES:
            raise GeometryError(f"the archive holds more than {MAX_FILES} files", "")
        if sum(each.file_size for each in self._files) > MAX_TOTAL_BYTES:
            raise GeometryError(f"the archive unpacks to more than {MAX_TOTAL_BYTES // 2**20} MB", "")
        for each in self._files:
            _check_ratio(each)

    def named(self, ending: str) -> list[str]:
        """Names of the files with an ending such as ``.shp``, whatever its case."""
        return [each.filename for each in self._files if each.filename.lower().endswith(ending)]

    def only(self, ending: str) -> bytes:
        """The one file with an ending; of several .kml the one called doc.kml, or the first (OGC 12-007r2, C.3)."""
        names = self.named(ending)
        if not names:
            raise GeometryError(f"the archive holds no {ending} file", "")
        main = [name for name in names if name.lower() == "doc.kml"]
        return self.read((main or names)[0])

    def read(self, name: str) -> bytes:
        """One whole file, never more than the bound whatever its header says."""
        try:
            with self._container.open(name) as stream:
                data = stream.read(MAX_TOTAL_BYTES + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
            raise GeometryError("this file of the archive is damaged", name) from error
        except (RuntimeError, NotImplementedError) as error:
            raise GeometryError("this file of the archive is encrypted or packed in an unknown way", name) from error
        if len(data) > MAX_TOTAL_BYTES:
            raise GeometryError(f"this file unpacks to more than {MAX_TOTAL_BYTES // 2**20} MB", name)
        return data


@contextmanager
def opened(data: bytes) -> Iterator[Archive]:
    """The archive in these bytes; GeometryError where it is damaged or passes a bound."""
    try:
        container = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise GeometryError("the archive is damaged", "") from error
    with container:
        yield Archive(container)


def _is_content(name: str) -> bool:
    # macOS puts a shadow of every file into its archives; a folder ends with a slash.
    return not name.endswith("/") and not name.startswith("__MACOSX/") and not name.rpartition("/")[2].startswith("._")


def _check_ratio(file: zipfile.ZipInfo) -> None:
    if file.file_size > _RATIO_MATTERS_BYTES and file.file_size > MAX_RATIO * max(file.compress_size, 1):
        raise GeometryError("this file is packed suspiciously tight", file.filename)
