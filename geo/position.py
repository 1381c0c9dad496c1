"""Positions on WGS 84: a local plane in metres, geodesics, bearings and their words.

The plane is Lambert's azimuthal projection carried to the ellipsoid through
Earth-centred coordinates: a point keeps its direction from the plane's centre, and
its radius is the straight chord to it. Poles and antimeridian need no special case.
Shapes and sites are kept out; they build on this.
"""

from __future__ import annotations

import math
from types import ModuleType
from typing import Any, TypeVar

import numpy as np
import shapely
from geopy.distance import geodesic
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Shape = TypeVar("Shape", bound=BaseGeometry)

FloatArray = NDArray[np.float64]

#: South, west, north, east in degrees; west > east where the antimeridian is crossed.
Bounds = tuple[float, float, float, float]

# The WGS 84 ellipsoid (NGA.STND.0036): equatorial radius in metres and flattening.
EQUATORIAL_RADIUS_M = 6_378_137.0
FLATTENING = 1 / 298.257223563
_E2 = FLATTENING * (2 - FLATTENING)

_COMPASS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")

# One picometre keeps the direction defined at the centre and at its antipode.
_TINY_M = 1e-12


class LocalPlane:
    """A plane in metres around one position, east and north of it.

    Distances differ from geodesics by less than 0.01 % within 50 km of the centre and
    by less than 0.1 % within 500 km, at every latitude. Values are immutable.
    """

    __slots__ = ("_cos", "_gradient", "_sin", "_x0", "_z0", "latitude", "longitude")

    def __init__(self, latitude: float, longitude: float) -> None:
        """Centre the plane on a position in degrees; ValueError where it is none."""
        check_position(latitude, longitude)
        self.latitude = latitude
        self.longitude = longitude
        self._sin = math.sin(math.radians(latitude))
        self._cos = math.cos(math.radians(latitude))
        radius = EQUATORIAL_RADIUS_M / math.sqrt(1 - _E2 * self._sin**2)
        self._x0 = radius * self._cos
        self._z0 = radius * (1 - _E2) * self._sin
        self._gradient = self._x0 * self._cos + self._z0 * self._sin / (1 - _E2)

    def to_plane(self, latitude: float, longitude: float) -> tuple[float, float]:
        """East and north of the centre, in metres, of a position in degrees."""
        east, north = self._forward(math, latitude, longitude)
        return east, north

    def to_plane_many(self, latitudes: FloatArray, longitudes: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The same for arrays of equal shape."""
        easts, norths = self._forward(np, latitudes, longitudes)
        return easts, norths

    def to_geographic(self, east_m: float, north_m: float) -> tuple[float, float]:
        """Latitude and longitude (in -180 … 180) of a place on the plane; the inverse of :meth:`to_plane`."""
        latitudes, longitudes = self._backward(np.array([east_m]), np.array([north_m]))
        return float(latitudes[0]), wrap_longitude(float(longitudes[0]))

    def project(self, geometry: Shape) -> Shape:
        """A shapely geometry in longitude, latitude laid on the plane."""
        return shapely.transform(geometry, lambda xy: np.column_stack(self.to_plane_many(xy[:, 1], xy[:, 0])))

    def unproject(self, geometry: Shape) -> Shape:
        """A shapely geometry on the plane as longitude, latitude.

        Longitudes stay within 180° of the centre's, so that they run on without a jump
        across the antimeridian and may pass ±180.
        """
        return shapely.transform(geometry, lambda xy: np.column_stack(self._backward(xy[:, 0], xy[:, 1])[::-1]))

    def _forward(self, lib: ModuleType, latitude: Any, longitude: Any) -> tuple[Any, Any]:
        """The projection in the words of ``math`` for one point or of ``numpy`` for many."""
        phi, lam = lib.radians(latitude), lib.radians(longitude - self.longitude)
        sin_phi = lib.sin(phi)
        radius = EQUATORIAL_RADIUS_M / lib.sqrt(1 - _E2 * sin_phi * sin_phi)
        from_axis = radius * lib.cos(phi)
        dx = from_axis * lib.cos(lam) - self._x0
        dz = radius * (1 - _E2) * sin_phi - self._z0
        east = from_axis * lib.sin(lam)
        north = self._cos * dz - self._sin * dx + _TINY_M
        up = self._cos * dx + self._sin * dz
        stretch = lib.sqrt(1 + up * up / (east * east + north * north))
        return east * stretch, north * stretch

    def _backward(self, east: FloatArray, north: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Latitudes in degrees and longitudes that run on from the centre's.

        How far the surface falls below the tangent plane follows from the ellipsoid's own
        equation; on a sphere the first step is exact, here four reach the last digits.
        """
        chord2 = east * east + north * north
        up = -chord2 / (2 * self._gradient)
        for _ in range(4):
            shrink = np.sqrt(np.maximum(1 - up * up / (chord2 + _TINY_M), 0))
            dx = self._cos * up - self._sin * north * shrink
            dz = self._sin * up + self._cos * north * shrink
            up = -(dx * dx + (east * shrink) ** 2 + dz * dz / (1 - _E2)) / (2 * self._gradient)
        x, y, z = self._x0 + dx, east * shrink, self._z0 + dz
        latitudes = np.degrees(np.arctan2(z, (1 - _E2) * np.hypot(x, y)))
        return latitudes, self.longitude + np.degrees(np.arctan2(y, x))


def check_position(latitude: float, longitude: float) -> None:
    """Raise ValueError unless latitude is in -90 … 90 and longitude in -360 … 360 (NaN is not)."""
    if not (-90 <= latitude <= 90 and -360 <= longitude <= 360):
        raise ValueError(f"not a position: latitude {latitude}, longitude {longitude}")


def wrap_longitude(longitude: float) -> float:
    """The same longitude in -180 … 180 degrees; a value already there is kept as it is."""
    return longitude if -180 <= longitude <= 180 else (longitude + 180) % 360 - 180


def geodesic_m(latitude_1: float, longitude_1: float, latitude_2: float, longitude_2: float) -> float:
    """Length in metres of the shortest way on the ellipsoid (Karney's method, by geopy)."""
    start, end = (latitude_1, wrap_longitude(longitude_1)), (latitude_2, wrap_longitude(longitude_2))
    return float(geodesic(start, end).m)


def bearing_deg(latitude_1: float, longitude_1: float, latitude_2: float, longitude_2: float) -> float:
    """Direction from the first position to the second, in degrees clockwise from true north, 0 ≤ b < 360."""
    east, north = LocalPlane(latitude_1, longitude_1).to_plane(latitude_2, longitude_2)
    return math.degrees(math.atan2(east, north)) % 360


def compass_words(bearing: float) -> str:
    """The nearest of eight winds, in words: ``north-east`` for 22.5° ≤ bearing < 67.5°."""
    return _COMPASS[int(((bearing % 360) + 22.5) // 45) % 8]


def mean_position(latitudes: FloatArray, longitudes: FloatArray) -> tuple[float, float]:
    """The middle of many positions as their mean direction from the Earth's centre; latitude, longitude."""
    phi, lam = np.radians(latitudes), np.radians(longitudes)
    x, y, z = np.mean(np.cos(phi) * np.cos(lam)), np.mean(np.cos(phi) * np.sin(lam)), np.mean(np.sin(phi))
    return math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x))


def grow_bounds(bounds: Bounds, metres: float) -> Bounds:
    """Bounds with at least ``metres`` added on every side; a pole within reach takes in every longitude."""
    south, west, north, east = bounds
    # A degree of latitude is never shorter than at the equator: 110.57 km.
    margin = metres / 110_500
    south, north = max(south - margin, -90.0), min(north + margin, 90.0)
    shortest = math.cos(math.radians(max(abs(south), abs(north))))
    widening = margin / shortest if shortest > 1e-9 else 360.0
    width = east - west if east >= west else east - west + 360
    if width + 2 * widening >= 360:
        return south, -180.0, north, 180.0
    return south, wrap_longitude(west - widening), north, wrap_longitude(east + widening)
