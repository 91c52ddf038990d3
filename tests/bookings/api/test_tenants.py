"""The rival walks every address of bookings, in every role, and learns nothing."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from testcentre.foundation.clock import to_rfc3339
from tests.bookings.api.client import Desk, get, post
from tests.factories import tomorrow
from tests.people import person

SECRET = "PURPLE-HERON"
ROLES = ["heavylift/viewer", "heavylift/pilot", "heavylift/engineer", "heavylift/booker", "heavylift/admin"]


@pytest.fixture
def theirs(aero: Desk) -> dict[str, Any]:
    booking: dict[str, Any] = aero.book(purpose=SECRET).json()
    return booking


def words(aero: Desk, booking: dict[str, Any]) -> list[str]:
    ids = [booking["id"], str(aero.aircraft.id), str(aero.pilot.id), str(aero.who.organisation_id)]
    return [SECRET, "Aero", "AERO", aero.aircraft.name, aero.aircraft.serial_number, aero.pilot.name, *ids]


@pytest.mark.parametrize("who", ROLES)
def test_no_list_tells_of_another_organisation(aero: Desk, theirs: dict[str, Any], who: str) -> None:
    day = f"from={to_rfc3339(tomorrow(0))}&to={to_rfc3339(tomorrow(24))}"
    lists = ["bookings", f"bookings?{day}", "aircraft", "pilots", "papers", f"schedule?{day}", "resources", "site"]
    for path in [*lists, f"availability?resources=RWY-05-23&{day}&minutes=30"]:
        answer = get(person(who), path)
        assert answer.status_code == 200, path
        assert [word for word in words(aero, theirs) if word in answer.content.decode()] == [], path


@pytest.mark.parametrize("who", ROLES)
def test_foreign_things_answer_as_things_that_never_were(aero: Desk, theirs: dict[str, Any], who: str) -> None:
    rival = person(who)
    for kind, its_id in (("bookings", theirs["id"]), ("aircraft", aero.aircraft.id), ("pilots", aero.pilot.id)):
        foreign, nobody = get(rival, f"{kind}/{its_id}"), get(rival, f"{kind}/{uuid4()}")
        assert (foreign.status_code, foreign.content) == (404, nobody.content)
    for verb in ("confirm", "refuse", "cancel", "check-in", "activate", "release", "complete", "no-show"):
        foreign, nobody = (post(rival, f"bookings/{i}/{verb}", {}) for i in (theirs["id"], uuid4()))
        assert (foreign.status_code, foreign.content) == (404, nobody.content)


def test_a_clash_names_nobody_and_nothing(aero: Desk, heavylift: Desk, theirs: dict[str, Any]) -> None:
    for dry_run in (True, False):
        answer = heavylift.book(dry_run=dry_run)
        assert [word for word in words(aero, theirs) if word in answer.content.decode()] == []


def test_a_foreign_aircraft_can_not_be_booked(aero: Desk, heavylift: Desk) -> None:
    answer = heavylift.book(aircraft=str(aero.aircraft.id), pilot=str(aero.pilot.id))

    assert answer.status_code == 400
    assert {(e["code"], e["field"]) for e in answer.json()["errors"]} == {
        ("unknown_aircraft", "aircraft"),
        ("unknown_pilot", "pilot"),
    }
    assert aero.aircraft.name not in answer.content.decode()


def test_without_a_key_there_is_nothing() -> None:
    for path in ("bookings", "aircraft", "pilots", "schedule", "availability", "resources", f"bookings/{uuid4()}"):
        assert Client().get(f"/api/v1/{path}").status_code == 401


def test_ones_own_people_see_their_booking_in_every_role(theirs: dict[str, Any]) -> None:
    for who in ("aero/viewer", "aero/pilot", "aero/engineer", "aero/booker", "aero/admin"):
        assert get(person(who), f"bookings/{theirs['id']}").json()["purpose"] == SECRET
