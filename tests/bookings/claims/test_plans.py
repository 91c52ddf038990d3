import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection

from bookings.actions.decide import decide
from bookings.actions.plan import make_plan
from bookings.actions.search_slots import Search, search_slots
from bookings.claims.availability import availability, schedule
from bookings.claims.lanes import FREE_BLOCK
from testcentre.foundation.clock import utc_now
from tests.bookings.claims.plans import unindexed
from tests.factories import a_booking, load_exercise, tomorrow, volume, wish_of
from tests.people import Person, person

pytestmark = pytest.mark.django_db

CODES = ("STAND-1", "TEST-N", "HANGAR")
REPEATED = """
    INSERT INTO claim (booking_id, key, period, lanes, altitude_ft, area, active)
    SELECT booking_id, key, tstzrange(lower(period) + n * interval '2 hours', upper(period) + n * interval '2 hours'),
           lanes, altitude_ft, area, active
    FROM claim, generate_series(1, 500) AS n
"""


def free(who: Person) -> object:
    period = tomorrow(0), tomorrow(30 * 24)
    return availability(who.asker, CODES, period=period, shortest=dt.timedelta(minutes=30), now=utc_now())


def busy(_: Person) -> object:
    return schedule(CODES, period=(tomorrow(0), tomorrow(30 * 24)))


def search(who: Person) -> object:
    within = tomorrow(0), tomorrow(21 * 24)
    return search_slots(who.asker, Search(wish=wish_of(who, resources=CODES), period=within), now=utc_now())


def decision(who: Person) -> object:
    wish = wish_of(who, resources=CODES, volumes=(volume(),))
    return decide(make_plan(who.asker, wish, block=FREE_BLOCK, now=utc_now()))


@pytest.mark.parametrize("ask", [free, busy, search, decision])
def test_claims_are_found_by_the_index_of_the_constraint(ask: Callable[[Person], object]) -> None:
    load_exercise()
    a_booking(start=tomorrow(1), minutes=30, resources=CODES, volumes=(volume(),))
    with connection.cursor() as cursor:
        cursor.execute(REPEATED)
        cursor.execute("ANALYZE claim")

    statements, by_other_ways = unindexed(lambda: ask(person("heavylift/booker")))

    assert statements > 0
    assert by_other_ways == []
