"""What the file, the device and the operator each say about one photo.

Three records side by side, kept apart for ever: none overwrites another.
Nothing here judges a claim; that is the checks' work.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

#: A radius that holds a share p of a circular Gaussian is sigma * sqrt(-2 ln(1 - p)):
#: 1.510 sigma at 68 % (Android's accuracy), 2.448 sigma at 95 % (W3C Geolocation).
RADII_PER_SIGMA = {0.68: 1.510, 0.95: 2.448}
#: Farther than any two places on Earth lie apart: an accuracy beyond it is a filler.
MOST_ACCURACY_M = 20_037_509.0


class PlaceState(StrEnum):
    """What became of the position tags of a file."""

    VALID = "valid"
    NONE = "none"
    REDACTED = "redacted"
    UNUSABLE = "unusable"


class ZoneState(StrEnum):
    """How the zone of a wall time is known."""

    STATED = "stated"
    GPS = "gps"
    ASSUMED = "assumed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PositionClaim:
    """One stated position on WGS 84, in degrees, with what was said of its error.

    ``accuracy_m`` is the radius of a circle that holds the share ``confidence`` of
    the error (0.68 or 0.95); both are None where nothing was said.
    """

    latitude: float
    longitude: float
    source: str
    altitude_m: float | None = None
    accuracy_m: float | None = None
    confidence: float | None = None
    heading_deg: float | None = None
    heading_ref: str | None = None
    fixed_at: datetime | None = None

    @property
    def sigma_m(self) -> float | None:
        """Standard deviation per axis in metres, or None where the accuracy is unknown."""
        if self.accuracy_m is None:
            return None
        return self.accuracy_m / RADII_PER_SIGMA.get(self.confidence or 0.68, RADII_PER_SIGMA[0.68])

    @property
    def r68_m(self) -> float | None:
        """Radius of the 68 % circle in metres, or None where the accuracy is unknown."""
        return None if self.sigma_m is None else self.sigma_m * RADII_PER_SIGMA[0.68]


@dataclass(frozen=True, slots=True)
class TimeClaim:
    """One stated capture time.

    ``wall`` is what the clock showed, without a zone; ``instant`` is aware and in UTC,
    or None while the zone is unknown. ``uncertainty_s`` bounds the rounding of the source.
    """

    wall: datetime
    instant: datetime | None
    zone: ZoneState
    source: str
    uncertainty_s: float = 1.0


@dataclass(frozen=True, slots=True)
class FileClaim:
    """Everything the bytes of one photo say about themselves.

    ``defect`` is None for a whole picture, else why it cannot be taken for one
    (``truncated``, ``bomb``, ``damaged``); ``place_reason`` says in one sentence why there is
    no position. ``width`` and ``height`` are pixels as stored, before Orientation.
    ``gps_instant`` is the satellite time (aware, UTC), which may be older than the photo.
    ``exposure_s`` is in seconds, ``f_number`` and ``iso`` are as the camera states them; ``flash_fired`` is None
    where it says nothing. ``programs`` are the programs that tags beside ``software`` name as having written the file,
    in the order of the file.
    """

    media_type: str
    size: int
    width: int | None
    height: int | None
    defect: str | None
    defect_detail: str | None
    place_state: PlaceState
    place_reason: str | None
    position: PositionClaim | None
    time: TimeClaim | None
    gps_instant: datetime | None
    orientation: int | None = None
    make: str | None = None
    model: str | None = None
    software: str | None = None
    gps_dop: float | None = None
    trailing_bytes: int = 0
    exposure_s: float | None = None
    f_number: float | None = None
    iso: float | None = None
    flash_fired: bool | None = None
    programs: tuple[str, ...] = ()

    @property
    def megapixels(self) -> float | None:
        """Stored picture size in millions of pixels."""
        return None if not self.width or not self.height else self.width * self.height / 1e6


class CaptureSource(StrEnum):
    """How the phone came by the photo: the app's own camera, the phone's, or a file that was there."""

    CAMERA = "camera"
    PHONE_CAMERA = "phone_camera"
    GALLERY = "gallery"


@dataclass(frozen=True, slots=True)
class EnvelopeClaim:
    """What an envelope says beside place, time and fingerprint, whether or not its signature holds.

    ``device``, ``evidence`` and ``nonce`` are what it says of itself. ``clock_offset_ms`` is the server's clock less
    the phone's at their last hand-shake. Angles are degrees; the orientation is the phone's, the pixels the camera's.
    """

    device: str
    evidence: str
    nonce: str
    source: CaptureSource
    app: str
    clock_offset_ms: float | None = None
    no_position_reason: str | None = None
    altitude_accuracy_m: float | None = None
    speed_mps: float | None = None
    heading_deg: float | None = None
    pitch_deg: float | None = None
    roll_deg: float | None = None
    camera_width: int | None = None
    camera_height: int | None = None
    user_agent: str | None = None


@dataclass(frozen=True, slots=True)
class DeviceClaim:
    """What the phone said beside the file: in an envelope where there is one that can be read, else in the open."""

    position: PositionClaim | None = None
    captured_at: datetime | None = None
    sha256: str | None = None
    envelope: EnvelopeClaim | None = None

    @property
    def gave_reason(self) -> bool:
        """Whether the field app says why it had no position."""
        return self.envelope is not None and bool(self.envelope.no_position_reason)

    @property
    def witnessed_at(self) -> datetime | None:
        """When the phone itself saw the photo being taken; of a file from the gallery it knows only the file's date."""
        gallery = self.envelope is not None and self.envelope.source is CaptureSource.GALLERY
        return None if gallery else self.captured_at


@dataclass(frozen=True, slots=True)
class OperatorClaim:
    """What the person said: a pin on the map and a caption."""

    position: PositionClaim | None = None
    caption: str | None = None


@dataclass(frozen=True, slots=True)
class Claims:
    """The three claims about one photo."""

    file: FileClaim
    device: DeviceClaim
    operator: OperatorClaim
