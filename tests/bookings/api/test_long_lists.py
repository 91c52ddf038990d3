from typing import Any
from urllib.parse import urlencode

import pytest

from bookings.models import Booking
from bookings.rules.facts import Classification
from testcentre.foundation.clock import to_rfc3339
from tests.bookings.api.client import get
from tests.factories import a_booking, load_exercise, tomorrow
from tests.people import Person, person

pytestmark = pytest.mark.django_db

BRIEF = [
    "id",
    "number",
    "organisation",
    "organisation_name",
    "restricted",
    "state",
    "version",
    "purpose",
    "start",
    "end",
    "resources",
    "classification",
]


def asked(who: Person, **query: object) -> Any:
    return get(who, f"bookings?{urlencode(query)}")


def listed(who: Person, **query: object) -> list[dict[str, Any]]:
    answer = asked(who, **query)
    assert answer.status_code == 200
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


@pytest.mark.parametrize("who", ["aero/viewer", "range/operator", "range/spectrum"])
def test_a_brief_answer_says_what_the_whole_one_says(who: str) -> None:
    load_exercise()
    a_booking(start=tomorrow(9), resources=("STAND-1", "HANGAR"))
    a_booking("heavylift/booker", start=tomorrow(10))
    a_booking(start=tomorrow(11), classification=Classification.DEP_V)
    asker = person(who)

    whole, brief = listed(asker), listed(asker, brief="true")

    assert len(whole) >= 2
    assert [{name: row[name] for name in BRIEF} for row in whole] == brief


def test_a_restricted_booking_in_brief_says_neither_whose_it_is_nor_what_for() -> None:
    load_exercise()
    a_booking(classification=Classification.DEP_V)

    (row,) = listed(person("range/operator"), brief="true")

    hidden = {"restricted": True, "number": "", "organisation": None, "organisation_name": None, "purpose": ""}
    assert {name: row[name] for name in hidden} == hidden


def test_brief_pages_follow_one_another() -> None:
    load_exercise()
    starts = [tomorrow(hour) for hour in (9, 9, 10, 11, 12)]
    for start in starts:
        a_booking(start=start)
    viewer = person("aero/viewer")

    seen, address = list[str](), "bookings?brief=true&limit=2"
    while address:
        page = get(viewer, address).json()
        seen += [row["start"] for row in page["results"]]
        address = (page["next"] or "").removeprefix("/api/v1/")

    assert seen == [to_rfc3339(start) for start in starts]


def test_pages_of_brief_answers_are_longer() -> None:
    load_exercise()
    viewer = person("aero/viewer")

    assert asked(viewer, limit=1000).status_code == 400
    assert asked(viewer, limit=1000, brief="true").status_code == 200
    assert asked(viewer, brief="perhaps").status_code == 400


@pytest.mark.parametrize("brief", ["true", "false"])
def test_what_runs_at_the_beginning_of_a_period_comes_first(brief: str) -> None:
    load_exercise()
    over, running, ahead, later = (a_booking(start=tomorrow(hour), minutes=60) for hour in (8, 9, 10, 11))
    Booking.objects.filter(pk=running.pk).update(end=tomorrow(10.5))
    viewer = person("aero/viewer")

    def ids(begins: float, ends: float | None = None) -> list[object]:
        bounds = {"from": to_rfc3339(tomorrow(begins))} | ({"to": to_rfc3339(tomorrow(ends))} if ends else {})
        return [row["id"] for row in listed(viewer, brief=brief, **bounds)]

    assert ids(9) == [str(running.pk), str(ahead.pk), str(later.pk)]
    assert ids(9.5, 11) == [str(running.pk), str(ahead.pk)]
    assert ids(10.5) == [str(ahead.pk), str(later.pk)]
    assert str(over.pk) in ids(8.5)
