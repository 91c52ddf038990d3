import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.rules.times import read_instant, read_period
from testcentre.foundation.errors import Refusal

NOON = dt.datetime(2027, 6, 1, 12, tzinfo=dt.UTC)
# a day within the range, so that no offset leaves it; hypothesis wants them without zone
FIRST, LAST = (dt.datetime.fromisoformat(text) for text in ("2000-01-02", "2100-12-30"))


@pytest.mark.parametrize(
    "text",
    [
        "2027-06-01T12:00:00Z", "2027-06-01t12:00:00z", "2027-06-01 12:00:00Z", "2027-06-01T14:00:00+02:00",
        "2027-06-01T12:00:00.000Z", "2027-06-01T12:00:00-00:00", "2027-05-31T12:01:00-23:59",
    ],
)  # fmt: skip
def test_one_instant_has_many_spellings(text: str) -> None:
    assert read_instant(text, field="start") == NOON


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("2027-03-28T02:30:00", "zone_missing"),
        ("0001-01-01T00:00:00", "zone_missing"),
        ("2027-03-28T02:30:00[Europe/Amsterdam]", "not_a_time"),
        ("0001-01-01T00:00:00+14:00", "time_out_of_range"),
        ("9999-12-31T23:59:59-14:00", "time_out_of_range"),
        ("1999-12-31T23:59:59Z", "time_out_of_range"),
        ("2026-12-31T23:59:60Z", "leap_second"),
        ("2027-02-29T00:00:00Z", "not_a_time"),
        ("2027-06-01T24:00:00Z", "not_a_time"),
        ("2027-06-01T12:00:00+24:00", "not_a_time"),
        ("2027-06-01T12:00Z", "not_a_time"),
        ("2027-06-01", "not_a_time"),
        ("2027-06-01T12:00:00Z\n", "not_a_time"),
        ("٢٠٢٧-06-01T12:00:00Z", "not_a_time"),
        ("", "not_a_time"),
        (1_800_000_000, "not_a_time"),
        ([1], "not_a_time"),
        (None, "not_a_time"),
        (True, "not_a_time"),
    ],
)
def test_what_is_no_instant_is_told_why(value: object, code: str) -> None:
    refusal = read_instant(value, field="start")

    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.field) == (code, "start")
    assert refusal.expected
    assert refusal.remedy


def test_a_local_time_in_the_gap_is_explained() -> None:
    refusal = read_instant("2027-03-28T02:30:00", field="start")

    assert isinstance(refusal, Refusal)
    assert refusal.message == "2027-03-28T02:30:00 has no offset; in Europe/Amsterdam the clocks skip it."


def test_a_local_time_in_the_overlap_is_given_back_with_both_offsets() -> None:
    refusal = read_instant("2027-10-31T02:30:00", field="start")

    assert isinstance(refusal, Refusal)
    assert refusal.remedy == "Send 2027-10-31T02:30:00+02:00 or 2027-10-31T02:30:00+01:00."


def test_a_period_ends_after_it_starts() -> None:
    refusals = read_period("2027-06-01T12:00:00Z", "2027-06-01T14:00:00+02:00")

    assert isinstance(refusals, list)
    assert [(r.code, r.field) for r in refusals] == [("end_not_after_start", "end")]


def test_both_ends_of_a_period_are_told() -> None:
    refusals = read_period([1], "2027-06-01T14:00:00")

    assert isinstance(refusals, list)
    assert [(r.code, r.field) for r in refusals] == [("not_a_time", "start"), ("zone_missing", "end")]


@given(st.datetimes(FIRST, LAST), st.integers(-1439, 1439))
def test_what_is_written_is_read_again(local: dt.datetime, offset_min: int) -> None:
    moment = local.replace(tzinfo=dt.timezone(dt.timedelta(minutes=offset_min)))

    assert read_instant(moment.isoformat(), field="start") == moment


@given(
    st.text(max_size=60)
    | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})?")
)
def test_any_text_is_an_instant_or_a_refusal(text: str) -> None:
    assert isinstance(read_instant(text, field="start"), dt.datetime | Refusal)
