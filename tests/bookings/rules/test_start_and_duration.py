import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.rules import judge
from bookings.rules.facts import OrganisationFacts
from bookings.rules.start_raster import on_raster_from
from tests.bookings.rules.cases import AERO, NOW, START, booking, codes, lasting, resource, site

HOUR = dt.timedelta(hours=1)
# the hours and limits of the laser range, and nothing that it needs beside
RARE = replace(resource("LASER-SECTOR"), needs=frozenset(), needs_officer="")


def test_others_ask_24_hours_ahead_to_the_second() -> None:
    assert codes(booking(now=START - 24 * HOUR)) == []

    (refusal,) = judge(booking(now=START - 24 * HOUR + dt.timedelta(seconds=1)))

    assert (refusal.code, refusal.field) == ("lead_time_too_short", "start")
    assert refusal.expected == "2027-03-03T10:00:01Z or later"
    assert refusal.got == "2027-03-03T10:00:00Z"
    assert refusal.waivable_by == ("operator", "manager")


def test_who_is_based_here_asks_3_hours_ahead() -> None:
    at_home = replace(site(), home_based=frozenset({"aero"}))

    assert codes(booking(site=at_home, now=START - 3 * HOUR)) == []
    assert codes(booking(site=at_home, now=START - 3 * HOUR + dt.timedelta(seconds=1))) == ["lead_time_too_short"]


def test_the_range_itself_is_based_here() -> None:
    ours = OrganisationFacts(id=AERO.id, slug="range", kind="range")

    assert codes(booking(organisation=ours, now=START - 3 * HOUR)) == []


def test_the_longest_lead_time_of_what_is_named_counts() -> None:
    facts = booking(resources=(resource("RWY-05-23"), RARE), now=START - 30 * HOUR)

    (refusal,) = judge(facts)

    assert (refusal.code, refusal.message) == ("lead_time_too_short", "Permission takes 48 h, the slot begins in 30 h.")


def test_the_current_minute_is_not_the_past() -> None:
    facts = booking(site=site("ehtw-exercise"), resources=(), now=START + dt.timedelta(seconds=59))

    assert codes(facts) == []


def test_a_start_before_the_current_minute_is_refused_once_and_not_for_lead_time() -> None:
    assert codes(booking(now=START + dt.timedelta(minutes=1))) == ["start_in_past"]


def test_the_horizon_is_180_days() -> None:
    assert codes(booking(now=START - dt.timedelta(days=180))) == []

    (refusal,) = judge(booking(now=START - dt.timedelta(days=180, seconds=1)))

    assert (refusal.code, refusal.expected) == ("beyond_horizon", "2027-03-03T09:59:59Z or earlier")


@pytest.mark.parametrize(
    ("minutes", "expected"), [(14, ["duration_too_short"]), (15, []), (600, []), (601, ["duration_too_long"])]
)
def test_a_slot_lasts_15_minutes_to_10_hours(minutes: int, expected: list[str]) -> None:
    summer = START.replace(month=6, day=2, hour=6)

    assert codes(lasting(minutes, start=summer)) == expected


def test_the_strictest_duration_of_what_is_named_counts_and_is_named() -> None:
    (refusal,) = judge(lasting(300, resources=(resource("RWY-05-23"), RARE)))

    assert (refusal.code, refusal.got) == ("duration_too_long", "5 h")
    assert refusal.message == "LASER-SECTOR: at most 4 h, asked for 5 h."


def test_a_start_between_two_steps_is_refused_with_both_neighbours() -> None:
    (refusal,) = judge(lasting(30, start=START.replace(minute=7)))

    assert refusal.code == "start_off_raster"
    assert refusal.remedy == "Begin at 2027-03-03T10:00:00Z or 2027-03-03T10:15:00Z."


@given(st.integers(0, 86_399_999), st.sampled_from([1, 5, 15, 30, 60]))
def test_the_next_step_is_never_earlier_and_less_than_a_step_away(milliseconds: int, raster_min: int) -> None:
    moment = NOW.replace(hour=0, minute=0, second=0) + dt.timedelta(milliseconds=milliseconds)
    raster = dt.timedelta(minutes=raster_min)

    step = on_raster_from(moment, raster=raster)

    assert dt.timedelta() <= step - moment < raster
    assert (step.hour * 60 + step.minute) % raster_min == 0
    assert (step.second, step.microsecond) == (0, 0)
