"""The type of a file is what its bytes say, never its name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evidence.errors import EmptyFileError, UnsupportedTypeError
from evidence.sniff import _BRANDS, sniff

#: First bytes in hexadecimal digits and what they are, null for no photograph; the phone's suite reads them, too.
TABLE: list[dict[str, str | None]] = json.loads(
    (Path(__file__).parents[2] / "data" / "sniff.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(
    ("head", "media_type"), [(bytes.fromhex(row["head"] or ""), row["media_type"]) for row in TABLE]
)
def test_says_of_first_bytes_what_the_phone_says(head: bytes, media_type: str | None) -> None:
    if media_type is not None:
        assert sniff(head) == media_type
        return
    with pytest.raises(UnsupportedTypeError):
        sniff(head)


def test_the_table_has_every_type_that_is_known() -> None:
    listed = {row["media_type"] for row in TABLE}

    assert listed == {None, "image/jpeg", "image/png", "image/webp", "image/tiff", *_BRANDS.values()}
    assert {brand for brand in _BRANDS if any(brand.hex() in (row["head"] or "")[16:24] for row in TABLE)} == set(
        _BRANDS
    )


@pytest.mark.parametrize(
    ("head", "seems"),
    [
        (b"<!DOCTYPE html><html>", "an HTML page"),
        (b"\n  <script>alert(1)</script>", "an HTML page"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">', "an SVG drawing"),
        (b'<?xml version="1.0"?><kml>', "an XML document"),
        (b"%PDF-1.7", "a PDF document"),
        (b"GIF89a", "a GIF picture"),
        (b"PK\x03\x04\x14", "a ZIP archive or office document"),
        (b"\0\0\0\x18ftypisom\0\0\0\0mp42", "an MP4 or QuickTime video"),
        (b"RIFF\0\0\0\0AVI LIST", "an AVI video"),
        (b"\x7fELF\x02", "a program"),
        (b'{"type": "FeatureCollection"}', "JSON or another text"),
        (b"the photo is late", "plain text"),
        (bytes(512), "nothing but zeros"),
        (b"\x13\x37\x00\xfe", "an unknown format"),
        (b"\xff\xd8", "an unknown format"),
    ],
)
def test_names_what_a_file_that_is_no_photograph_seems_to_be(head: bytes, seems: str) -> None:
    with pytest.raises(UnsupportedTypeError) as refusal:
        sniff(head)

    assert refusal.value.seems == seems


def test_no_bytes_are_an_empty_file() -> None:
    with pytest.raises(EmptyFileError):
        sniff(b"")
