"""Holds: kept for a stated time, told beforehand, ended by themselves, never chained."""

import datetime as dt
from dataclasses import replace

import pytest

from bookings.actions.cancel_booking import cancel_booking
from bookings.actions.overdue import look_at_time
from bookings.actions.request_booking import request_booking, try_booking
from bookings.actions.submit_booking import submit_booking
from bookings.models import Booking, Claim
from testcentre.audit.models import Entry
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Clash, Refused
from testcentre.foundation.models import Announcement
from tests.factories import aircraft_of, load_exercise, pilot_of, tomorrow, volume, wish_of
from tests.people import Person, person

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _site() -> None:
    load_exercise()


@pytest.fixture
def aero() -> Person:
    return person("aero/booker")


def hold(who: Person, *, now: dt.datetime | None = None, **changes: object) -> Booking:
    changes.setdefault("start", tomorrow(24 * 6))
    return request_booking(who.asker, wish_of(who, **changes), now=now or utc_now(), hold=True)


def codes(error: Refused) -> list[str]:
    return [refusal.code for refusal in error.refusals]


def test_a_hold_keeps_the_slot_for_the_sites_time(aero: Person) -> None:
    now = utc_now()
    held = hold(aero, now=now, resources=("RWY-05-23",))
    rival = person("heavylift/booker")

    assert (held.state, held.hold_until) == ("held", now + 48 * HOUR)
    with pytest.raises(Clash):
        request_booking(rival.asker, wish_of(rival, start=held.start, resources=("RWY-05-23",)), now=now)


def test_a_hold_that_was_not_submitted_frees_the_slot_in_the_very_request_that_wants_it(aero: Person) -> None:
    now = utc_now()
    held = hold(aero, now=now, resources=("RWY-05-23",))
    rival = person("heavylift/booker")
    later = now + 49 * HOUR

    granted = request_booking(rival.asker, wish_of(rival, start=held.start, resources=("RWY-05-23",)), now=later)

    held.refresh_from_db()
    assert (held.state, granted.state) == ("expired", "requested")
    assert not Claim.objects.filter(booking=held, active=True).exists()
    assert Entry.objects.filter(action="booking.expire", subject=f"booking:{held.id}").count() == 1


def test_papers_may_be_finished_while_it_is_held_and_are_asked_when_it_is_submitted(aero: Person) -> None:
    pilot = pilot_of(aero, valid_until=dt.date(2020, 1, 1))
    held = hold(aero, crew=((aircraft_of(aero).id, pilot.id),))

    assert [refusal["code"] for refusal in held.attention] == ["document_expired"]
    with pytest.raises(Refused) as caught:
        submit_booking(aero.asker, held.id, now=utc_now())
    assert codes(caught.value) == ["document_expired"]
    held.refresh_from_db()
    assert held.state == "held"


def test_a_submitted_hold_is_a_request_that_holds_what_it_held(aero: Person) -> None:
    held = hold(aero, resources=("RWY-05-23",), volumes=(volume(),))
    before = set(Claim.objects.filter(booking=held, active=True).values_list("id", flat=True))

    submitted = submit_booking(aero.asker, held.id, now=utc_now())

    assert (submitted.state, submitted.attention) == ("requested", [])
    assert set(Claim.objects.filter(booking=held, active=True).values_list("id", flat=True)) == before


def test_an_organisation_holds_only_so_many_slots_at_once(aero: Person) -> None:
    for day in (3, 4, 5):
        hold(aero, start=tomorrow(24 * day))

    with pytest.raises(Refused) as caught:
        hold(aero, start=tomorrow(24 * 7))

    assert codes(caught.value) == ["too_many_holds"]
    assert request_booking(aero.asker, wish_of(aero, start=tomorrow(24 * 7)), now=utc_now()).state == "requested"


def test_the_same_is_not_held_again_right_after_it_was_let_go(aero: Person) -> None:
    now = utc_now()
    held = hold(aero, now=now, resources=("RWY-05-23",))
    cancel_booking(aero.asker, held.id, now=now)

    again = wish_of(aero, start=held.start, resources=("RWY-05-23",))
    assert [r.code for r in try_booking(aero.asker, again, now=now, hold=True).refusals] == ["hold_chained"]
    assert try_booking(aero.asker, again, now=now).refusals == ()
    assert try_booking(aero.asker, again, now=now + 73 * HOUR, hold=True).refusals == ()
    other = replace(again, resources=("STAND-1",))
    assert try_booking(aero.asker, other, now=now, hold=True).refusals == ()


def test_its_end_is_told_beforehand_once(aero: Person) -> None:
    now = utc_now()
    held = hold(aero, now=now)

    assert [look_at_time(now=now + after * HOUR) for after in (1, 43, 44)] == [0, 1, 0]
    told = Announcement.objects.filter(kind="booking_hold_ends")
    assert [row.payload["booking"] for row in told] == [str(held.id)]


def test_time_ends_what_nobody_decided(aero: Person) -> None:
    now = utc_now()
    request = request_booking(aero.asker, wish_of(aero, start=tomorrow(24)), now=now)

    assert look_at_time(now=request.end) == 1
    request.refresh_from_db()
    assert (request.state, request.reason) == ("expired", "nobody decided before the slot was over")
