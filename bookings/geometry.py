"""The site's own plane: metres east and north of the reference point (transverse Mercator on WGS-84)."""

from collections.abc import Iterable
from functools import lru_cache

from pyproj import Geod, Transformer
from shapely.geometry import Polygon

_EARTH = Geod(ellps="WGS84")


class SitePlane:
    """A plane that touches the earth at the site's reference point; within 50 km it is true to 0.01 %."""

    def __init__(self, *, latitude_deg: float, longitude_deg: float) -> None:
        """Build the plane at a WGS-84 reference point."""
        plane = f"+proj=tmerc +lat_0={latitude_deg} +lon_0={longitude_deg} +k=1 +x_0=0 +y_0=0 +ellps=WGS84 +units=m"
        self._reference = longitude_deg, latitude_deg
        self._to_plane = Transformer.from_crs("EPSG:4326", plane, always_xy=True)
        self._to_geographic = Transformer.from_crs(plane, "EPSG:4326", always_xy=True)

    def to_plane_m(self, longitude_deg: float, latitude_deg: float) -> tuple[float, float]:
        """Return (east, north) in metres of a WGS-84 position."""
        east_m, north_m = self._to_plane.transform(longitude_deg, latitude_deg)
        return float(east_m), float(north_m)

    def to_geographic(self, east_m: float, north_m: float) -> tuple[float, float]:
        """Return (longitude, latitude) in degrees of a place on the plane."""
        longitude_deg, latitude_deg = self._to_geographic.transform(east_m, north_m)
        return float(longitude_deg), float(latitude_deg)

    def from_reference_m(self, longitude_deg: float, latitude_deg: float) -> float:
        """Return how far a position lies from the reference point over the earth, also where the plane can't reach."""
        _, _, distance_m = _EARTH.inv(*self._reference, longitude_deg, latitude_deg)
        return float(distance_m)

    def ring_m(self, ring: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
        """Return (longitude, latitude) corners as (east, north) in metres; only true near the reference point."""
        longitudes_deg, latitudes_deg = zip(*ring, strict=True)
        east_m, north_m = self._to_plane.transform(longitudes_deg, latitudes_deg)
        return list(zip(east_m, north_m, strict=True))

    def outline_m(self, ring: Iterable[tuple[float, float]]) -> Polygon:
        """Return a closed ring of (longitude, latitude) degrees as a polygon in metres."""
        return Polygon(self.ring_m(ring))


@lru_cache(maxsize=16)
def plane_at(latitude_deg: float, longitude_deg: float) -> SitePlane:
    """Return the plane at a reference point; building one takes about 10 ms, so the last few are kept."""
    return SitePlane(latitude_deg=latitude_deg, longitude_deg=longitude_deg)


@lru_cache(maxsize=256)
def outline_at(latitude_deg: float, longitude_deg: float, ring: tuple[tuple[float, float], ...]) -> Polygon:
    """Return a ring as a polygon in metres on the plane at a reference point.

    The last few are kept: every request asks for the outlines of the same airspace and resources.
    """
    return plane_at(latitude_deg, longitude_deg).outline_m(ring)
