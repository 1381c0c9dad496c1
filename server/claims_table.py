"""The three claims about a photo side by side, with the places where they part marked.

Works on the claims as they are kept with the evidence (plain values). Judging is the checks'
work; here is only shown what each witness said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from evidence.claims import PositionClaim
from geo.position import geodesic_m
from server import wording
from server.site_picture import Spot

WITNESSES = ("file", "device", "operator")
Claims = Mapping[str, Any]
#: Positions closer than this are the same to a reader, and so are times.
SAME_PLACE_M = 25.0
SAME_TIME_S = 300.0


@dataclass(frozen=True, slots=True)
class Row:
    """What each witness said of one thing; None where it said nothing. ``apart`` says how they differ."""

    label: str
    file: str | None
    device: str | None
    operator: str | None
    apart: str | None = None


def compare(claims: Claims, zone: str) -> list[Row]:
    """The rows of the table; those on which nobody said anything are left out."""
    file = claims.get("file") or {}
    rows = [
        _of_positions("Position", claims, _position, _metres_apart(claims)),
        _of_positions("Accuracy", claims, _accuracy),
        _of_positions("Heading", claims, _heading),
        Row("Taken", _file_time(file, zone), _device_time(claims, zone), None, apart=_time_apart(claims)),
        Row("Satellite time", _instant_text(file.get("gps_instant"), zone), None, None),
        Row("Camera", _camera(file), None, None),
        Row("Software", file.get("software"), None, None),
        Row("Picture", _pixels(file), None, None),
        Row("Signed by", None, _envelope(claims, _signer), None),
        Row("Taken with", None, _envelope(claims, _source), None),
        Row("Why there is no position", None, None, _envelope(claims, lambda said: said.get("no_position_reason"))),
        Row("Caption", None, None, (claims.get("operator") or {}).get("caption")),
    ]
    return [row for row in rows if row.file or row.device or row.operator]


def spots(claims: Claims, state: str) -> list[Spot]:
    """Each stated position, to be drawn on the site."""
    found = []
    for witness in WITNESSES:
        position = _position_of(claims, witness)
        if position:
            found.append(_spot(position, witness, state))
    return found


def _spot(position: Mapping[str, Any], witness: str, state: str) -> Spot:
    heading_deg = position.get("heading_deg")
    return Spot(position["latitude"], position["longitude"], witness, state, _r68(position), heading_deg=heading_deg)


def heading_deg(claims: Claims) -> float | None:
    """Where the camera looked, in degrees from the north: as the file says, else as the device says."""
    stated = (position.get("heading_deg") for name in WITNESSES if (position := _position_of(claims, name)))
    return next((heading for heading in stated if heading is not None), None)


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


def _of_positions(
    label: str, claims: Claims, say: Callable[[Mapping[str, Any]], str | None], apart: str | None = None
) -> Row:
    said = {name: say(position) if (position := _position_of(claims, name)) else None for name in WITNESSES}
    if say is _position and said["file"] is None:
        said["file"] = (claims.get("file") or {}).get("place_reason")
    return Row(label, said["file"], said["device"], said["operator"], apart)


def _position(position: Mapping[str, Any]) -> str | None:
    return wording.position(position["latitude"], position["longitude"])


def _accuracy(position: Mapping[str, Any]) -> str | None:
    if position.get("accuracy_m") is None:
        return "not stated"
    return f"{position['accuracy_m']:.0f} m ({(position.get('confidence') or 0.68):.0%})"


def _heading(position: Mapping[str, Any]) -> str | None:
    heading = position.get("heading_deg")
    return None if heading is None else f"{heading:.0f}°"


def _metres_apart(claims: Claims) -> str | None:
    found = [p for p in (_position_of(claims, witness) for witness in WITNESSES) if p]
    pairs = [(a, b) for n, a in enumerate(found) for b in found[n + 1 :]]
    apart = max((geodesic_m(a["latitude"], a["longitude"], b["latitude"], b["longitude"]) for a, b in pairs), default=0)
    return f"{wording.metres(apart)} apart" if apart > SAME_PLACE_M else None


def _time_apart(claims: Claims) -> str | None:
    file, device = (claims.get("file") or {}).get("time") or {}, claims.get("device") or {}
    first, second = _instant(file.get("instant")), _instant(device.get("captured_at"))
    if first is None or second is None:
        return None
    apart = abs((first - second).total_seconds())
    return f"{_span(apart)} apart" if apart > SAME_TIME_S else None


def _span(seconds: float) -> str:
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= 2 * length or (unit == "minute"):
            return wording.count(round(seconds / length), unit)
    return f"{seconds:.0f} s"


def _file_time(file: Mapping[str, Any], zone: str) -> str | None:
    time = file.get("time")
    if not time:
        return None
    if time.get("instant"):
        return f"{_instant_text(time['instant'], zone)}, zone {time.get('zone')}"
    return f"{str(time.get('wall')).replace('T', ' ')}, zone {time.get('zone')}"


def _device_time(claims: Claims, zone: str) -> str | None:
    return _instant_text((claims.get("device") or {}).get("captured_at"), zone)


def _instant(text: str | None) -> datetime | None:
    return None if not text else datetime.fromisoformat(text)


def _instant_text(text: str | None, zone: str) -> str | None:
    instant = _instant(text)
    return None if instant is None else wording.instant(instant, zone)


def _camera(file: Mapping[str, Any]) -> str | None:
    return " ".join(part for part in (file.get("make"), file.get("model")) if part) or None


def _envelope(claims: Claims, say: Callable[[Mapping[str, Any]], str | None]) -> str | None:
    """What is told of the envelope, where one could be read; whether it holds is a finding."""
    said = (claims.get("device") or {}).get("envelope")
    return say(said) if said else None


def _signer(said: Mapping[str, Any]) -> str | None:
    return f"device {said['device']}, {said.get('app') or 'an app without a name'}"


def _source(said: Mapping[str, Any]) -> str | None:
    return wording.capture_source(said["source"])


def _pixels(file: Mapping[str, Any]) -> str | None:
    if not file.get("width") or not file.get("height"):
        return None
    return f"{file['width']} × {file['height']} pixels"
