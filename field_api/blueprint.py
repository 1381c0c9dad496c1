"""The blueprint of the API's first version, and the forms that ids and codes take in its addresses."""

from __future__ import annotations

from flask import Blueprint, Flask
from werkzeug.routing import BaseConverter, UUIDConverter

PREFIX = "/api/v1"
CODE_IN_ADDRESS = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
api = Blueprint("field_api", __name__, url_prefix=PREFIX)


class IdConverter(UUIDConverter):
    """A record's id: a UUID of any version, but not nil. Anything else is no address."""

    # Refused by its form, not while it is converted: the router would answer 405 instead of 404.
    regex = "(?!0{8}-0{4}-0{4}-0{4}-0{12})" + UUIDConverter.regex


class ZoomConverter(BaseConverter):
    """The zoom of a map tile, 0 to 22."""

    regex = "1?[0-9]|2[0-2]"

    def to_python(self, value: str) -> int:
        """The number that the digits tell."""
        return int(value)


class TileConverter(ZoomConverter):
    """The column or row of a map tile; whether there is such a tile at its zoom is asked later."""

    regex = "0|[1-9][0-9]{0,6}"


class CountConverter(ZoomConverter):
    """A number of events of the custody log."""

    regex = "0|[1-9][0-9]{0,14}"


class CodeConverter(BaseConverter):
    """A project's code; what cannot be one never reaches the database."""

    regex = CODE_IN_ADDRESS


class MonthConverter(BaseConverter):
    """A month of a year: ``2026-11``."""

    regex = "[0-9]{4}-(?:0[1-9]|1[0-2])"


def teach_addresses(app: Flask) -> None:
    """Make the converters known before any route is added."""
    app.url_map.converters |= {
        "record": IdConverter,
        "code": CodeConverter,
        "count": CountConverter,
        "zoom": ZoomConverter,
        "tile": TileConverter,
        "month": MonthConverter,
    }
