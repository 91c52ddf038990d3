import datetime as dt
import threading
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection

from bookings.actions.change_booking import change_booking
from bookings.actions.confirm_booking import confirm_booking
from bookings.actions.delegate_approval import delegate_approval
from bookings.actions.overdue_approvals import tell_overdue_approvals
from bookings.actions.refuse_booking import refuse_booking
from bookings.actions.request_booking import request_booking, try_booking
from bookings.models import Booking
from testcentre.accounts.actions import create_user
from testcentre.accounts.asker import Asker
from testcentre.accounts.authenticate import asker_of_user
from testcentre.accounts.models import ApiKey
from testcentre.accounts.roles import Role
from testcentre.audit.models import Entry
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Malformed,
    PreconditionFailed,
    Unauthenticated,
)
from testcentre.foundation.models import Announcement
from tests.bookings.actions.policy_sites import TWO_THEN_ONE, load_policy
from tests.factories import a_booking, load_exercise, wish_of
from tests.people import person

pytestmark = pytest.mark.django_db
ROUTINE = '[policy]\nconfirm = "routine"\nroutine_for = ["aero"]\n'


def asker(who: str) -> Asker:
    return person(f"range/{who}").asker


def a_person(role: str) -> Asker:
    """Return somebody of the range who signs in, rather than a key."""
    email = f"{role}-{Entry.objects.count()}@range.example"
    user, _ = create_user(email, slug="range", role=role, name=role.title(), password="a long enough password")
    found = asker_of_user(user.id)
    assert found is not None
    return found


def states(booking: Booking) -> dict[str, str]:
    return dict(booking.approvals.values_list("name", "state"))


def code(caught: Any) -> str:
    refusal: str = caught.value.refusals[0].code
    return refusal


@pytest.fixture
def booking() -> Booking:
    load_policy(TWO_THEN_ONE)
    return a_booking("aero/booker", resources=("RWY-05-23",))


def test_on_the_shipped_sites_one_of_three_roles_confirms() -> None:
    load_exercise()
    for role in ("operator", "safety", "manager"):
        booking = a_booking("aero/booker")
        assert confirm_booking(asker(role), booking.id, now=utc_now()).state == "confirmed"
        assert states(booking) == {"range": "approved"}
    with pytest.raises(Forbidden) as caught:
        confirm_booking(asker("spectrum"), a_booking("aero/booker").id, now=utc_now())
    assert caught.value.refusals[0].expected == ["manager", "operator", "safety"]


def test_steps_side_by_side_in_any_order_then_the_next_and_the_last_confirms(booking: Booking) -> None:
    now = utc_now()
    with pytest.raises(Conflict) as caught:
        confirm_booking(asker("operator"), booking.id, now=now)
    assert code(caught) == "step_not_open"

    assert confirm_booking(asker("spectrum"), booking.id, now=now).state == "requested"
    half = confirm_booking(asker("safety"), booking.id, now=now, reason="seen")
    assert (half.state, half.version) == ("requested", 3)
    last = half.approvals.get(name="duty_officer")
    assert (last.opened_at, last.due_at) == (now, now + dt.timedelta(hours=2))

    assert confirm_booking(asker("duty_officer"), booking.id, now=now).state == "confirmed"
    assert Booking.objects.get(pk=booking.id).crew.get().flight_id is not None
    assert [e.details["step"] for e in Entry.objects.filter(action="booking.step_approved").order_by("id")] == [
        "spectrum",
        "safety",
        "duty_officer",
    ]
    assert Announcement.objects.filter(kind="approval_waits").get().payload["step"] == "duty_officer"


def test_what_a_role_decided_is_not_decided_twice(booking: Booking) -> None:
    confirm_booking(asker("safety"), booking.id, now=utc_now())

    with pytest.raises(Conflict) as caught:
        confirm_booking(asker("safety"), booking.id, now=utc_now())
    with pytest.raises(PreconditionFailed):
        confirm_booking(asker("spectrum"), booking.id, now=utc_now(), version=1)

    assert code(caught) == "step_decided"


def test_one_rejection_refuses_and_frees_the_slot(booking: Booking) -> None:
    refused = refuse_booking(asker("spectrum"), booking.id, now=utc_now(), reason="band in use")

    assert (refused.state, refused.reason) == ("refused", "band in use")
    assert states(refused) == {"safety": "waiting", "spectrum": "rejected", "duty_officer": "waiting"}
    assert not refused.claims.filter(active=True).exists()


def test_a_role_whose_step_is_not_open_does_not_refuse_but_the_desk_does(booking: Booking) -> None:
    with pytest.raises(Conflict):
        refuse_booking(asker("duty_officer"), booking.id, now=utc_now())
    assert refuse_booking(asker("manager"), booking.id, now=utc_now()).state == "refused"


@pytest.mark.parametrize("who", ["admin", "booker", "engineer", "pilot", "viewer"])
def test_a_company_s_people_never_approve(booking: Booking, who: str) -> None:
    own = person(f"aero/{who}").asker
    for decide in (confirm_booking, refuse_booking):
        with pytest.raises(Forbidden):
            decide(own, booking.id, now=utc_now())
    with pytest.raises(Forbidden):
        delegate_approval(own, booking.id, 1, to=Role.MANAGER, now=utc_now(), reason="mine")


def test_nobody_approves_what_they_asked_for() -> None:
    load_exercise()
    operator = person("range/operator")
    aero = person("aero/booker")
    wish = wish_of(aero, organisation_id=aero.organisation_id)
    own = request_booking(operator.asker, wish, now=utc_now())

    with pytest.raises(Forbidden) as caught:
        confirm_booking(operator.asker, own.id, now=utc_now())
    assert code(caught) == "own_request"
    assert confirm_booking(asker("operator"), own.id, now=utc_now()).state == "confirmed"


def test_a_step_is_delegated_to_a_role_and_its_own_role_still_may(booking: Booking) -> None:
    now = utc_now()
    with pytest.raises(Forbidden):
        confirm_booking(asker("security"), booking.id, now=now)
    delegate_approval(asker("safety"), booking.id, 1, to=Role.SECURITY, now=now, reason="on leave")

    assert states(booking)["safety"] == "delegated"
    confirm_booking(asker("security"), booking.id, now=now)
    assert Entry.objects.get(action="booking.step_approved").details["as"] == "delegate"
    delegate_approval(asker("spectrum"), booking.id, 2, to=Role.SECURITY, now=now, reason="busy")
    confirm_booking(asker("spectrum"), booking.id, now=now)
    assert states(booking) == {"safety": "approved", "spectrum": "approved", "duty_officer": "waiting"}


def test_a_step_is_delegated_to_a_person_and_only_to_one_who_approves(booking: Booking) -> None:
    now, guest, auditor = utc_now(), a_person("manager"), a_person("auditor")
    assert guest.user_id
    assert auditor.user_id
    delegate_approval(asker("spectrum"), booking.id, 2, to=guest.user_id, now=now, reason="knows the band")
    with pytest.raises(Forbidden):
        confirm_booking(a_person("manager"), booking.id, now=now)
    confirm_booking(guest, booking.id, now=now)
    assert states(booking)["spectrum"] == "approved"

    for to in (auditor.user_id, Role.AUDITOR, Role.BOOKER):
        with pytest.raises(Malformed):
            delegate_approval(asker("safety"), booking.id, 1, to=to, now=now, reason="no")
    with pytest.raises(Forbidden):
        delegate_approval(asker("spectrum"), booking.id, 1, to=Role.MANAGER, now=now, reason="not mine")
    with pytest.raises(Conflict):
        delegate_approval(asker("spectrum"), booking.id, 2, to=Role.MANAGER, now=now, reason="too late")


def test_an_overdue_step_is_told_once_and_open_to_its_deputy(booking: Booking) -> None:
    late = utc_now() + dt.timedelta(hours=5)
    with pytest.raises(Forbidden):
        confirm_booking(asker("manager"), booking.id, now=utc_now())
    told = [tell_overdue_approvals(now=moment) for moment in (utc_now(), late, late)]

    assert told == [0, 1, 0]
    assert Announcement.objects.get(kind="approval_overdue").payload["step"] == "safety"
    confirm_booking(asker("manager"), booking.id, now=late)
    assert states(booking)["safety"] == "approved"
    assert Entry.objects.get(action="booking.step_approved").details["as"] == "deputy"


def test_a_step_is_due_at_the_latest_when_the_slot_begins(booking: Booking) -> None:
    soon = a_booking(
        "heavylift/booker", start=utc_now().replace(second=0, microsecond=0) + dt.timedelta(minutes=30), minutes=10
    )

    assert {step.due_at for step in soon.approvals.exclude(due_at=None)} == {soon.start}


def test_a_key_that_ends_while_its_request_waits_approves_nothing(booking: Booking) -> None:
    revoked, expired = person("range/safety"), person("range/safety")
    ApiKey.objects.filter(pk=revoked.asker.key_id).update(revoked_at=utc_now())
    ApiKey.objects.filter(pk=expired.asker.key_id).update(expires_at=utc_now())

    for who in (revoked, expired):
        with pytest.raises(Unauthenticated):
            confirm_booking(who.asker, booking.id, now=utc_now())
    assert set(states(booking).values()) == {"waiting"}


def test_a_changed_booking_has_new_steps_unless_it_asks_for_less(booking: Booking) -> None:

    aero = person("aero/booker").asker
    confirm_booking(asker("safety"), booking.id, now=utc_now())

    def shorter(wish: Any) -> Any:
        return replace(wish, end=wish.end - dt.timedelta(minutes=5))

    def longer(wish: Any) -> Any:
        return replace(wish, end=wish.end + dt.timedelta(minutes=30))

    change_booking(aero, booking.id, shorter, now=utc_now(), version=None)
    assert states(booking)["safety"] == "approved"
    change_booking(aero, booking.id, longer, now=utc_now(), version=None)
    assert set(states(booking).values()) == {"waiting"}

    for role in ("safety", "spectrum", "operator"):
        confirm_booking(asker(role), booking.id, now=utc_now())
    again = change_booking(aero, booking.id, longer, now=utc_now(), version=None)
    assert again.state == "requested"
    assert set(states(booking).values()) == {"waiting"}


def test_routine_is_confirmed_straight_and_what_grows_beyond_it_is_not() -> None:
    load_policy(ROUTINE)
    aero, rival = person("aero/booker"), person("heavylift/booker")

    assert try_booking(aero.asker, wish_of(aero), now=utc_now()).would == "confirm"
    assert request_booking(aero.asker, wish_of(aero), now=utc_now()).state == "confirmed"
    assert try_booking(rival.asker, wish_of(rival), now=utc_now()).would == "request"
    hazardous = request_booking(aero.asker, wish_of(aero, resources=("LASER-SECTOR",), minutes=60), now=utc_now())
    assert (hazardous.state, states(hazardous)) == ("requested", {"range": "waiting"})

    plain = change_booking(
        aero.asker, hazardous.id, lambda wish: replace(wish, resources=("RWY-05-23",)), now=utc_now(), version=None
    )
    assert (plain.state, states(plain)) == ("confirmed", {})


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("policy", ["", TWO_THEN_ONE])
def test_of_two_approvers_at_the_same_second_one_wins_and_the_other_is_told(policy: str) -> None:
    load_policy(policy)
    for _ in range(5):
        booking = a_booking("aero/booker")
        both = [asker("safety"), asker("safety")]
        gate = threading.Barrier(2)
        results: list[str] = []

        def decide(
            who: Asker, booking: Booking = booking, gate: threading.Barrier = gate, results: list[str] = results
        ) -> None:
            gate.wait(20)
            try:
                confirm_booking(who, booking.id, now=utc_now(), version=1)
                results.append("won")
            except DomainError as told:
                results.append(type(told).__name__)
            finally:
                connection.close()

        threads = [threading.Thread(target=decide, args=(who,)) for who in both]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(results) == ["PreconditionFailed", "won"]
        assert booking.approvals.filter(state="approved").count() == 1
