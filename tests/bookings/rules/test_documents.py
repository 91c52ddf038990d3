import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bookings.rules.documents import flight_date, is_valid_on
from bookings.rules.facts import PaperFacts
from tests.bookings.rules.cases import FAR, NOW, START, aircraft, booking, codes, insurance, lasting, pilot, resource

FLIGHT_DAY = START.date()
DAY_BEFORE = FLIGHT_DAY - dt.timedelta(days=1)
DAY_AFTER = FLIGHT_DAY + dt.timedelta(days=1)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
SPRING, AUTUMN = dt.date(2027, 3, 28), dt.date(2027, 10, 31)  # days of 23 and of 25 hours
days_near_a_change = st.sampled_from((SPRING, AUTUMN)).flatmap(
    lambda day: st.integers(-1, 1).map(lambda by: day + dt.timedelta(days=by))
)


def test_the_flight_date_is_the_local_date_of_the_last_moment() -> None:
    late = dt.datetime(2027, 6, 2, 21, 0, tzinfo=dt.UTC)  # 23:00 at Twente

    assert flight_date(booking(start=late, end=late + dt.timedelta(hours=1))) == dt.date(2027, 6, 2)
    assert flight_date(booking(start=late, end=late + dt.timedelta(hours=1, seconds=1))) == dt.date(2027, 6, 3)


@given(day=days_near_a_change, seconds=st.integers(1, 86_400), slot_s=st.integers(1, 3 * 86_400))
def test_whatever_the_clocks_do_a_slot_that_ends_on_a_local_day_is_flown_on_it(
    day: dt.date, seconds: int, slot_s: int
) -> None:
    midnight = dt.datetime.combine(day, dt.time(), AMSTERDAM).astimezone(dt.UTC)
    next_midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), AMSTERDAM).astimezone(dt.UTC)
    end = min(midnight + dt.timedelta(seconds=seconds), next_midnight)

    facts = booking(start=end - dt.timedelta(seconds=slot_s), end=end)

    assert flight_date(facts) == day
    assert midnight < end <= next_midnight


@given(
    day=days_near_a_change,
    valid_from=st.none() | st.integers(-3, 3),
    lasts=st.integers(0, 5),
    minute=st.integers(1, 24 * 60 - 61),
)
def test_papers_hold_exactly_when_the_local_flight_date_lies_within_them(
    day: dt.date, valid_from: int | None, lasts: int, minute: int
) -> None:
    first = None if valid_from is None else day + dt.timedelta(days=valid_from)
    last = (first or day - dt.timedelta(days=2)) + dt.timedelta(days=lasts)
    end = (dt.datetime.combine(day, dt.time(), AMSTERDAM).astimezone(dt.UTC)) + dt.timedelta(minutes=minute)
    flown = booking(
        now=end - dt.timedelta(days=9),
        start=end - dt.timedelta(minutes=1),
        end=end,
        crew=((aircraft(insurance(valid_until=last, valid_from=first)), pilot(FAR)),),
    )

    wrong = {"document_expired", "document_not_yet_valid", "document_missing"} & set(codes(flown))

    expected = set()
    if last < day:
        expected = {"document_expired"}
    elif first is not None and first > day:
        expected = {"document_not_yet_valid"}
    assert wrong == expected


def test_the_first_and_the_last_day_of_a_paper_count() -> None:
    paper = PaperFacts("insurance", "P-1", DAY_AFTER, valid_from=DAY_BEFORE)

    days = [DAY_BEFORE - dt.timedelta(days=1), DAY_BEFORE, DAY_AFTER, DAY_AFTER + dt.timedelta(days=1)]
    assert [is_valid_on(paper, day) for day in days] == [False, True, True, False]


def test_a_paper_that_is_valid_today_but_not_on_the_flight_date_is_refused() -> None:
    assert NOW.date() < DAY_BEFORE
    assert codes(booking(crew=((aircraft(insurance(valid_until=DAY_BEFORE)), pilot(FAR)),))) == ["document_expired"]


def test_papers_reach_the_end_of_a_slot_of_days() -> None:
    facts = lasting(24 * 60, resources=(resource("HANGAR"),), volumes=(), crew=((aircraft(), pilot(FLIGHT_DAY)),))

    assert codes(facts) == ["document_expired"]
    assert codes(replace(facts, crew=((aircraft(), pilot(DAY_AFTER)),))) == []
