"""Move, extend, shorten, swap, series: the old slot is given up only when the new one is won."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from bookings.actions.change_booking import change_booking, try_change
from bookings.actions.check_in import check_in
from bookings.actions.confirm_booking import confirm_booking
from bookings.actions.plan import Wish
from bookings.actions.request_series import MOST_DATES, Series, request_series, slots_of
from bookings.actions.swap_bookings import swap_bookings
from bookings.models import Booking, Claim
from telemetry.recordings.models import Flight
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Clash, Conflict, Malformed, NotFound, PreconditionFailed
from tests.factories import a_booking, a_crew, load_exercise, tomorrow, volume, wish_of
from tests.people import Person, person

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.fixture(autouse=True)
def _site() -> None:
    load_exercise()


@pytest.fixture
def aero() -> Person:
    return person("aero/booker")


@pytest.fixture
def operator() -> Person:
    return person("range/operator")


def to(start: dt.datetime, *, minutes: int = 30, **more: object) -> Callable[[Wish], Wish]:
    return lambda wish: replace(wish, start=start, end=start + dt.timedelta(minutes=minutes), **more)  # type: ignore[arg-type]


def change(who: Person, booking: Booking, what: Callable[[Wish], Wish], *, version: int | None = None) -> Booking:
    return change_booking(who.asker, booking.id, what, now=utc_now(), version=version)


def active(booking: Booking) -> list[tuple[object, ...]]:
    rows = Claim.objects.filter(booking=booking, active=True).order_by("key", "lanes")
    return list(rows.values_list("key", "period", "lanes", "altitude_ft", "area"))


def test_a_moved_booking_has_the_new_slot_and_frees_the_old_one(aero: Person) -> None:
    booking = a_booking(aero, resources=("RWY-05-23",), volumes=(volume(),))
    old = booking.start

    moved = change(aero, booking, to(tomorrow(14)))

    assert (moved.start, moved.version, moved.state) == (tomorrow(14), 2, "requested")
    rival = person("heavylift/booker")
    assert a_booking(rival, start=old, resources=("RWY-05-23",)).state == "requested"


def test_a_move_may_overlap_the_slot_that_it_leaves(aero: Person) -> None:
    booking = a_booking(aero, minutes=60, resources=("RWY-05-23", "HANGAR"), volumes=(volume(),))

    assert change(aero, booking, to(booking.start + HOUR / 2, minutes=60)).version == 2


def test_a_refused_move_leaves_the_booking_as_it_was(aero: Person) -> None:
    booking = a_booking(aero, resources=("RWY-05-23",))
    a_booking("heavylift/booker", start=tomorrow(14), resources=("RWY-05-23",))
    before = active(booking)

    with pytest.raises(Clash) as caught:
        change(aero, booking, to(tomorrow(14)))

    booking.refresh_from_db()
    assert (booking.start, booking.version) == (tomorrow(10), 1)
    assert active(booking) == before
    assert caught.value.alternatives


def test_what_a_trial_says_is_what_the_change_does(aero: Person) -> None:
    booking = a_booking(aero, resources=("RWY-05-23",))
    a_booking("heavylift/booker", start=tomorrow(14), resources=("RWY-05-23",))

    trial = try_change(aero.asker, booking.id, to(tomorrow(14)), now=utc_now(), version=1)
    free = try_change(aero.asker, booking.id, to(tomorrow(16)), now=utc_now(), version=1)

    assert (trial.would, [r.code for r in trial.refusals]) == ("refuse", ["resource_busy"])
    assert (free.would, free.refusals) == ("request", ())


def test_a_confirmed_booking_that_moves_is_decided_anew_and_keeps_its_flight(aero: Person, operator: Person) -> None:
    booking = confirm_booking(operator.asker, a_booking(aero).id, now=utc_now())
    flight = booking.crew.get().flight_id

    moved = change(aero, booking, to(tomorrow(15)))
    again = confirm_booking(operator.asker, moved.id, now=utc_now())

    assert (moved.state, again.state) == ("requested", "confirmed")
    assert again.crew.get().flight_id == flight
    assert Flight.objects.get(pk=flight).admit_from == tomorrow(14)


def test_a_confirmed_booking_that_only_shrinks_stays_confirmed(aero: Person, operator: Person) -> None:
    booking = confirm_booking(operator.asker, a_booking(aero, minutes=60, resources=("RWY-05-23",)).id, now=utc_now())

    assert change(aero, booking, to(booking.start, minutes=30)).state == "confirmed"


def test_a_crew_that_is_there_may_extend_but_not_move(aero: Person, operator: Person) -> None:
    now = utc_now().replace(second=0, microsecond=0)
    booking = a_booking(aero, start=now + dt.timedelta(minutes=10), resources=("RWY-05-23",))
    confirm_booking(operator.asker, booking.id, now=now)
    check_in(aero.asker, booking.id, now=now)

    longer = change(aero, booking, to(booking.start, minutes=45))
    assert (longer.state, longer.end - longer.start) == ("checked_in", dt.timedelta(minutes=45))
    with pytest.raises(Conflict) as caught:
        change(aero, booking, to(booking.start + HOUR))
    assert [r.code for r in caught.value.refusals] == ["only_the_end_changes"]


def test_a_stale_version_changes_nothing(aero: Person) -> None:
    booking = a_booking(aero)
    change(aero, booking, to(tomorrow(12)))

    with pytest.raises(PreconditionFailed):
        change(aero, booking, to(tomorrow(13)), version=1)


def test_nobody_changes_anothers_booking(aero: Person) -> None:
    with pytest.raises(NotFound):
        change(person("heavylift/booker"), a_booking(aero), to(tomorrow(13)))


def test_two_bookings_swap_slots_that_only_the_two_of_them_can_give_up(aero: Person) -> None:
    first = a_booking(aero, start=tomorrow(9), resources=("RWY-05-23",))
    second = a_booking(aero, start=tomorrow(13), resources=("RWY-05-23",))

    swapped = swap_bookings(aero.asker, first.id, second.id, now=utc_now())

    assert [booking.start for booking in swapped] == [tomorrow(13), tomorrow(9)]


def test_a_swap_that_one_side_loses_changes_neither(aero: Person) -> None:
    first = a_booking(aero, start=tomorrow(9), minutes=30, resources=("RWY-05-23",))
    second = a_booking(aero, start=tomorrow(13), minutes=30, resources=("RWY-05-23", "STAND-1"))
    a_booking("heavylift/booker", start=tomorrow(9), resources=("STAND-1",))
    before = active(first), active(second)

    with pytest.raises(Clash):
        swap_bookings(aero.asker, first.id, second.id, now=utc_now())

    assert (active(first), active(second)) == before


def test_a_series_answers_for_each_date_and_one_clash_costs_only_its_date(aero: Person) -> None:
    a_booking("heavylift/booker", start=tomorrow(24 * 7 + 10), resources=("RWY-05-23",))
    wish = wish_of(aero, resources=("RWY-05-23",))

    answers = request_series(aero.asker, wish, Series(every_days=7, count=4), now=utc_now())

    assert [answer.booking is not None for answer in answers] == [True, False, True, True]
    assert [r.code for r in answers[1].refusals] == ["resource_busy"]
    assert len({answer.booking.series for answer in answers if answer.booking}) == 1


def test_all_or_none_of_a_series_books_nothing_where_one_date_clashes(aero: Person) -> None:
    a_booking("heavylift/booker", start=tomorrow(24 * 7 + 10), resources=("RWY-05-23",))
    wish = wish_of(aero, resources=("RWY-05-23",))
    before = Booking.objects.count()

    answers = request_series(aero.asker, wish, Series(every_days=7, count=3, all_or_none=True), now=utc_now())

    assert [bool(answer.refusals) for answer in answers] == [False, True, False]
    assert Booking.objects.count() == before


def test_a_series_keeps_its_local_time_across_the_change_of_the_clock_and_leaves_out_dates(aero: Person) -> None:
    start = dt.datetime(2027, 10, 26, 9, tzinfo=AMSTERDAM).astimezone(dt.UTC)
    wish = replace(wish_of(aero), start=start, end=start + HOUR)

    slots = slots_of(wish, Series(every_days=7, count=4, without=frozenset({dt.date(2027, 11, 9)})))

    local = [slot[0].astimezone(AMSTERDAM) for slot in slots]
    assert [(one.day, one.hour) for one in local] == [(26, 9), (2, 9), (16, 9)]
    assert {slot[1] - slot[0] for slot in slots} == {HOUR}


def test_a_series_of_ten_thousand_dates_is_refused_with_the_number(aero: Person) -> None:
    with pytest.raises(Malformed) as caught:
        request_series(aero.asker, wish_of(aero), Series(every_days=1, count=10_000), now=utc_now())

    (refusal,) = caught.value.refusals
    assert (refusal.expected, refusal.got) == (f"at most {MOST_DATES} dates", 10_000)


def test_several_aircraft_share_the_volume_of_their_booking_and_say_what_they_keep_apart(aero: Person) -> None:
    booking = a_booking(aero, crew=(a_crew(aero), a_crew(aero)), volumes=(volume(),), separation_m=50.0)

    assert booking.crew.count() == 2
    assert booking.separation_m == 50.0
