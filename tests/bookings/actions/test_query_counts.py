"""How many statements a decision costs: the lock is held for those of a grant, and no refusal takes it."""

from contextlib import suppress
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.actions.plan import Wish
from bookings.actions.request_booking import request_booking
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Clash
from tests.factories import a_crew, load_exercise, tomorrow, wish_of
from tests.people import Person, person

# upper bounds: what raises them makes every booking dearer
MOST_OF_A_GRANT = 17
MOST_OF_A_REFUSAL = 8


def _asked_before() -> tuple[Person, Wish]:
    """Return somebody and a wish whose crew and site the process has read, as after its first request."""
    load_exercise()
    who = person("aero/booker")
    wish = wish_of(who, crew=(a_crew(who),), resources=("RWY-05-23",), start=tomorrow(8))
    request_booking(who.asker, wish, now=utc_now())
    return who, replace(wish, start=tomorrow(12), end=tomorrow(12.5))


def _statements(who: Person, wish: Wish) -> list[str]:
    with CaptureQueriesContext(connection) as captured, suppress(Clash):
        request_booking(who.asker, wish, now=utc_now(), alternatives=False)
    return [query["sql"] for query in captured.captured_queries]


@pytest.mark.django_db
def test_a_grant_needs_few_statements() -> None:
    statements = _statements(*_asked_before())
    assert len(statements) <= MOST_OF_A_GRANT, "\n".join(statement[:120] for statement in statements)


@pytest.mark.django_db
def test_a_refusal_needs_few_statements_and_not_the_lock() -> None:
    who, wish = _asked_before()
    request_booking(who.asker, wish, now=utc_now())
    statements = _statements(who, wish)
    assert len(statements) <= MOST_OF_A_REFUSAL, "\n".join(statement[:120] for statement in statements)
    assert not any("pg_advisory" in statement or "INSERT" in statement for statement in statements)


@pytest.mark.django_db
def test_a_fleet_that_has_not_changed_is_not_read_again() -> None:
    who, wish = _asked_before()
    assert not any(' FROM "bookings_aircraft"' in statement for statement in _statements(who, wish))
