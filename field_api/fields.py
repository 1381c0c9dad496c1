"""The fields of the API's documents: strict on the way in, and told to OpenAPI as they are.

marshmallow's own fields convert what they can ("1" becomes 1); these take a value of the right
JSON type or refuse it, so that the published schema and the behaviour are the same thing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from marshmallow import ValidationError, fields, validate

from server.paging import MOST

#: Anything but NUL, which PostgreSQL cannot store. Lone surrogates cannot be told in a pattern.
ANY_TEXT = "^[^\\u0000]*$"
#: The same with at least one letter that is no blank: a reason is not three spaces.
WRITTEN = (
    "^[^\\u0000]*[^\\u0000-\\u0020\\u007f-\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000][^\\u0000]*$"
)
CODE = "^[A-Za-z0-9][A-Za-z0-9._-]*$"
SHA256 = "^[0-9a-f]{64}$"
CANONICAL_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
RFC3339 = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d):(\d\d)(\.\d{1,20})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
NIL = UUID(int=0)
FIRST = datetime(1, 1, 1, tzinfo=UTC)
LAST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


class Text(fields.String):
    """Text of ``least`` to ``most`` characters that can be stored everywhere: no NUL, no lone surrogate."""

    def __init__(self, most: int, *, least: int = 0, pattern: str = ANY_TEXT, **options: Any) -> None:
        """``pattern`` is a regular expression that both ECMA-262 and Python read alike."""
        metadata = {"pattern": pattern, "minLength": least, "maxLength": most} | options.pop("metadata", {})
        super().__init__(metadata=metadata, **options)
        self._least, self._most, self._pattern = least, most, re.compile(pattern)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError("Must be text.")
        if not self._least <= len(value) <= self._most:
            span = f"{self._least} to {self._most}" if self._least != self._most else f"{self._most}"
            raise ValidationError(f"Must have {span} characters.")
        if not self._pattern.fullmatch(value) or not storable(value):
            raise ValidationError("Has characters that are not taken here, or none that count.")
        return value


def storable(text: str) -> bool:
    """Whether a text has neither NUL nor a lone surrogate, which no UTF-8 store can hold."""
    return not any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in text)


def code(**options: Any) -> Text:
    """The code of a project, an area or a requirement."""
    return Text(64, least=1, pattern=CODE, **options)


def reason(**options: Any) -> Text:
    """A written reason, up to 2,000 characters and not blank."""
    return Text(2000, least=1, pattern=WRITTEN, **options)


def sha256(**options: Any) -> Text:
    """A SHA-256 digest in lowercase hexadecimal."""
    return Text(64, least=64, pattern=SHA256, **options)


class Ident(fields.String):
    """A UUID in its canonical form, of any version but not nil (RFC 9562)."""

    def __init__(self, **options: Any) -> None:
        """``options`` are marshmallow's."""
        super().__init__(metadata={"format": "uuid"} | options.pop("metadata", {}), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not CANONICAL_UUID.fullmatch(value):
            raise ValidationError("Must be a UUID such as 0190f3c2-7a3e-7b1c-8d2e-4f5a6b7c8d9e.")
        found = UUID(value)
        if found == NIL:
            raise ValidationError("The nil UUID names nothing.")
        return found


class Word(fields.String):
    """One of a fixed list of codes, loaded as its enum member."""

    def __init__(self, words: type[StrEnum], **options: Any) -> None:
        """``words`` is the enum whose values are taken."""
        metadata = {"enum": [word.value for word in words]} | options.pop("metadata", {})
        super().__init__(metadata=metadata, **options)
        self._words = {word.value: word for word in words}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, str) or value not in self._words:
            raise ValidationError(f"Must be one of: {', '.join(self._words)}.")
        return self._words[value]


class Whole(fields.Integer):
    """A whole number from ``least`` to ``most``; no truth value, no text, no fraction."""

    def __init__(self, least: int | None = None, most: int | None = None, **options: Any) -> None:
        """Both ends count as inside; None leaves an end open (of answers only)."""
        super().__init__(strict=True, validate=validate.Range(least, most), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        # JSON Schema counts 1.0 among the integers.
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValidationError("Must be a whole number.")
        return value


class Real(fields.Float):
    """A finite number; NaN and the infinities are no JSON, whatever some writers send."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValidationError("Must be a number.")
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise ValidationError("Must be a finite number.")
        return number


class Instant(fields.String):
    """An instant by RFC 3339, with its zone; loaded aware and in UTC."""

    def __init__(self, *, recent: bool = False, **options: Any) -> None:
        """``recent`` takes only what a phone's clock can say: the years 1970 to 2099."""
        super().__init__(metadata={"format": "date-time"} | options.pop("metadata", {}), **options)
        self._recent = recent

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        parts = RFC3339.fullmatch(value) if isinstance(value, str) else None
        if parts is None:
            raise ValidationError("Must be a date and time with a zone, such as 2026-03-31T08:15:00+08:00.")
        try:
            found = _instant(*parts.groups(default=""))
        except ValueError:
            raise ValidationError("There is no such date and time.") from None
        if self._recent and not 1970 <= found.year < 2100:
            raise ValidationError("No phone's clock says this year.")
        return found


def _instant(day: str, minute: str, second: str, fraction: str, zone: str) -> datetime:
    """The instant of a matched RFC 3339 text; one that UTC carries out of the calendar stops at its end."""
    # A leap second is shown as the last microsecond before it ends; Python's clock has none.
    leaps = second == "60"
    seconds = "59.999999" if leaps else f"{second}{fraction[:7]}"
    local = datetime.fromisoformat(f"{day}T{minute}:{seconds}{'+00:00' if zone in 'Zz' else zone}")
    try:
        return local.astimezone(UTC)
    except OverflowError:
        return FIRST if local.year == 1 else LAST


class Day(fields.String):
    """A calendar day by ISO 8601, such as 2026-03-31."""

    def __init__(self, **options: Any) -> None:
        """``options`` are marshmallow's."""
        super().__init__(metadata={"format": "date"} | options.pop("metadata", {}), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not DAY.fullmatch(value):
            raise ValidationError("Must be a day such as 2026-03-31.")
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValidationError("There is no such day.") from None


class Limit(fields.Integer):
    """How many items a page holds, from the text of a query parameter."""

    def __init__(self, default: int) -> None:
        """``default`` is used where none is asked for."""
        super().__init__(load_default=default, validate=validate.Range(1, MOST))

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if not isinstance(value, str) or not re.fullmatch(r"-?[0-9]{1,9}", value):
            raise ValidationError("Must be a whole number.")
        return int(value)


class Count(fields.Integer):
    """A place or a number of events of the custody log, from the text of a query parameter."""

    def __init__(self, least: int = 0, **options: Any) -> None:
        """``options`` are marshmallow's."""
        super().__init__(validate=validate.Range(least, 999_999_999_999_999), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if not isinstance(value, str) or not re.fullmatch(r"-?[0-9]{1,15}", value):
            raise ValidationError("Must be a whole number.")
        return int(value)


class Box(fields.Field[tuple[float, float, float, float]]):
    """A box of degrees in a query: west, south, east, north, in the order of OGC and GeoJSON.

    Loaded as (south, west, north, east). West is greater than east across the antimeridian. The two
    latitudes may come in either order.
    """

    def __init__(self, **options: Any) -> None:
        """``options`` are marshmallow's."""
        sides: list[dict[str, Any]] = [
            {"type": "number", "minimum": -most, "maximum": most} for most in (180, 90, 180, 90)
        ]
        shape = {"type": "array", "prefixItems": sides, "minItems": 4, "maxItems": 4}
        super().__init__(metadata=shape | options.pop("metadata", {}), **options)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> tuple[float, float, float, float]:
        sides = str(value).split(",")
        if len(sides) != 4 or not all(NUMBER.fullmatch(side) for side in sides):
            raise ValidationError("Must be four numbers: west,south,east,north.")
        west, south, east, north = (float(side) for side in sides)
        if not (abs(west) <= 180 and abs(east) <= 180 and abs(south) <= 90 and abs(north) <= 90):
            raise ValidationError("Longitudes lie within ±180 and latitudes within ±90 degrees.")
        return min(south, north), west, max(south, north), east
