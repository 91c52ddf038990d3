import datetime as dt

from bookings.rules import judge
from bookings.rules.facts import Period
from bookings.rules.free_time import usable_periods
from tests.bookings.rules.cases import AERO, START, booking, resource, site

DAY = dt.timedelta(days=1)
MIDNIGHT = START.replace(hour=0)


def usable(
    *codes: str, now: dt.datetime, start: dt.datetime = MIDNIGHT, end: dt.datetime = MIDNIGHT + DAY
) -> list[Period]:
    resources = [resource(code) for code in codes]
    return usable_periods(site(), resources=resources, organisation=AERO, now=now, start=start, end=end)


def test_a_day_far_ahead_is_usable_while_the_airport_is_open() -> None:
    assert usable("RWY-05-23", now=START - 30 * DAY) == [(START.replace(hour=8), START.replace(hour=16))]


def test_lead_time_cuts_the_beginning_to_the_next_step() -> None:
    now = START - DAY + dt.timedelta(minutes=1)

    assert usable("RWY-05-23", now=now) == [(START + dt.timedelta(minutes=15), START.replace(hour=16))]


def test_the_horizon_cuts_the_end() -> None:
    assert usable("RWY-05-23", now=START - 180 * DAY) == [(START.replace(hour=8), START)]


def test_several_resources_are_usable_when_all_are() -> None:
    assert usable("HANGAR", "RWY-05-23", now=START - 30 * DAY) == [(START.replace(hour=8), START.replace(hour=16))]
    assert usable("HANGAR", now=START - 30 * DAY) == [(MIDNIGHT, MIDNIGHT + DAY)]


def test_the_past_is_not_usable() -> None:
    assert usable("RWY-05-23", now=START + DAY) == []


def test_what_is_usable_is_not_refused_for_its_time() -> None:
    now = START - 2 * DAY + dt.timedelta(minutes=7)
    periods = usable("RWY-05-23", now=now, end=MIDNIGHT + 10 * DAY)

    assert len(periods) == 10
    for start, end in periods:
        last = end - dt.timedelta(minutes=15)
        for begins in (start, last - (last - last.replace(minute=0)) % dt.timedelta(minutes=15)):
            assert judge(booking(now=now, start=begins, end=begins + dt.timedelta(minutes=15))) == []
