import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from testcentre.foundation.clock import to_rfc3339
from tests.bookings.api.client import Desk, codes, get, post
from tests.factories import square, tomorrow
from tests.people import Person, person

AIR = {
    "polygon": {"type": "Polygon", "coordinates": [[list(corner) for corner in square()]]},
    "floor_ft_amsl": None,
    "ceiling_ft_amsl": 900,
}


@pytest.fixture
def officer() -> Person:
    return person("range/duty_officer")


@pytest.fixture
def booking(aero: Desk) -> dict[str, Any]:
    answer = aero.book(volumes=[AIR], resources=["ILS-23"])
    assert answer.status_code == 201
    booked: dict[str, Any] = answer.json()
    return booked


def valid(**changes: object) -> dict[str, object]:
    begins = tomorrow()
    return {
        "number": "A1234/27",
        "from": to_rfc3339(begins - timedelta(hours=1)),
        "to": to_rfc3339(begins + timedelta(hours=2)),
        **changes,
    }


def test_the_company_reads_the_draft_and_what_is_due(aero: Desk, booking: dict[str, Any]) -> None:
    answer = get(aero.who, f"bookings/{booking['id']}/notam")

    assert answer.status_code == 200
    notam = answer.json()
    assert set(notam) == {
        "booking", "needed", "state", "due", "late", "request_by", "publish_by", "draft", "notam", "published",
        "differences", "cross_border", "history",
    }  # fmt: skip
    assert (notam["needed"], notam["state"], notam["due"]) == (True, "drafted", "request")
    assert notam["draft"]["header"] == "EXERCISE - DRAFT - NOT FOR PUBLICATION"
    assert re.match(r"Q\) EHAA/QWULW/IV/BO/W/000/009/\d{4}N\d{5}E\d{3}\nA\) EHAA B\) \d{10}", notam["draft"]["text"])
    assert notam["draft"]["fields"]["G"] == "900FT AMSL"
    assert notam["cross_border"][0]["reaches"] == ["FINAL RWY 23 FROM 5.3NM TO 10NM BEFORE THE THRESHOLD"]


def test_the_duty_officer_notes_what_the_notam_office_does(booking: dict[str, Any], officer: Person) -> None:
    path = f"bookings/{booking['id']}/notam"

    requested = post(officer, f"{path}/request", {"reason": "asked by mail"})
    published = post(officer, f"{path}/publish", valid())
    cancelled = post(officer, f"{path}/cancel", {})

    assert [answer.status_code for answer in (requested, published, cancelled)] == [200, 200, 200]
    assert [answer.json()["state"] for answer in (requested, published, cancelled)] == [
        "requested",
        "published",
        "drafted",
    ]
    notam = published.json()["published"]
    assert (notam["number"], notam["series"], notam["from"]) == ("A1234/27", "A", valid()["from"])
    assert [row["state"] for row in cancelled.json()["history"]] == ["cancelled"]


def test_a_repeat_with_the_same_key_is_one_request(booking: dict[str, Any], officer: Person) -> None:
    path = f"bookings/{booking['id']}/notam/request"

    first, again = (post(officer, path, {}, **{"Idempotency-Key": "n-1"}) for _ in range(2))
    other = post(officer, path, {})

    assert (first.status_code, again.status_code, again.headers["Idempotency-Replayed"]) == (200, 200, "true")
    assert (other.status_code, codes(other)) == (409, ["wrong_notam_state"])


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"number": "1234/27"}, {"number"}),
        ({"number": "A1234/2027"}, {"number"}),
        ({"number": None, "from": None}, {"number", "from"}),
        ({"from": "tomorrow"}, {"from"}),
        ({"to": to_rfc3339(tomorrow(1))}, {"to"}),
        ({"series": "A"}, {"series"}),
    ],
)
def test_a_publication_with_faults_is_told_all_of_them(
    booking: dict[str, Any], officer: Person, changes: dict[str, object], fields: set[str]
) -> None:
    post(officer, f"bookings/{booking['id']}/notam/request", {})

    answer = post(officer, f"bookings/{booking['id']}/notam/publish", valid(**changes))

    assert answer.status_code == 400
    assert {error["field"] for error in answer.json()["errors"]} == fields
    assert all(error["expected"] for error in answer.json()["errors"])


def test_who_may_not_and_what_is_not_there(
    aero: Desk, heavylift: Desk, booking: dict[str, Any], officer: Person
) -> None:
    path = f"bookings/{booking['id']}/notam"

    assert post(aero.who, f"{path}/request", {}).status_code == 403
    assert post(officer, f"{path}/print", {}).status_code == 404
    for call in ("notam", "volumes.json"):
        foreign, nobody = (get(heavylift.who, f"bookings/{i}/{call}") for i in (booking["id"], uuid4()))
        assert (foreign.status_code, foreign.content) == (404, nobody.content)
    foreign = post(heavylift.who, f"{path}/request", {})
    assert foreign.status_code == 404


def test_booked_volumes_leave_as_geozones(aero: Desk, booking: dict[str, Any]) -> None:
    answer = get(aero.who, f"bookings/{booking['id']}/volumes.json")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/geo+json"
    zones = answer.json()
    assert [zone["geometry"]["coordinates"] for zone in zones["features"]] == [AIR["polygon"]["coordinates"]]  # type: ignore[index]
    assert zones["features"][0]["properties"]["identifier"] == "EHTW001"
    assert [word for word in ("Aero", "AERO", "hover", aero.aircraft.name) if word in answer.content.decode()] == []
