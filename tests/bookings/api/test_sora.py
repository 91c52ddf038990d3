from typing import Any

import pytest

from bookings.rules.facts import AircraftKind
from tests.bookings.api.client import Desk, codes, post
from tests.factories import aircraft_of, pilot_of, square, tomorrow

AREA = {"type": "Polygon", "coordinates": [[list(corner) for corner in square(east_km=-0.2, north_km=-0.2)]]}
FIGURES = {"max_speed_m_s": 15, "characteristic_dimension_m": 4.5, "kind": "rotor"}


def plan(desk: Desk, **changes: object) -> Any:
    asked = {**FIGURES, "polygon": AREA, "height_m": 60, "controlled": True, **changes}
    return post(desk.who, "sora/volumes", {name: value for name, value in asked.items() if value is not None})


def with_aircraft(desk: Desk, aircraft: object, **changes: object) -> Any:
    return plan(desk, aircraft=str(aircraft), **dict.fromkeys(FIGURES), **changes)


def test_the_worked_example_with_its_formulae(aero: Desk) -> None:
    answer = plan(aero)

    assert answer.status_code == 200
    told = answer.json()
    assert {name: figure["value"] for name, figure in told["figures"].items()} == {
        "s_cv_m": 33.468,
        "h_cv_m": 85.968,
        "grb_m": 88.218,
        "adjacent_m": 5000.0,
    }
    assert told["figures"]["grb_m"] == {"value": 88.218, "unit": "m", "formula": "H_CV + CD/2"}
    assert told["intrinsic_ground_risk_class"] == 2
    assert told["errors"] == []
    assert [(v["kind"], v["floor_ft_amsl"], v["ceiling_ft_amsl"]) for v in told["volumes"]] == [
        ("flight_geography", None, 312),
        ("contingency", None, 398),
        ("ground_risk_buffer", None, 115),
    ]


def test_an_aircraft_brings_its_own_figures(aero: Desk) -> None:
    assert with_aircraft(aero, aero.aircraft.id).json() == plan(aero).json()


@pytest.mark.parametrize("method", ["1:1", "ballistic"])
def test_a_vtol_turns_as_a_wing(aero: Desk, method: str) -> None:
    wing = aircraft_of(aero.who, kind=AircraftKind.VTOL, max_speed_m_s=30, characteristic_dimension_m=6)

    told = with_aircraft(aero, wing.id, height_m=120, method=method).json()

    assert told["figures"]["s_cv_m"]["value"] == 195.904
    assert told["figures"]["grb_m"]["value"] == {"1:1": 175.523, "ballistic": 180.92}[method]
    assert any("meant for rotors" in note for note in told["notes"]) is (method == "ballistic")


def test_a_ceiling_above_the_sea_is_as_good_as_a_height(aero: Desk) -> None:
    told = plan(aero, height_m=None, ceiling_ft_amsl=312).json()

    assert [volume["ceiling_ft_amsl"] for volume in told["volumes"]] == [312, 398, 115]


def test_the_volumes_are_booked_as_they_come(aero: Desk, heavylift: Desk) -> None:
    volumes = plan(aero).json()["volumes"]

    booked = aero.book(volumes=volumes, resources=[])

    assert booked.status_code == 201
    assert booked.json()["volumes"] == volumes
    beside = square(east_km=0.05, north_km=-0.1, side_km=0.05)  # 50 m east: in the buffer, outside of the contingency
    polygon = {"type": "Polygon", "coordinates": [[list(corner) for corner in beside]]}
    air = [{"polygon": polygon, "floor_ft_amsl": None, "ceiling_ft_amsl": 400}]
    assert heavylift.book(volumes=air, resources=[]).status_code == 201


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"controlled": None, "population_per_km2": 0}, 4),
        ({"controlled": None, "population_per_km2": 60_000}, None),
        ({"controlled": None}, None),
        ({"max_speed_m_s": 210}, None),
    ],
)
def test_the_class_is_of_the_people_below_and_none_where_the_table_ends(
    aero: Desk, changes: dict[str, object], expected: int | None
) -> None:
    told = plan(aero, **changes).json()

    assert told["intrinsic_ground_risk_class"] == expected
    assert any("scope" in note or "population" in note for note in told["notes"]) is (expected is None)


def test_what_the_airspace_would_refuse_is_told_with_the_volumes(aero: Desk) -> None:
    at_the_edge = {"type": "Polygon", "coordinates": [[list(corner) for corner in square(east_km=9.53)]]}

    told = plan(aero, polygon=at_the_edge, height_m=700).json()

    assert len(told["volumes"]) == 3
    assert {(error["code"], error["field"]) for error in told["errors"]} == {
        ("volume_outside_airspace", "volumes[1].polygon"),
        ("volume_outside_airspace", "volumes[2].polygon"),
        ("ceiling_above_limit", "volumes[0].ceiling_ft_amsl"),
        ("ceiling_above_limit", "volumes[1].ceiling_ft_amsl"),
    }


def test_a_flight_geography_narrower_than_the_aircraft_allows_is_noted(aero: Desk) -> None:
    narrow = {"type": "Polygon", "coordinates": [[list(corner) for corner in square(side_km=0.01)]]}

    notes = plan(aero, polygon=narrow, height_m=10).json()["notes"]

    assert sum("less than 3 x CD = 13.5 m" in note for note in notes) == 2


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"max_speed_m_s": None}, {"required"}),
        ({"max_speed_m_s": 0, "characteristic_dimension_m": "4.5"}, {"invalid"}),
        ({"max_speed_m_s": 1e308}, {"invalid"}),
        ({"kind": "balloon"}, {"not_a_choice"}),
        ({"height_m": None}, {"height_once"}),
        ({"ceiling_ft_amsl": 400}, {"height_once"}),
        ({"height_m": None, "ceiling_ft_amsl": 115}, {"invalid"}),
        ({"height_m": -1}, {"invalid"}),
        ({"polygon": None}, {"required"}),
        ({"polygon": {"type": "Point", "coordinates": [6.8, 52.2]}}, {"not_a_polygon"}),
        (
            {"polygon": {"type": "Polygon", "coordinates": [[[0, 89], [1, 89], [1, 89.9], [0, 89]]]}},
            {"polygon_too_far"},
        ),
        ({"polygon": {"type": "Polygon", "coordinates": [[[6.88, 52.27]] * 501]}}, {"polygon_corners"}),
        ({"population_per_km2": -1}, {"invalid"}),
        ({"controlled": "yes"}, {"invalid"}),
        ({"method": "parachute"}, {"not_a_choice"}),
        ({"colour": "red"}, {"unknown_field"}),
        ({"aircraft": "00000000-0000-4000-8000-000000000000"}, {"aircraft_or_figures"}),
    ],
)
def test_faults_of_form_say_what_was_expected(aero: Desk, changes: dict[str, object], expected: set[str]) -> None:
    answer = plan(aero, **changes)

    assert answer.status_code == 400
    assert set(codes(answer)) >= expected
    assert all(error["expected"] is not None for error in answer.json()["errors"])


def test_a_foreign_aircraft_is_an_unknown_one(aero: Desk, heavylift: Desk) -> None:
    answer = with_aircraft(heavylift, aero.aircraft.id)

    assert (answer.status_code, codes(answer)) == (400, ["unknown_aircraft"])
    assert aero.aircraft.name not in answer.content.decode()


def test_what_does_not_fly_has_no_volumes(aero: Desk) -> None:
    cart = aircraft_of(aero.who, kind=AircraftKind.GROUND)

    answer = with_aircraft(aero, cart.id)

    assert (answer.status_code, codes(answer)) == (422, ["does_not_fly"])


def test_a_buffer_keeps_rivals_from_the_stands_it_covers(aero: Desk, heavylift: Desk) -> None:
    stand = {"type": "Polygon", "coordinates": [[list(corner) for corner in square(east_km=-0.55, north_km=-0.62)]]}
    volumes = plan(aero, polygon=stand).json()["volumes"]

    assert aero.book(volumes=volumes, resources=[]).status_code == 201
    rival = heavylift.book(resources=["STAND-1"])
    assert (rival.status_code, codes(rival)) == (409, ["resource_busy"])
    own = aero.book(
        resources=["STAND-1"],
        aircraft=str(aircraft_of(aero.who).id),
        pilot=str(pilot_of(aero.who).id),
        start=tomorrow(14),
    )
    assert own.status_code == 201
