import datetime as dt

import pytest

from bookings.rules import judge
from bookings.rules.daylight import daylight_of
from bookings.rules.facts import Daylight
from tests.bookings.rules.cases import START, booking, codes, lasting, resource, site

# AIP Netherlands GEN 2.7 (2019): the published table of the uniform daylight period, UTC
PUBLISHED = [
    ("2019-01-01", "07:33", "15:54"),
    ("2019-02-01", "07:05", "16:42"),
    ("2019-03-01", "06:12", "17:34"),
    ("2019-04-01", "05:01", "18:28"),
    ("2019-05-01", "03:56", "19:19"),
    ("2019-06-01", "03:11", "20:05"),
]


@pytest.mark.parametrize(("day", "begins", "ends"), PUBLISHED)
def test_daylight_agrees_with_the_published_table_within_a_minute(day: str, begins: str, ends: str) -> None:
    found = daylight_of(Daylight(latitude_deg=52, longitude_deg=5, margin_min=15), dt.date.fromisoformat(day))

    for moment, published in zip(found, (begins, ends), strict=True):
        expected = dt.datetime.fromisoformat(f"{day}T{published}:00+00:00")
        assert abs(moment - expected) <= dt.timedelta(minutes=1)


def test_a_slot_in_the_dark_of_a_winter_afternoon_is_refused_though_the_airport_is_open() -> None:
    start = START.replace(year=2026, month=12, day=21, hour=15, minute=30)

    (refusal,) = judge(lasting(30, start=start, now=start - dt.timedelta(days=30)))

    assert (refusal.code, refusal.field, refusal.waivable_by) == ("outside_daylight", "end", ("manager",))
    assert refusal.got == {"start": "2026-12-21T15:30:00Z", "end": "2026-12-21T16:00:00Z"}


def test_a_hangar_needs_no_daylight() -> None:
    assert codes(lasting(600, start=START.replace(hour=20), resources=(resource("HANGAR"),), volumes=())) == []


def test_the_exercise_site_flies_by_night() -> None:
    night = START.replace(hour=2)

    assert codes(lasting(30, start=night, site=site("ehtw-exercise"), resources=())) == []


def test_a_slot_over_midnight_is_in_the_dark() -> None:
    facts = booking(start=START.replace(hour=10), end=START + dt.timedelta(days=1, minutes=30))

    assert codes(facts) == ["duration_too_long", "outside_opening_hours", "outside_daylight"]
