"""Whoever blocks a slot, the refusal is the same: a rival, a classified test, the range's own closure."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from bookings.actions import alternatives
from bookings.actions.close_resources import WantedClosure, close_resources
from bookings.models import ClosureCause
from bookings.rules.facts import Classification
from testcentre.foundation.clock import utc_now
from tests.bookings.api.client import Desk, get
from tests.factories import a_booking, load_exercise, tomorrow
from tests.people import person

pytestmark = pytest.mark.django_db
RUNWAY = ("RWY-05-23",)


def a_rival() -> None:
    a_booking("aero/booker", resources=RUNWAY)


def the_classified() -> None:
    a_booking("umbra/booker", resources=RUNWAY, classification=Classification.DEP_V)


def the_range() -> None:
    # as long as a booking with its clear-up
    period = tomorrow(10), tomorrow(10) + dt.timedelta(minutes=35)
    wanted = WantedClosure(codes=RUNWAY, period=period, cause=ClosureCause.MAINTENANCE)
    close_resources(person("range/manager").asker, wanted, now=utc_now())


def answers(block: Callable[[], None], desk: Desk) -> list[Any]:
    """Return status and body of what a company asks of the blocked slot; all is undone."""
    with transaction.atomic():
        block()
        day = f"from={tomorrow(8):%Y-%m-%dT%H:%M:%SZ}&to={tomorrow(14):%Y-%m-%dT%H:%M:%SZ}"
        told = [
            desk.book(),
            desk.book(dry_run=True),
            get(desk.who, f"schedule?{day}&resources=RWY-05-23"),
            get(desk.who, f"availability?{day}&resources=RWY-05-23&minutes=30"),
        ]
        found = [(answer.status_code, answer.json(), sorted(answer.headers)) for answer in told]
        transaction.set_rollback(True)
    return found


def test_words_and_counts_are_the_same_whoever_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alternatives, "TIME_LIMIT_S", 30)  # on a busy machine a search is cut short, here or there
    load_exercise()
    desk = Desk(person("heavylift/booker"))

    rival, classified, closed = (answers(block, desk) for block in (a_rival, the_classified, the_range))

    assert [status for status, _, _ in rival] == [409, 200, 200, 200]
    assert rival[0][1]["alternatives"]
    assert classified == rival
    assert closed == rival
