from typing import Any

import pytest

from tests.bookings.api.client import Desk, codes, get, patch
from tests.factories import tomorrow
from tests.people import person

SECTOR = {"azimuth_from_deg": 85, "azimuth_to_deg": 125, "elevation_from_deg": 0, "elevation_to_deg": 30}
JAMMING = {"frequencies_mhz": [1575.42], "power_w": 2, "sector": SECTOR}
DETAILS = {"unit": "Joint unit 7", "stop_procedure": "Off at the word STOP.", "jamming": JAMMING}
DAY = f"from={tomorrow(0):%Y-%m-%dT%H:%M:%SZ}&to={tomorrow(24):%Y-%m-%dT%H:%M:%SZ}"


def test_the_details_of_a_hazard_are_kept_changed_and_answered() -> None:
    desk = Desk(person("umbra/booker"))
    booking = desk.book(resources=["GNSS-BAND"], hazard_details=DETAILS).json()

    assert booking["hazard_details"] == DETAILS | {"laser": None}
    changed = patch(desk.who, f"bookings/{booking['id']}", {"hazard_details": {"unit": "Unit 8"}}, **{"If-Match": "*"})
    assert changed.json()["hazard_details"] == {"unit": "Unit 8", "stop_procedure": "", "laser": None, "jamming": None}


@pytest.mark.parametrize(
    ("details", "field"),
    [
        ({"unit": 7}, "hazard_details.unit"),
        ({"gun": "big"}, "hazard_details.gun"),
        ({"jamming": JAMMING | {"frequencies_mhz": []}}, "hazard_details.jamming.frequencies_mhz"),
        ({"jamming": JAMMING | {"power_w": 0}}, "hazard_details.jamming.power_w"),
        ({"jamming": JAMMING | {"sector": SECTOR | {"azimuth_to_deg": 361}}},
         "hazard_details.jamming.sector.azimuth_to_deg"),
        ({"jamming": JAMMING | {"sector": SECTOR | {"elevation_from_deg": 40}}},
         "hazard_details.jamming.sector.elevation_to_deg"),
        ({"laser": {"laser_class": "5"}}, "hazard_details.laser.laser_class"),
        ("a laser", "hazard_details"),
    ],
)  # fmt: skip
def test_details_of_another_form_are_refused_with_their_place(aero: Desk, details: Any, field: str) -> None:
    answer = aero.book(hazard_details=details)

    assert answer.status_code == 400
    assert field in {error["field"] for error in answer.json()["errors"]}


def test_utilisation_is_answered_as_json_and_as_csv(aero: Desk) -> None:
    aero.book()

    told = get(aero.who, f"utilisation?{DAY}&by=company").json()
    text = get(aero.who, f"utilisation?{DAY}&by=company&format=csv").getvalue().decode()

    assert [(row["company"], row["asked_h"], row["open_h"]) for row in told["rows"]] == [("aero", 0.5, 24.0)]
    assert text.splitlines()[0].startswith("company,name,restricted,open_h,asked_h,granted_h")
    assert text.splitlines()[1].startswith("aero,Aero Cargo BV,false,24.0,0.5,")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("by=moon", "not_a_choice"),
        ("format=xml", "not_a_choice"),
        (f"by=half_day&to={tomorrow(24 * 40):%Y-%m-%dT%H:%M:%SZ}", "period_too_long"),
    ],
)
def test_what_utilisation_can_not_answer_is_refused(aero: Desk, query: str, code: str) -> None:
    answer = get(aero.who, f"utilisation?{DAY}&{query}")

    assert (answer.status_code, codes(answer)) == (400, [code])
