import datetime as dt
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from bookings.actions.activate_booking import activate_booking
from bookings.actions.cancel_booking import cancel_booking
from bookings.actions.check_in import check_in
from bookings.actions.complete_booking import complete_booking
from bookings.actions.confirm_booking import confirm_booking
from bookings.actions.mark_no_show import mark_no_show
from bookings.actions.refuse_booking import refuse_booking
from bookings.actions.release_booking import release_booking
from bookings.models import Booking, Crew
from bookings.queries.possible import PERMISSION_OF
from bookings.rules.states import CLAIMING_STATES, TRANSITIONS, BookingState, Verb
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import roles_that_may
from testcentre.audit.models import Entry
from testcentre.foundation.errors import Conflict, Forbidden, NotFound, PreconditionFailed, Refused
from testcentre.foundation.models import Announcement
from tests.factories import a_booking, a_crew, load_exercise
from tests.people import person

pytestmark = pytest.mark.django_db

ACTIONS: dict[Verb, Callable[..., Booking]] = {
    Verb.CONFIRM: confirm_booking,
    Verb.REFUSE: refuse_booking,
    Verb.CANCEL: cancel_booking,
    Verb.CHECK_IN: check_in,
    Verb.ACTIVATE: activate_booking,
    Verb.RELEASE: release_booking,
    Verb.COMPLETE: complete_booking,
    Verb.NO_SHOW: mark_no_show,
}
ABLE = {
    Verb.CONFIRM: "range/operator",
    Verb.REFUSE: "range/safety",
    Verb.CANCEL: "aero/booker",
    Verb.CHECK_IN: "aero/engineer",
    Verb.ACTIVATE: "range/operator",
    Verb.RELEASE: "aero/booker",
    Verb.COMPLETE: "range/operator",
    Verb.NO_SHOW: "range/manager",
}
EVENT_OF = {
    Verb.CONFIRM: "booking_confirmed",
    Verb.REFUSE: "booking_refused",
    Verb.CANCEL: "booking_cancelled",
    Verb.CHECK_IN: "booking_checked_in",
    Verb.ACTIVATE: "booking_activated",
    Verb.RELEASE: "booking_released",
    Verb.COMPLETE: "booking_completed",
    Verb.NO_SHOW: "booking_no_show",
}


@pytest.fixture(autouse=True)
def _site() -> None:
    load_exercise()


@pytest.fixture
def booking() -> Booking:
    return a_booking("aero/booker", resources=("RWY-05-23",))


def in_state(booking: Booking, state: BookingState) -> Booking:
    Booking.objects.filter(pk=booking.pk).update(state=state, hold_until=booking.start)
    booking.approvals.update(state="waiting", decided_at=None, decided_by="", decided_by_name="", decided_as="")
    booking.claims.update(active=state in CLAIMING_STATES)
    return booking


def do(verb: Verb, booking_id: UUID, now: dt.datetime, **more: object) -> Booking:
    return ACTIONS[verb](person(ABLE[verb]).asker, booking_id, now=now, **more)


def test_every_verb_leads_where_the_table_says_and_nowhere_else(booking: Booking) -> None:
    for state in BookingState:
        for verb in ACTIONS:
            in_state(booking, state)
            expected = TRANSITIONS.get((state, verb))
            if expected is None:
                with pytest.raises(Conflict) as caught:
                    do(verb, booking.id, booking.start)
                assert caught.value.refusals[0].code == "wrong_state"
                expected = state
            else:
                do(verb, booking.id, booking.start)
            booking.refresh_from_db()
            assert booking.state == expected
            assert booking.claims.filter(active=True).exists() == (expected in CLAIMING_STATES)


@pytest.mark.parametrize("verb", list(ACTIONS))
def test_a_verb_writes_trail_version_reason_and_announcement(booking: Booking, verb: Verb) -> None:
    before = next(
        state for state, its_verb in TRANSITIONS if its_verb is verb and state in CLAIMING_STATES - {BookingState.HELD}
    )
    in_state(booking, before)

    changed = do(verb, booking.id, booking.start, reason="because")

    assert (changed.version, changed.reason) == (2, "because")
    assert Entry.objects.get(action=f"booking.{verb}").reason == "because"
    assert Announcement.objects.get(kind=EVENT_OF[verb]).payload["state"] == changed.state


@pytest.mark.parametrize("verb", list(ACTIONS))
def test_only_the_roles_of_the_table_may(booking: Booking, verb: Verb) -> None:
    able = roles_that_may(PERMISSION_OF[verb])
    for who in ("aero/viewer", "aero/pilot", "range/auditor", "range/spectrum"):
        asker = person(who).asker
        assert asker.role not in able or verb in {Verb.CONFIRM, Verb.REFUSE}  # these have steps, here for other roles
        with pytest.raises(Forbidden):
            ACTIONS[verb](asker, booking.id, now=booking.start)


@pytest.mark.parametrize("verb", list(ACTIONS))
def test_a_foreign_booking_is_not_found_as_one_that_never_was(booking: Booking, verb: Verb) -> None:
    rival: Asker = person("heavylift/admin").asker
    for booking_id in (booking.id, uuid4()):
        with pytest.raises(NotFound) as caught:
            ACTIONS[verb](rival, booking_id, now=booking.start)
        assert caught.value.detail == "There is no such booking."


def test_confirmation_makes_one_flight_for_each_aircraft() -> None:
    aero = person("aero/booker")
    booking = a_booking(aero, crew=(a_crew(aero), a_crew(aero)))

    do(Verb.CONFIRM, booking.id, booking.start)

    flights = list(Crew.objects.filter(booking=booking).values_list("flight_id", flat=True))
    told = Announcement.objects.get(kind="booking_confirmed")
    assert len(set(flights)) == 2
    assert None not in flights
    assert told.flight_ids == flights


def test_check_in_opens_an_hour_before_activation_ten_minutes(booking: Booking) -> None:
    in_state(booking, BookingState.CONFIRMED)
    with pytest.raises(Refused) as early:
        do(Verb.CHECK_IN, booking.id, booking.start - dt.timedelta(minutes=60, seconds=1))
    do(Verb.CHECK_IN, booking.id, booking.start - dt.timedelta(minutes=60))
    with pytest.raises(Refused) as too_early:
        do(Verb.ACTIVATE, booking.id, booking.start - dt.timedelta(minutes=10, seconds=1))
    do(Verb.ACTIVATE, booking.id, booking.start - dt.timedelta(minutes=10))

    assert [e.value.refusals[0].code for e in (early, too_early)] == ["too_early", "too_early"]


@pytest.mark.parametrize(
    ("verb", "state"),
    [
        (Verb.CONFIRM, BookingState.REQUESTED),
        (Verb.CHECK_IN, BookingState.CONFIRMED),
        (Verb.ACTIVATE, BookingState.CHECKED_IN),
    ],
)
def test_after_the_slot_it_is_too_late(booking: Booking, verb: Verb, state: BookingState) -> None:
    in_state(booking, state)
    with pytest.raises(Refused) as caught:
        do(verb, booking.id, booking.end)
    assert caught.value.refusals[0].code == "slot_over"


def test_nobody_is_a_no_show_before_the_start(booking: Booking) -> None:
    in_state(booking, BookingState.CONFIRMED)
    with pytest.raises(Refused):
        do(Verb.NO_SHOW, booking.id, booking.start - dt.timedelta(seconds=1))


def test_another_version_than_the_one_read_is_refused(booking: Booking) -> None:
    with pytest.raises(PreconditionFailed) as caught:
        do(Verb.CONFIRM, booking.id, booking.start, version=7)
    assert (caught.value.refusals[0].expected, caught.value.refusals[0].got) == ('"1"', '"7"')
    assert do(Verb.CONFIRM, booking.id, booking.start, version=1).version == 2


@pytest.mark.parametrize("verb", [Verb.CANCEL, Verb.REFUSE])
def test_what_is_given_up_is_free_for_others(booking: Booking, verb: Verb) -> None:
    do(verb, booking.id, booking.start - dt.timedelta(hours=2))

    assert a_booking("heavylift/booker", resources=("RWY-05-23",)).state == "requested"


def test_a_release_frees_the_rest_and_says_when(booking: Booking) -> None:
    in_state(booking, BookingState.ACTIVE)
    at = booking.start + dt.timedelta(minutes=5)

    released = do(Verb.RELEASE, booking.id, at)

    assert (released.state, released.ended_at) == ("completed", at)
    assert a_booking("heavylift/booker", resources=("RWY-05-23",)).state == "requested"
