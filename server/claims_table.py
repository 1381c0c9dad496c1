"""The three claims about a photo side by side, with the places where they part marked.

Works on the claims as they are kept with the evidence (plain values). Judging is the checks'
work; here is only shown what each witness said, and how far it is from the first that spoke.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from evidence.claims import PositionClaim
from geo.position import geodesic_m
from server import wording
from server.site_picture import Spot, direction
from server.texts import N_, _

WITNESSES = ("file", "device", "operator")
Claims = Mapping[str, Any]
#: Positions closer than this are the same to a reader, and so are times and headings.
SAME_PLACE_M = 25.0
SAME_TIME_S = 300.0
SAME_HEADING_DEG = 30.0

#: How a file came by the zone of its clock.
_ZONES = {
    "stated": N_("the file states its zone"),
    "gps": N_("the zone follows from the satellite time"),
    "assumed": N_("in the site's zone, as the file states none"),
    "unknown": N_("the zone is not known"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """What one witness said, None where nothing; ``apart`` is how far from the first, and whether that matters."""

    text: str | None = None
    apart: str | None = None
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """What each witness said of one thing."""

    label: str
    file: Said = Said()
    device: Said = Said()
    operator: Said = Said()

    @property
    def cells(self) -> tuple[Said, Said, Said]:
        """The three in the order of the table's columns."""
        return self.file, self.device, self.operator

    @property
    def differs(self) -> bool:
        """Whether the witnesses part here."""
        return any(cell.differs for cell in self.cells)


def compare(claims: Claims, zone: str) -> list[Row]:
    """The rows of the table; those on which nobody said anything are left out."""
    file = claims.get("file") or {}
    rows = [
        Row(_("Position"), *_positions(claims)),
        Row(_("Accuracy"), *(Said(_of_position(claims, witness, _accuracy)) for witness in WITNESSES)),
        Row(_("Looking"), *_headings(claims)),
        Row(_("Taken"), *_times(claims, zone)),
        Row(_("Satellite time"), _satellite_time(file, zone)),
        Row(_("The phone's clock"), device=Said(_envelope(claims, _clock))),
        Row(_("Camera"), Said(_camera(file))),
        Row(_("Software"), Said(file.get("software"))),
        Row(_("Picture"), Said(_pixels(file))),
        Row(_("Signed by"), device=Said(_envelope(claims, _signer))),
        Row(_("Taken with"), device=Said(_envelope(claims, _source))),
        Row(_("Why there is no position"), operator=Said(_envelope(claims, _no_position))),
        Row(_("Caption"), operator=Said((claims.get("operator") or {}).get("caption"))),
    ]
    return [row for row in rows if any(cell.text for cell in row.cells)]


def spots(claims: Claims, state: str) -> list[Spot]:
    """Each stated position, to be drawn on the site."""
    found = []
    for witness in WITNESSES:
        position = _position_of(claims, witness)
        if position:
            place = (position["latitude"], position["longitude"])
            heading = _heading_of(claims, witness)
            found.append(Spot(*place, witness, state, _r68(position), heading_deg=heading))
    return found


def heading_deg(claims: Claims) -> float | None:
    """Where the camera looked, in degrees from the north: as the file says, else as the device says."""
    stated = (_heading_of(claims, witness) for witness in WITNESSES)
    return next((heading for heading in stated if heading is not None), None)


def _heading_of(claims: Claims, witness: str) -> float | None:
    """What one witness says; the phone's compass, where its envelope tells it, before the way it was moving."""
    said = claims.get(witness) or {}
    heading = (said.get("envelope") or {}).get("heading_deg")
    return (said.get("position") or {}).get("heading_deg") if heading is None else heading


def r68_m(claims: Claims, latitude: float, longitude: float) -> float | None:
    """Radius of the 68 % circle that the witness of exactly this position stated, in metres."""
    for witness in WITNESSES:
        position = _position_of(claims, witness)
        if position and (position["latitude"], position["longitude"]) == (latitude, longitude):
            return _r68(position)
    return None


def _position_of(claims: Claims, witness: str) -> dict[str, Any] | None:
    return (claims.get(witness) or {}).get("position")


def _r68(position: Mapping[str, Any]) -> float | None:
    stated = {name: position.get(name) for name in ("accuracy_m", "confidence")}
    return PositionClaim(position["latitude"], position["longitude"], position.get("source", ""), **stated).r68_m


def _of_position(claims: Claims, witness: str, say: Callable[[Mapping[str, Any]], str | None]) -> str | None:
    position = _position_of(claims, witness)
    return say(position) if position else None


def _positions(claims: Claims) -> list[Said]:
    """Where each witness says it was; a file without a position says why."""
    cells, first = [], None
    for witness in WITNESSES:
        position = _position_of(claims, witness)
        if position is None:
            cells.append(Said((claims.get("file") or {}).get("place_reason") if witness == "file" else None))
            continue
        text = wording.position(position["latitude"], position["longitude"])
        cells.append(Said(text) if first is None else _place_apart(text, position, *first))
        first = first or (witness, position)
    return cells


def _place_apart(text: str, position: Mapping[str, Any], witness: str, other: Mapping[str, Any]) -> Said:
    metres = geodesic_m(position["latitude"], position["longitude"], other["latitude"], other["longitude"])
    distance = wording.metres(metres)
    apart = {
        "file": _("%(distance)s from where the file says", distance=distance),
        "device": _("%(distance)s from where the device says", distance=distance),
    }[witness]
    return Said(text, apart, metres > SAME_PLACE_M)


def _accuracy(position: Mapping[str, Any]) -> str | None:
    if position.get("accuracy_m") is None:
        return _("not stated")
    share = round((position.get("confidence") or 0.68) * 100)
    return _("%(metres)s, %(share)s %% sure", metres=wording.metres(position["accuracy_m"]), share=share)


def _headings(claims: Claims) -> list[Said]:
    stated = {witness: _heading_of(claims, witness) for witness in WITNESSES}
    first = stated["file"]
    return [_heading_apart(heading, None if witness == "file" else first) for witness, heading in stated.items()]


def _heading_apart(heading: float | None, other: float | None) -> Said:
    if heading is None:
        return Said()
    text = f"{direction(heading)}, {heading:.0f}°"
    if other is None:
        return Said(text)
    turned = abs((heading - other + 180) % 360 - 180)
    return Said(text, _("%(angle)s° from where the file says", angle=round(turned)), turned > SAME_HEADING_DEG)


def _times(claims: Claims, zone: str) -> list[Said]:
    file, device = claims.get("file") or {}, claims.get("device") or {}
    first, second = _instant((file.get("time") or {}).get("instant")), _instant(device.get("captured_at"))
    return [Said(_file_time(file, zone)), _time_apart(second, first, zone)]


def _satellite_time(file: Mapping[str, Any], zone: str) -> Said:
    return _time_apart(_instant(file.get("gps_instant")), _instant((file.get("time") or {}).get("instant")), zone)


def _time_apart(instant: datetime | None, other: datetime | None, zone: str) -> Said:
    """An instant with how far it is from the file's own clock."""
    if instant is None:
        return Said()
    text = wording.instant(instant, zone)
    if other is None:
        return Said(text)
    apart_s = (instant - other).total_seconds()
    if abs(apart_s) < 1:
        return Said(text, _("the same as the file says"))
    span = wording.span(abs(apart_s))
    told = _("%(span)s later than the file says", span=span) if apart_s > 0 else ""
    return Said(text, told or _("%(span)s earlier than the file says", span=span), abs(apart_s) > SAME_TIME_S)


def _file_time(file: Mapping[str, Any], zone: str) -> str | None:
    time = file.get("time")
    if not time:
        return None
    instant = _instant(time.get("instant"))
    said = wording.instant(instant, zone) if instant else str(time.get("wall")).replace("T", " ")
    known = _ZONES.get(str(time.get("zone")))
    return f"{said} ({_(known)})" if known else said


def _instant(text: str | None) -> datetime | None:
    return None if not text else datetime.fromisoformat(text)


def _clock(said: Mapping[str, Any]) -> str | None:
    """How far the phone's clock was from ours when they last spoke; positive is behind."""
    offset_ms = said.get("clock_offset_ms")
    if offset_ms is None:
        return None
    span = wording.span(abs(offset_ms) / 1000)
    if abs(offset_ms) < 1000:
        return _("in step with the server's")
    return (
        _("%(span)s behind the server's", span=span)
        if offset_ms > 0
        else _("%(span)s ahead of the server's", span=span)
    )


def _no_position(said: Mapping[str, Any]) -> str | None:
    return said.get("no_position_reason")


def _camera(file: Mapping[str, Any]) -> str | None:
    return " ".join(part for part in (file.get("make"), file.get("model")) if part) or None


def _envelope(claims: Claims, say: Callable[[Mapping[str, Any]], str | None]) -> str | None:
    """What is told of the envelope, where one could be read; whether it holds is a finding."""
    said = (claims.get("device") or {}).get("envelope")
    return say(said) if said else None


def _signer(said: Mapping[str, Any]) -> str | None:
    app = said.get("app") or _("an app without a name")
    return _("device %(device)s, %(app)s", device=said["device"], app=app)


def _source(said: Mapping[str, Any]) -> str | None:
    return wording.capture_source(said["source"])


def _pixels(file: Mapping[str, Any]) -> str | None:
    if not file.get("width") or not file.get("height"):
        return None
    return _("%(width)s × %(height)s pixels", width=file["width"], height=file["height"])
