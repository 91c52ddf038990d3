"""The three volumes of a flight: flight geography, contingency volume and ground risk buffer, on the site's plane.

What is derived is never smaller than the formulae ask: arcs are drawn around the circle and not within it, corners are
saved only outwards, feet are rounded away from the flight.
"""

import math
from dataclasses import dataclass

from shapely.geometry import Polygon

from bookings.geometry import SitePlane
from bookings.rules.facts import Ring, VolumeFacts, VolumeKind
from bookings.sora.figures import Figures, Flight, figures_of

FOOT_M = 0.3048
MOST_CORNERS = 120  # of a derived outline, as positions of its ring; the ledger takes 500
_SEGMENTS = 8  # per quarter circle
# GEOS rounds the number of an arc's segments, so one may span half as much again; and it may cut bays by 1 %
_AROUND = 1.01 / math.cos(1.5 * math.pi / (4 * _SEGMENTS))
_ROUNDING_M = 0.02  # what seven decimals of a degree may take away
_LEAST_SPARED_M = 0.05
_NOISE_FT = 1e-6


@dataclass(frozen=True, slots=True)
class SoraVolumes:
    """The volumes of one flight as a booking takes them, and how far they reach."""

    figures: Figures
    flight_geography: VolumeFacts
    contingency: VolumeFacts
    ground_risk_buffer: VolumeFacts

    @property
    def all(self) -> tuple[VolumeFacts, VolumeFacts, VolumeFacts]:
        """Return them from the inside out."""
        return self.flight_geography, self.contingency, self.ground_risk_buffer


def volumes_of(flight: Flight, *, flight_geography: Ring, plane: SitePlane, elevation_ft_amsl: int) -> SoraVolumes:
    """Derive the volumes around an outline; all begin at the ground, which is taken as flat at the site's elevation.

    The flight geography is hard, the contingency volume soft up to H_CV. The ground risk buffer is ground: it ends at
    the site's elevation, so that it says nothing about the air above.
    """
    figures = figures_of(flight)
    core = plane.outline_m(flight_geography)
    contingency = _around(core, figures.s_cv_m, plane=plane)
    # around what was drawn, so that the two nest whatever corners were saved
    buffer = _around(plane.outline_m(contingency), figures.grb_m, plane=plane)
    return SoraVolumes(
        figures=figures,
        flight_geography=VolumeFacts(
            outline=flight_geography,
            ceiling_ft_amsl=ceiling_ft(flight.height_m, elevation_ft_amsl=elevation_ft_amsl),
            kind=VolumeKind.FLIGHT_GEOGRAPHY,
        ),
        contingency=VolumeFacts(
            outline=contingency,
            ceiling_ft_amsl=ceiling_ft(figures.h_cv_m, elevation_ft_amsl=elevation_ft_amsl),
            kind=VolumeKind.CONTINGENCY,
        ),
        ground_risk_buffer=VolumeFacts(
            outline=buffer, ceiling_ft_amsl=elevation_ft_amsl, kind=VolumeKind.GROUND_RISK_BUFFER
        ),
    )


def ceiling_ft(height_m: float, *, elevation_ft_amsl: int) -> int:
    """Return a height above the ground as whole feet AMSL, rounded up."""
    return math.ceil(elevation_ft_amsl + height_m / FOOT_M - _NOISE_FT)


def width_m(outline: Ring, *, plane: SitePlane) -> float:
    """Return how wide an outline is at its narrowest: the shorter side of the smallest rectangle around it."""
    sides = plane.outline_m(outline).minimum_rotated_rectangle.exterior.coords
    return min(math.dist(sides[0], sides[1]), math.dist(sides[1], sides[2]))


def _around(core: Polygon, distance_m: float, *, plane: SitePlane) -> Ring:
    """Return an outline at least `distance_m` outside of another one, without holes, of at most MOST_CORNERS."""
    spared_m = max(_LEAST_SPARED_M, distance_m / 1000)
    while True:
        wide = core.buffer((distance_m + spared_m + _ROUNDING_M) * _AROUND, quad_segs=_SEGMENTS)
        # simplifying moves no edge by more than what was added for it
        outline = Polygon(wide.exterior).simplify(spared_m)
        if len(outline.exterior.coords) <= MOST_CORNERS:
            return _ring(outline, plane=plane)
        spared_m *= 2


def _ring(outline: Polygon, *, plane: SitePlane) -> Ring:
    corners = [plane.to_geographic(east_m, north_m) for east_m, north_m in outline.exterior.coords[:-1]]
    ring = tuple((round(longitude_deg, 7), round(latitude_deg, 7)) for longitude_deg, latitude_deg in corners)
    return (*ring, ring[0])
