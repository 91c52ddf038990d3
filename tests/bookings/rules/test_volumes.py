import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.geometry import plane_at
from bookings.rules.facts import VolumeFacts, VolumeKind
from bookings.rules.volumes import read_volume, read_volumes
from testcentre.foundation.errors import Refusal

PLANE = plane_at(52.2758333, 6.8891667)
RING = [[6.889, 52.275], [6.891, 52.275], [6.891, 52.277], [6.889, 52.277], [6.889, 52.275]]


def wanted(*rings: Any, **changes: Any) -> dict[str, Any]:
    polygon = {"type": "Polygon", "coordinates": list(rings or [RING])}
    return {"polygon": polygon, "floor_ft_amsl": 100, "ceiling_ft_amsl": 400, **changes}


def faults(value: object) -> list[tuple[str, str]]:
    read = read_volume(value, plane=PLANE, field="volumes[0]")
    return [] if isinstance(read, VolumeFacts) else [(refusal.code, refusal.field) for refusal in read]


def test_a_good_volume_is_read_as_it_is() -> None:
    assert read_volume(wanted(), plane=PLANE, field="volumes[0]") == VolumeFacts(
        outline=tuple((longitude, latitude) for longitude, latitude in RING),
        floor_ft_amsl=100,
        ceiling_ft_amsl=400,
        kind=VolumeKind.FLIGHT_GEOGRAPHY,
    )


def test_a_floor_of_null_is_the_ground_and_so_is_none() -> None:
    without = wanted()
    del without["floor_ft_amsl"]

    assert read_volume(without, plane=PLANE, field="v") == read_volume(
        wanted(floor_ft_amsl=None), plane=PLANE, field="v"
    )


@pytest.mark.parametrize(
    ("rings", "code"),
    [
        ([RING[:1]], "polygon_corners"),
        ([[]], "polygon_corners"),
        ([[[6.88 + i * 1e-7, 52.27] for i in range(50_000)]], "polygon_corners"),
        ([RING[:4]], "polygon_not_closed"),
        ([[RING[0], RING[2], RING[1], RING[3], RING[0]]], "polygon_self_crossing"),
        ([[RING[0], RING[1], RING[0], RING[1], RING[0]]], "polygon_self_crossing"),
        ([[[6.889, 52.275], [6.889, 52.275], [6.889, 52.275], [6.889, 52.275]]], "polygon_self_crossing"),
        ([[[6.889, 52.275], [6.8890001, 52.275], [6.8890001, 52.2750001], [6.889, 52.275]]], "polygon_too_small"),
        ([RING, RING], "polygon_has_holes"),
        ([[[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]], "polygon_too_far"),
        ([[[latitude, longitude] for longitude, latitude in RING]], "polygon_too_far"),
    ],
)
def test_an_outline_is_refused_by_what_is_wrong_with_it(rings: list[Any], code: str) -> None:
    assert (code, "volumes[0].polygon") in faults(wanted(*rings))


@given(st.floats(-180, 180), st.floats(-90, 90), st.floats(1e-4, 0.5), st.sampled_from([1, -1]))
def test_an_outline_anywhere_else_on_earth_is_refused_with_its_distance(
    longitude_deg: float, latitude_deg: float, side_deg: float, turn: int
) -> None:
    if abs(latitude_deg - 52) < 3 and abs(longitude_deg - 7) < 5:
        return
    corners = [(0, 0), (side_deg, 0), (side_deg, side_deg), (0, side_deg), (0, 0)]
    ring = [
        # over the date line and the pole it goes on at the other end of the numbers
        [(longitude_deg + east + 180) % 360 - 180, max(-90.0, min(90.0, latitude_deg + north))]
        for east, north in corners[::turn]
    ]

    refusals = read_volume(wanted(ring), plane=PLANE, field="v")

    assert isinstance(refusals, list)
    (refusal,) = refusals
    assert refusal.code == "polygon_too_far"
    assert 100 < int(str(refusal.got).removesuffix(" km")) <= 20_100


@pytest.mark.parametrize(
    "ring",
    [
        [[179.9, 52], [-179.9, 52], [-179.9, 52.1], [179.9, 52.1], [179.9, 52]],
        [[-120, 89.9], [0, 89.9], [120, 89.9], [-120, 89.9]],
        [[-173.1108, -52.2758], [-173.11, -52.2758], [-173.11, -52.275], [-173.1108, -52.2758]],
    ],
)
def test_the_date_line_the_pole_and_the_other_side_of_the_earth_are_far(ring: list[Any]) -> None:
    assert faults(wanted(ring)) == [("polygon_too_far", "volumes[0].polygon")]


@pytest.mark.parametrize(
    "corner",
    [
        [6.8, 520.0],
        [180.1, 52],
        [math.nan, 52.0],
        [math.inf, 52.0],
        ["6.8", 52.0],
        [6.8],
        [6.8, 52.0, 10.0],
        None,
        [True, 52.0],
        10**400,
    ],
)
def test_a_corner_that_is_no_position_is_pointed_at(corner: object) -> None:
    ring = [RING[0], corner, *RING[2:]]

    assert faults(wanted(ring)) == [("not_a_polygon", "volumes[0].polygon.coordinates[0][1]")]


@pytest.mark.parametrize(
    "polygon",
    [
        None,
        "x",
        [],
        {},
        {"type": "Point", "coordinates": [6.8, 52.0]},
        {"type": "Polygon"},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [None]},
    ],
)
def test_what_is_no_polygon_is_refused(polygon: object) -> None:
    assert faults({**wanted(), "polygon": polygon}) == [("not_a_polygon", "volumes[0].polygon")]


@pytest.mark.parametrize("altitude_ft", ["100", 100.5, math.inf, math.nan, 10**400, -1501, 60_001, True, [1]])
def test_an_altitude_is_whole_feet_within_reason(altitude_ft: object) -> None:
    assert faults(wanted(floor_ft_amsl=altitude_ft)) == [("altitude_not_valid", "volumes[0].floor_ft_amsl")]


def test_a_ceiling_is_needed() -> None:
    assert faults(wanted(ceiling_ft_amsl=None)) == [("altitude_not_valid", "volumes[0].ceiling_ft_amsl")]


@pytest.mark.parametrize("floor_ft", [400, 9000])
def test_a_floor_lies_below_its_ceiling(floor_ft: int) -> None:
    assert faults(wanted(floor_ft_amsl=floor_ft)) == [("floor_not_below_ceiling", "volumes[0].floor_ft_amsl")]


def test_all_faults_of_a_volume_are_told() -> None:
    value = wanted(RING[:4], floor_ft_amsl=9000, ceiling_ft_amsl=500, kind="bubble", colour="red")

    assert sorted(faults(value)) == [
        ("floor_not_below_ceiling", "volumes[0].floor_ft_amsl"),
        ("not_a_volume", "volumes[0].colour"),
        ("not_a_volume", "volumes[0].kind"),
        ("polygon_not_closed", "volumes[0].polygon"),
    ]


def test_good_volumes_are_read_beside_bad_ones() -> None:
    volumes, refusals = read_volumes([wanted(), 7, wanted(kind="contingency")], plane=PLANE)

    assert [volume.kind for volume in volumes] == [VolumeKind.FLIGHT_GEOGRAPHY, VolumeKind.CONTINGENCY]
    assert [(refusal.code, refusal.field) for refusal in refusals] == [("not_a_volume", "volumes[1]")]


@pytest.mark.parametrize(
    ("value", "code"), [({}, "not_a_volume"), (None, "not_a_volume"), ([wanted()] * 21, "too_many_volumes")]
)
def test_volumes_are_a_list_of_at_most_twenty(value: object, code: str) -> None:
    volumes, refusals = read_volumes(value, plane=PLANE)

    assert (volumes, [refusal.code for refusal in refusals]) == ([], [code])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.sampled_from(["type", "coordinates", "polygon", "kind"]), inner, max_size=4)
    ),
    max_leaves=15,
)
NEAR = st.tuples(st.floats(6.7, 7.1), st.floats(52.1, 52.4)).map(list)


@given(
    JSON
    | st.fixed_dictionaries(
        {"polygon": st.fixed_dictionaries({"type": st.just("Polygon"), "coordinates": JSON}), "ceiling_ft_amsl": JSON}
    )
)
def test_any_json_is_a_volume_or_refusals(value: object) -> None:
    read = read_volume(value, plane=PLANE, field="volumes[0]")

    assert isinstance(read, VolumeFacts) or (read and all(isinstance(refusal, Refusal) for refusal in read))


@given(st.lists(NEAR, min_size=3, max_size=8))
def test_whatever_outline_is_read_is_simple_and_has_an_area(corners: list[list[float]]) -> None:
    read = read_volume(wanted([*corners, corners[0]]), plane=PLANE, field="volumes[0]")

    if isinstance(read, VolumeFacts):
        shape = PLANE.outline_m(read.outline)
        assert shape.is_valid
        assert not shape.buffer(-0.01).is_empty
