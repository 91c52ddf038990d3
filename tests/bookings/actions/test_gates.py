import datetime as dt
from dataclasses import replace

import pytest

from bookings.actions.activate_booking import activate_booking
from bookings.actions.change_booking import change_booking
from bookings.actions.check_in import check_in
from bookings.actions.confirm_booking import confirm_booking
from bookings.actions.set_gate import set_gate
from bookings.models import Booking, current_site
from bookings.queries.gates import gates_of
from bookings.rules.gates import GateState, not_go
from testcentre.accounts.asker import Asker
from testcentre.audit.models import Entry
from testcentre.foundation.errors import Conflict, Forbidden, NotFound, Refused
from testcentre.foundation.models import Announcement
from tests.bookings.actions.policy_sites import load_policy
from tests.factories import a_booking, load_exercise, volume
from tests.people import person

pytestmark = pytest.mark.django_db
BY_HAND = ["briefing", "weather", "ground_clear", "radio_check", "release"]
GO, NO_GO = GateState.GO, GateState.NO_GO


@pytest.fixture
def operator() -> Asker:
    return person("range/operator").asker


@pytest.fixture
def booking(operator: Asker) -> Booking:
    load_policy("[policy]\ngates_required = true\n")
    booked = a_booking("aero/booker")
    return confirm_booking(operator, booked.id, now=booked.start - dt.timedelta(hours=2))


def missing(booking: Booking) -> list[str]:
    booking.refresh_from_db()
    return not_go(gates_of(booking, site=current_site().facts, now=booking.start))


def say(booking: Booking, operator: Asker, *names: str, state: GateState = GO) -> None:
    for name in names:
        set_gate(operator, booking.id, name, state=state, now=booking.start - dt.timedelta(hours=1))


def test_a_volume_is_activated_when_all_gates_are_go(booking: Booking, operator: Asker) -> None:
    check_in(operator, booking.id, now=booking.start)
    with pytest.raises(Refused) as caught:
        activate_booking(operator, booking.id, now=booking.start)
    assert caught.value.refusals[0].got == BY_HAND

    say(booking, operator, *BY_HAND)

    assert missing(booking) == []
    assert activate_booking(operator, booking.id, now=booking.start).state == "active"
    assert [entry.details["gate"] for entry in Entry.objects.filter(action="booking.gate").order_by("id")] == BY_HAND
    assert Announcement.objects.filter(kind="booking_gate").count() == len(BY_HAND)


def test_the_exercise_activates_without_gates(operator: Asker) -> None:
    load_exercise()
    booking = a_booking("aero/booker")
    for step in (confirm_booking, check_in, activate_booking):
        booking = step(operator, booking.id, now=booking.start)
    assert booking.state == "active"


def test_gates_go_in_order_and_a_no_go_reopens_those_behind_it(booking: Booking, operator: Asker) -> None:
    with pytest.raises(Conflict) as caught:
        say(booking, operator, "weather")
    assert caught.value.refusals[0].got == ["briefing"]

    say(booking, operator, "briefing", "weather", "ground_clear")
    say(booking, operator, "weather", state=NO_GO)
    assert missing(booking) == ["weather", "ground_clear", "radio_check", "release"]
    say(booking, operator, "weather", state=GateState.OPEN)
    assert booking.gates.get().name == "briefing"


def test_a_gate_is_for_its_roles_and_a_computed_one_for_nobody(booking: Booking, operator: Asker) -> None:
    for who, name in (("range/spectrum", "briefing"), ("range/safety", "release"), ("range/auditor", "briefing")):
        with pytest.raises(Forbidden):
            say(booking, person(who).asker, name)
    with pytest.raises(Forbidden):
        say(booking, person("aero/booker").asker, "briefing")
    with pytest.raises(Forbidden):
        say(booking, operator, "documents")
    with pytest.raises(NotFound):
        say(booking, operator, "no_such_gate")
    with pytest.raises(NotFound):
        say(booking, person("heavylift/booker").asker, "briefing")


def test_gates_are_not_set_days_before_nor_of_a_request(booking: Booking, operator: Asker) -> None:
    with pytest.raises(Refused) as early:
        set_gate(operator, booking.id, "briefing", state=GO, now=booking.start - dt.timedelta(hours=12, seconds=1))
    requested = a_booking("heavylift/booker")
    with pytest.raises(Conflict) as state:
        say(requested, operator, "briefing", state=NO_GO)

    assert [e.value.refusals[0].code for e in (early, state)] == ["too_early", "wrong_state"]


def test_papers_that_need_attention_and_a_notam_that_is_missing_are_no_go(operator: Asker) -> None:
    load_policy("[policy]\ngates_required = true\n")
    booking = a_booking("aero/booker", volumes=(volume(ceiling_ft=1000),))
    confirm_booking(operator, booking.id, now=booking.start - dt.timedelta(hours=2))
    assert missing(booking) == ["notam", *BY_HAND]

    Booking.objects.update(attention=[{"code": "insurance_not_valid"}])
    assert missing(booking) == ["documents", "notam", *BY_HAND]
    Booking.objects.update(waived=["insurance_not_valid"])
    assert missing(booking) == ["notam", *BY_HAND]


def test_a_moved_booking_passes_its_gates_anew(booking: Booking, operator: Asker) -> None:
    say(booking, operator, "briefing", "weather")
    later = dt.timedelta(minutes=15)
    change_booking(
        person("aero/booker").asker,
        booking.id,
        lambda wish: replace(wish, end=wish.end - dt.timedelta(minutes=5)),
        now=booking.start - later,
        version=None,
    )
    assert missing(booking) == ["ground_clear", "radio_check", "release"]
    change_booking(
        person("aero/booker").asker,
        booking.id,
        lambda wish: replace(wish, start=wish.start + later, end=wish.end + later),
        now=booking.start - later,
        version=None,
    )
    assert not booking.gates.exists()
