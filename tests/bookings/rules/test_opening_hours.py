import datetime as dt
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.rules import judge
from bookings.rules.opening_hours import is_summer, open_periods
from bookings.rules.periods import common, covers, merged
from tests.bookings.rules.cases import START, booking, codes, lasting, resource, site


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("day", "opens", "closes"),
    [
        ("2027-03-03", "08:00", "16:00"),  # Wednesday, winter
        ("2027-03-06", "08:00", "16:00"),  # Saturday, winter
        ("2027-03-07", "09:00", "16:00"),  # Sunday, winter
        ("2027-06-02", "06:00", "18:00"),  # Wednesday, summer
        ("2027-06-05", "07:00", "18:00"),  # Saturday, summer
        ("2027-06-06", "08:00", "18:00"),  # Sunday, summer
        ("2027-04-27", "08:00", "18:00"),  # King's day, a Tuesday in summer
        ("2027-01-01", "09:00", "16:00"),  # New Year, a Friday in winter
    ],
)
def test_the_airport_opens_as_its_aip_says(day: str, opens: str, closes: str) -> None:
    midnight = utc(f"{day}T00:00")

    periods = open_periods(
        replace(site().hours, within_daylight=False), site=site(), start=midnight, end=midnight + dt.timedelta(days=1)
    )

    assert periods == [(utc(f"{day}T{opens}"), utc(f"{day}T{closes}"))]


def test_the_day_of_the_change_of_clocks_is_already_summer() -> None:
    assert not is_summer(dt.date(2027, 3, 27), timezone="Europe/Amsterdam")
    assert is_summer(dt.date(2027, 3, 28), timezone="Europe/Amsterdam")
    assert not is_summer(dt.date(2027, 10, 31), timezone="Europe/Amsterdam")


def test_a_slot_may_fill_the_open_hours_exactly() -> None:
    assert codes(lasting(480, start=START.replace(hour=8))) == []


def test_a_slot_that_ends_after_closing_is_refused_at_its_end() -> None:
    (refusal,) = judge(lasting(30, start=START.replace(hour=15, minute=45)))

    assert (refusal.code, refusal.field) == ("outside_opening_hours", "end")
    assert refusal.expected == [{"start": "2027-03-03T08:00:00Z", "end": "2027-03-03T16:00:00Z"}]
    assert refusal.got == {"start": "2027-03-03T15:45:00Z", "end": "2027-03-03T16:15:00Z"}


def test_what_keeps_the_same_hours_is_told_once() -> None:
    facts = booking(
        start=START.replace(hour=7), end=START.replace(hour=8), resources=(resource("RWY-05-23"), resource("TEST-N"))
    )

    (refusal,) = judge(facts)

    assert refusal.message.startswith("ehtw, RWY-05-23, TEST-N: ")
    assert refusal.field == "start"


def test_a_hangar_alone_is_had_over_night() -> None:
    facts = lasting(2 * 24 * 60, resources=(resource("HANGAR"),), volumes=())

    assert codes(facts) == []


def test_an_exception_replaces_the_day_and_may_close_it() -> None:
    closed = replace(resource("RWY-05-23"), hours=replace(site().hours, exceptions={START.date(): ()}))

    (refusal,) = judge(booking(resources=(closed,), volumes=()))

    assert (refusal.code, refusal.expected, refusal.remedy) == ("outside_opening_hours", [], "Choose another day.")


def test_open_hours_are_cut_to_daylight() -> None:
    midnight = utc("2027-12-21T00:00")

    ((opens, closes),) = open_periods(site().hours, site=site(), start=midnight, end=midnight + dt.timedelta(days=1))

    assert opens == utc("2027-12-21T08:00")
    assert utc("2027-12-21T15:40") < closes < utc("2027-12-21T15:50")


MINUTES = st.integers(0, 10_000).map(lambda minute: START + dt.timedelta(minutes=minute))
PERIODS = st.lists(st.tuples(MINUTES, MINUTES), max_size=8)


@given(PERIODS, PERIODS, MINUTES)
def test_a_moment_is_common_when_it_is_in_both(ours: list, theirs: list, moment: dt.datetime) -> None:
    minute = dt.timedelta(minutes=1)

    def within(periods: list) -> bool:
        return any(start <= moment and moment + minute <= end for start, end in periods)

    assert covers(common(ours, theirs), start=moment, end=moment + minute) == (within(ours) and within(theirs))
    assert covers(ours, start=moment, end=moment + minute) == within(ours)


@given(PERIODS)
def test_merged_periods_are_in_order_and_apart(periods: list) -> None:
    union = merged(periods)

    assert all(end < start for (_, end), (start, _) in pairwise(union))
    assert all(start < end for start, end in union)
