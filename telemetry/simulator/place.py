"""Where the simulated circuit lies: runway 05/23 of EHTW, and the volume that its booking claims.

Figures from AIP Netherlands EHTW AD 2 (AIRAC 2024-10-17); not for navigation.
"""

import math
from collections.abc import Iterable
from functools import cache
from typing import TypeAlias

from pyproj import Transformer

ARP_LATITUDE_DEG = 52.2758333
ARP_LONGITUDE_DEG = 6.8891667
FIELD_ELEVATION_FT = 115.0
FIELD_ELEVATION_AMSL_M = FIELD_ELEVATION_FT * 0.3048
GEOID_UNDULATION_M = 43.59
RUNWAY_05_TRUE_COURSE_DEG = 55.18
VOLUME_CEILING_FT_AMSL = 500

Ring: TypeAlias = tuple[tuple[float, float], ...]
"""A closed outline of (longitude_deg, latitude_deg)."""

# Corners of the volume, metres along runway 05 and right of it, from the reference point.
_VOLUME = ((-1000.0, -120.0), (1000.0, -120.0), (1000.0, 330.0), (-1000.0, 330.0))


@cache
def _plane() -> Transformer:
    # The site's own plane: transverse Mercator at the reference point, so that metres here are the ledger's metres.
    plane = f"+proj=tmerc +lat_0={ARP_LATITUDE_DEG} +lon_0={ARP_LONGITUDE_DEG} +ellps=WGS84 +units=m"
    return Transformer.from_crs(plane, "EPSG:4326", always_xy=True)


def to_geographic(east_m: float, north_m: float) -> tuple[float, float]:
    """Return (latitude_deg, longitude_deg), WGS-84, of a point east and north of the reference point."""
    longitude_deg, latitude_deg = _plane().transform(east_m, north_m)
    return latitude_deg, longitude_deg


def from_runway(along_m: float, right_m: float) -> tuple[float, float]:
    """Return (east_m, north_m) of a point so far along runway 05 from the reference point and right of it."""
    course = math.radians(RUNWAY_05_TRUE_COURSE_DEG)
    east_m = along_m * math.sin(course) + right_m * math.cos(course)
    north_m = along_m * math.cos(course) - right_m * math.sin(course)
    return east_m, north_m


def to_runway(east_m: float, north_m: float) -> tuple[float, float]:
    """Return (along_m, right_m): the inverse of `from_runway`."""
    course = math.radians(RUNWAY_05_TRUE_COURSE_DEG)
    along_m = east_m * math.sin(course) + north_m * math.cos(course)
    right_m = east_m * math.cos(course) - north_m * math.sin(course)
    return along_m, right_m


def outline(corners: Iterable[tuple[float, float]]) -> Ring:
    """Return corners (metres along runway 05 and right of it, clockwise) as a closed ring, counter-clockwise."""
    ring = []
    for along_m, right_m in reversed(list(corners)):
        latitude_deg, longitude_deg = to_geographic(*from_runway(along_m, right_m))
        ring.append((round(longitude_deg, 7), round(latitude_deg, 7)))
    return (*ring, ring[0])


def booked_outline() -> Ring:
    """Return the outline of the circuit's volume, which reaches from the ground to 500 ft AMSL."""
    return outline(_VOLUME)
