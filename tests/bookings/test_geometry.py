import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from bookings.geometry import plane_at

ARP = (6.8891667, 52.2758333)
PLANE = plane_at(ARP[1], ARP[0])


def test_the_reference_point_is_the_origin() -> None:
    assert PLANE.to_plane_m(*ARP) == pytest.approx((0, 0), abs=1e-6)


def test_the_thresholds_are_as_far_apart_as_on_the_ellipsoid() -> None:
    one, other = (6.87465733, 52.26966235), (6.90354517, 52.28198135)

    assert math.dist(PLANE.to_plane_m(*one), PLANE.to_plane_m(*other)) == pytest.approx(2401.4, abs=0.1)


@given(st.floats(6.7, 7.1), st.floats(52.1, 52.4))
def test_positions_come_back_to_a_millimetre(longitude_deg: float, latitude_deg: float) -> None:
    back = PLANE.to_geographic(*PLANE.to_plane_m(longitude_deg, latitude_deg))

    assert Geod(ellps="WGS84").inv(longitude_deg, latitude_deg, *back)[2] < 0.001


def test_an_outline_has_its_area_in_square_metres() -> None:
    ring = [(6.889, 52.275), (6.891, 52.275), (6.891, 52.277), (6.889, 52.277), (6.889, 52.275)]
    area_m2, _ = Geod(ellps="WGS84").polygon_area_perimeter([c[0] for c in ring], [c[1] for c in ring])

    assert PLANE.outline_m(ring).area == pytest.approx(abs(area_m2), rel=1e-6)
