import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon

from bookings.geometry import plane_at
from bookings.rules.facts import Ring, VolumeFacts, VolumeKind
from bookings.rules.volumes import read_volumes
from bookings.sora.figures import Airframe, Flight
from bookings.sora.volumes import MOST_CORNERS, SoraVolumes, ceiling_ft, volumes_of, width_m
from tests.bookings.claims.squares import ARP, square
from tests.bookings.sora.test_figures import flights

PLANE = plane_at(*ARP)
ELEVATION_FT = 115
HEAVY = Flight(max_speed_m_s=15, characteristic_dimension_m=4.5, height_m=60, airframe=Airframe.ROTOR)
SITE_SIZED = square(east_m=-400, north_m=-300, width_m=800, depth_m=600)


def derived(flight: Flight, ring: Ring = SITE_SIZED) -> SoraVolumes:
    return volumes_of(flight, flight_geography=ring, plane=PLANE, elevation_ft_amsl=ELEVATION_FT)


def shape(volume: VolumeFacts) -> Polygon:
    return PLANE.outline_m(volume.outline)


def star(corners: int, *, inner_m: float, outer_m: float) -> Ring:
    """Return a star with twice as many corners, every second one on the inner circle."""
    turns = [i * math.pi / corners for i in range(2 * corners)]
    radii = [outer_m if i % 2 else inner_m for i in range(2 * corners)]
    ring = [
        PLANE.to_geographic(radius * math.sin(turn), radius * math.cos(turn))
        for turn, radius in zip(turns, radii, strict=True)
    ]
    return (*ring, ring[0])


outlines = st.one_of(
    st.builds(
        lambda width, depth: square(east_m=-width / 2, north_m=0, width_m=width, depth_m=depth),
        st.floats(5, 3000),
        st.floats(5, 3000),
    ),
    st.builds(
        lambda corners, inner, more: star(corners, inner_m=inner, outer_m=inner * more),
        st.integers(3, 40),
        st.floats(30, 1500),
        st.floats(1.0, 3.0),
    ),
)


def test_the_heavy_lifter_of_the_worked_example() -> None:
    volumes = derived(HEAVY)

    assert [(v.kind, v.floor_ft_amsl, v.ceiling_ft_amsl) for v in volumes.all] == [
        (VolumeKind.FLIGHT_GEOGRAPHY, None, 312),  # 115 ft + 60 m = 311.9 ft
        (VolumeKind.CONTINGENCY, None, 398),  # 115 ft + 85.97 m = 397.05 ft
        (VolumeKind.GROUND_RISK_BUFFER, None, 115),
    ]
    west, south, east, north = shape(volumes.contingency).bounds
    assert (-west - 400, -south - 300, east - 400, north - 300) == pytest.approx((34.2,) * 4, abs=0.8)
    west, south, east, north = shape(volumes.ground_risk_buffer).bounds
    assert (-west - 400, -south - 300, east - 400, north - 300) == pytest.approx((124,) * 4, abs=2.5)


@given(flights, outlines)
@settings(deadline=None, max_examples=50)
def test_volumes_nest_and_are_nowhere_nearer_than_the_formulae_ask(flight: Flight, ring: Ring) -> None:
    volumes = derived(flight, ring)
    figures, core = volumes.figures, shape(volumes.flight_geography)
    contingency, buffer = shape(volumes.contingency), shape(volumes.ground_risk_buffer)

    assert volumes.flight_geography.outline == ring
    assert contingency.covers(core)
    assert buffer.covers(contingency)
    assert contingency.exterior.distance(core) >= figures.s_cv_m
    assert buffer.exterior.distance(core) >= figures.s_cv_m + figures.grb_m
    assert volumes.flight_geography.ceiling_ft_amsl <= volumes.contingency.ceiling_ft_amsl
    assert (volumes.contingency.ceiling_ft_amsl - ELEVATION_FT) * 0.3048 >= figures.h_cv_m - 1e-6


@given(flights, outlines)
@settings(deadline=None, max_examples=50)
def test_derived_volumes_are_what_a_booking_takes(flight: Flight, ring: Ring) -> None:
    volumes = derived(flight, ring)
    bodies = [
        {
            "polygon": {"type": "Polygon", "coordinates": [[list(corner) for corner in volume.outline]]},
            "floor_ft_amsl": volume.floor_ft_amsl,
            "ceiling_ft_amsl": volume.ceiling_ft_amsl,
            "kind": str(volume.kind),
        }
        for volume in volumes.all
    ]

    read, faults = read_volumes(bodies, plane=PLANE)

    assert (tuple(read), faults) == (volumes.all, [])
    assert max(len(volume.outline) for volume in volumes.all[1:]) <= MOST_CORNERS


def test_an_outline_of_500_positions_gets_few_corners_and_little_more_ground() -> None:
    ring = star(249, inner_m=900, outer_m=1000)

    contingency = derived(HEAVY, ring).contingency

    exact = PLANE.outline_m(ring).buffer(33.468, quad_segs=32)
    assert len(contingency.outline) <= MOST_CORNERS
    assert exact.area <= shape(contingency).area <= 1.03 * exact.area


def test_a_bay_within_a_flight_geography_is_filled() -> None:
    ring = tuple(
        PLANE.to_geographic(east_m, north_m)
        for east_m, north_m in [
            (0, 0), (500, 0), (500, 500), (0, 500), (0, 260), (100, 260), (100, 400), (400, 400), (400, 100),
            (100, 100), (100, 240), (0, 240), (0, 0),
        ]
    )  # fmt: skip

    contingency = shape(derived(HEAVY, ring).contingency)

    assert contingency.covers(PLANE.outline_m(square(east_m=0, north_m=0, width_m=500, depth_m=500)))


@pytest.mark.parametrize(("height_m", "expected"), [(0.3048, 116), (0.31, 117), (121.92, 515)])
def test_heights_are_rounded_up_and_whole_feet_stay(height_m: float, expected: int) -> None:
    assert ceiling_ft(height_m, elevation_ft_amsl=115) == expected


def test_the_width_is_the_narrow_side() -> None:
    assert width_m(square(east_m=0, north_m=0, width_m=12, depth_m=300), plane=PLANE) == pytest.approx(12, abs=0.01)
