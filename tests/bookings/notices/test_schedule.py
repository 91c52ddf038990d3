import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.notices.schedule import minutes_around, schedule_of


def day(
    number: int, begins: str = "0700", ends: str = "1500", *, month: int = 6, days: int = 0
) -> tuple[dt.datetime, dt.datetime]:
    start = dt.datetime(2026, month, number, int(begins[:2]), int(begins[2:]), tzinfo=dt.UTC)
    end = start.replace(hour=int(ends[:2]), minute=int(ends[2:])) + dt.timedelta(days=days)
    return start, end


@pytest.mark.parametrize(
    ("periods", "expected"),
    [
        ([day(15)], ""),
        ([day(n) for n in range(15, 20)], "15-19 0700-1500"),
        ([day(15), day(16)], "15 16 0700-1500"),
        ([day(n) for n in (9, 16, 23)], "09 16 23 0700-1500"),
        ([day(16), day(15, "0900", "1000"), day(17)], "15 0900-1000, 16 17 0700-1500"),
        ([day(29), day(30), day(1, month=7), day(2, month=7), day(3, month=7)], "JUN 29 30 JUL 01-03 0700-1500"),
        ([day(15, "2200", "0200", days=1), day(16, "2200", "0200", days=1)], "15 16 2200-0200"),
        ([day(15), day(16, days=2)], "15 0700-1500, 16 0700-18 1500"),
        ([day(15, "2200", "0000", days=1), day(18)], "15 2200-2359, 18 0700-1500"),
    ],
)
def test_days_with_the_same_hours_stand_together(periods: list[tuple[dt.datetime, dt.datetime]], expected: str) -> None:
    assert schedule_of(periods) == expected
    assert schedule_of([*reversed(periods)]) == expected


def test_minutes_are_rounded_outwards_and_midnight_is_the_end_of_the_day_before() -> None:
    start = dt.datetime(2026, 6, 15, 7, 0, 30, tzinfo=dt.UTC)

    assert minutes_around((start, start.replace(minute=10, second=1))) == (
        start.replace(second=0),
        start.replace(minute=11, second=0),
    )
    assert minutes_around((start, dt.datetime(2026, 6, 16, tzinfo=dt.UTC)))[1] == dt.datetime(
        2026, 6, 15, 23, 59, tzinfo=dt.UTC
    )


@given(st.sets(st.integers(1, 360), min_size=2, max_size=40))
def test_every_day_is_named_once(days: set[int]) -> None:
    first = dt.datetime(2026, 1, 1, 7, tzinfo=dt.UTC)
    starts = [first + dt.timedelta(days=number) for number in days]

    words = schedule_of([(start, start + dt.timedelta(hours=8)) for start in starts])

    numbers = [
        int(n) for run in re.findall(r"\b\d\d(?:-\d\d)?\b(?!\d)", words.removesuffix(" 0700-1500")) for n in span(run)
    ]
    assert words.endswith(" 0700-1500")
    assert sorted(numbers) == sorted(start.day for start in starts)


def span(run: str) -> range:
    first, _, last = run.partition("-")
    return range(int(first), int(last or first) + 1)
