import datetime as dt
from dataclasses import replace

import pytest

from bookings.actions.change_booking import try_change
from bookings.actions.request_booking import request_booking, try_booking
from bookings.actions.submit_booking import submit_booking
from bookings.actions.waive_rules import waive_rules
from bookings.models import Booking
from testcentre.audit.models import Entry
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Conflict, Forbidden, Malformed, NotFound, Refused
from tests.bookings.actions.policy_sites import load_policy
from tests.factories import load_exercise, wish_of
from tests.people import Person, person

pytestmark = pytest.mark.django_db
LONG = 25 * 60


@pytest.fixture
def aero() -> Person:
    load_exercise()
    return person("aero/booker")


@pytest.fixture
def operator() -> Person:
    return person("range/operator")


def codes(booking: Booking) -> list[tuple[str, str, str]]:
    return list(booking.waivers.values_list("code", "waived_as", "reason"))


def test_what_is_waived_in_a_request_records_who_why_and_until_when(aero: Person, operator: Person) -> None:
    until = utc_now() + dt.timedelta(days=2)
    wish = wish_of(
        aero,
        minutes=LONG,
        organisation_id=aero.organisation_id,
        waive=frozenset({"duration_too_long", "lead_time_too_short"}),
        waiver_reason="endurance test",
        waive_until=until,
    )
    booking = request_booking(operator.asker, wish, now=utc_now())

    row = booking.waivers.get()
    assert codes(booking) == [("duration_too_long", "operator", "endurance test")]
    assert (row.until, row.waived_by, row.waived_by_name) == (until, operator.asker.identity, "test range/operator")
    assert booking.waived == ["duration_too_long"]


def test_a_waiver_counts_for_changes_until_it_is_over(aero: Person, operator: Person) -> None:
    until = utc_now() + dt.timedelta(hours=1)
    wish = wish_of(
        aero,
        minutes=LONG,
        organisation_id=aero.organisation_id,
        waive=frozenset({"duration_too_long"}),
        waiver_reason="endurance test",
        waive_until=until,
    )
    booking = request_booking(operator.asker, wish, now=utc_now())

    def would(now: dt.datetime) -> str:
        return try_change(
            aero.asker, booking.id, lambda wish: replace(wish, purpose="more"), now=now, version=None
        ).would

    Booking.objects.update(created_at=until)
    assert (would(until - dt.timedelta(seconds=1)), would(until)) == ("request", "refuse")


def test_a_waiver_lets_a_hold_be_submitted_that_a_new_policy_refuses(aero: Person, operator: Person) -> None:
    held = request_booking(aero.asker, wish_of(aero, minutes=60), now=utc_now(), hold=True)
    load_policy("[limits.standard]\nmax_duration_min = 30\n")
    with pytest.raises(Refused):
        submit_booking(aero.asker, held.id, now=utc_now())

    waive_rules(operator.asker, held.id, ["duration_too_long"], now=utc_now(), reason="granted before")

    submitted = submit_booking(aero.asker, held.id, now=utc_now())
    assert (submitted.state, submitted.waived) == ("requested", ["duration_too_long"])


def test_only_who_may_waive_a_rule_waives_it(aero: Person, operator: Person) -> None:
    booking, now = request_booking(aero.asker, wish_of(aero), now=utc_now()), utc_now()

    def waive(who: Person, *names: str, until: dt.datetime | None = None) -> Booking:
        return waive_rules(who.asker, booking.id, names, now=now, reason="why", until=until)

    for who in (aero, person("range/safety")):
        with pytest.raises(Forbidden):
            waive(who, "outside_daylight")
    with pytest.raises(Forbidden):
        waive(operator, "volume_outside_airspace")
    with pytest.raises(NotFound):
        waive(person("heavylift/admin"), "outside_daylight")
    with pytest.raises(Malformed) as caught:
        waive(operator, "no_such_rule", until=now)
    assert [refusal.code for refusal in caught.value.refusals] == ["not_a_rule", "waiver_over"]

    assert waive(operator, "lead_time_too_short").version == 2
    assert Entry.objects.get(action="booking.waive").details["codes"] == ["lead_time_too_short"]
    Booking.objects.update(state="cancelled")
    with pytest.raises(Conflict):
        waive(operator, "lead_time_too_short")


def test_a_trial_says_what_a_waiver_would_bring_and_keeps_nothing(aero: Person, operator: Person) -> None:
    wish = wish_of(aero, minutes=LONG, organisation_id=aero.organisation_id)
    waiving = replace(wish, waive=frozenset({"duration_too_long"}), waiver_reason="endurance test")

    assert try_booking(operator.asker, wish, now=utc_now()).would == "refuse"
    assert try_booking(operator.asker, waiving, now=utc_now()).would == "request"
    assert not Booking.objects.exists()
