import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.rules.facts import ResourceKind
from bookings.rules.wants import Want
from tests.bookings.rules.cases import resource, site

SITE = site()
RUNWAY = resource("RWY-05-23")

SLOT = dt.datetime(2027, 6, 15, 8, tzinfo=dt.UTC), dt.datetime(2027, 6, 15, 10, tzinfo=dt.UTC)


def test_a_code_is_wanted_for_the_slot() -> None:
    assert Want(code="RWY-05-23").period(SLOT, site=SITE) == SLOT


def test_minutes_beside_the_slot_are_counted_from_it() -> None:
    start, end = Want(code="HANGAR", before_min=30, after_min=45).period(SLOT, site=SITE)

    assert (start, end) == (SLOT[0] - dt.timedelta(minutes=30), SLOT[1] + dt.timedelta(minutes=45))


def test_days_beside_the_slot_begin_and_end_at_noon_at_the_site() -> None:
    start, end = Want(kind=ResourceKind.HANGAR_BAY, days_before=1, days_after=2).period(SLOT, site=SITE)

    assert start == dt.datetime(2027, 6, 14, 10, tzinfo=dt.UTC)  # noon in Amsterdam in summer
    assert end == dt.datetime(2027, 6, 17, 10, tzinfo=dt.UTC)


def test_noon_is_local_across_the_end_of_summer_time() -> None:
    slot = dt.datetime(2027, 10, 31, 8, tzinfo=dt.UTC), dt.datetime(2027, 10, 31, 9, tzinfo=dt.UTC)

    start, end = Want(code="HANGAR", days_before=1, days_after=1).period(slot, site=SITE)

    assert (start, end) == (
        dt.datetime(2027, 10, 30, 10, tzinfo=dt.UTC),
        dt.datetime(2027, 11, 1, 11, tzinfo=dt.UTC),
    )


@given(
    start=st.integers(0, 730 * 1440).map(lambda minutes: SLOT[0] + dt.timedelta(minutes=minutes)),
    minutes=st.integers(1, 2000),
    beside=st.tuples(st.integers(0, 9000), st.integers(0, 9000), st.integers(0, 31), st.integers(0, 31)),
)
def test_an_own_period_always_holds_the_slot(
    start: dt.datetime, minutes: int, beside: tuple[int, int, int, int]
) -> None:
    slot = start, start + dt.timedelta(minutes=minutes)
    want = Want(code="X", before_min=beside[0], after_min=beside[1], days_before=beside[2], days_after=beside[3])

    wanted = want.period(slot, site=SITE)

    assert wanted[0] <= slot[0] < slot[1] <= wanted[1]


def test_a_kind_is_met_by_all_of_it_and_with_a_qualification_by_those_who_have_it() -> None:
    officer = replace(RUNWAY, code="SO", kind=ResourceKind.SAFETY_OFFICER)
    laser = replace(officer, code="LSO", qualifications=frozenset({"laser_class_4"}))
    anyone = Want(kind=ResourceKind.SAFETY_OFFICER)
    qualified = Want(kind=ResourceKind.SAFETY_OFFICER, qualification="laser_class_4")

    assert [anyone.is_met_by(one) for one in (RUNWAY, officer, laser)] == [False, True, True]
    assert [qualified.is_met_by(one) for one in (RUNWAY, officer, laser)] == [False, False, True]


@pytest.mark.parametrize("both", [{}, {"code": "X", "kind": ResourceKind.STAND}])
def test_a_want_names_a_code_or_a_kind(both: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="one of the two"):
        Want(**both)  # type: ignore[arg-type]
