"""Whoever is refused learns nothing of who has it: a rival's slot and the range's own are told in the same words."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from bookings.actions.close_resources import WantedClosure, close_resources
from bookings.actions.plan import Wish
from bookings.actions.request_booking import request_booking, try_booking
from bookings.api.bookings import trial_body
from bookings.models import ClosureCause
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Clash
from tests.factories import a_crew, load_exercise, volume, wish_of
from tests.people import Person, person

pytestmark = pytest.mark.django_db
Asked = dict[str, Any]
CASES: dict[str, Asked] = {
    "a runway": {"resources": ("RWY-05-23",)},
    "several": {"resources": ("RWY-05-23", "TEST-N", "STAND-1")},
    "a hazard": {"resources": ("LASER-SECTOR",)},
    "air": {"volumes": (volume(),)},
}


@pytest.fixture
def aero() -> Person:
    load_exercise()
    return person("aero/booker")


def rival(asked: Asked) -> None:
    who = person("heavylift/booker")
    request_booking(who.asker, wish_of(who, **asked), now=utc_now())


def range_books(asked: Asked) -> None:
    who = person("heavylift/booker")
    wish = wish_of(who, crew=(a_crew(who),), organisation_id=who.organisation_id, **asked)
    request_booking(person("range/operator").asker, wish, now=utc_now())


def range_closes(asked: Asked) -> None:
    like = wish_of(person("heavylift/booker"))
    period = (like.start, like.end)
    closure = WantedClosure(codes=asked["resources"], period=period, cause=ClosureCause.MAINTENANCE)
    close_resources(person("range/manager").asker, closure, now=utc_now())


def answers(aero: Person, wish: Wish, asked: Asked, block: Callable[[Asked], None]) -> dict[str, Any]:
    """Return what trial and request are told while somebody has it; all is undone after."""
    with transaction.atomic():
        block(asked)
        trial = trial_body(try_booking(aero.asker, wish, now=utc_now()))
        with pytest.raises(Clash) as caught:
            request_booking(aero.asker, wish, now=utc_now())
        transaction.set_rollback(True)
    told = [refusal.as_dict() for refusal in caught.value.refusals]
    return {"trial": trial, "request": told, "offers": len(caught.value.alternatives), "detail": caught.value.detail}


@pytest.mark.parametrize("case", CASES)
def test_a_rival_s_booking_and_one_of_the_range_are_told_alike(aero: Person, case: str) -> None:
    wish = wish_of(aero, **CASES[case])

    first, second = (answers(aero, wish, CASES[case], block) for block in (rival, range_books))

    assert first == second
    assert (first["trial"]["would"], first["trial"]["errors"]) == ("refuse", first["request"])


@pytest.mark.parametrize("case", ["a runway", "several"])
def test_a_closure_is_told_as_a_rival_s_booking_is(aero: Person, case: str) -> None:
    wish = wish_of(aero, **CASES[case])

    booked, closed = (answers(aero, wish, CASES[case], block) for block in (rival, range_closes))

    assert closed["request"] == booked["request"] == closed["trial"]["errors"]
    assert (closed["detail"], closed["offers"]) == (booked["detail"], booked["offers"])
