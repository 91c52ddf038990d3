import datetime as dt
from uuid import uuid4

import pytest

from bookings.actions.cancel_booking import cancel_booking
from bookings.actions.confirm_booking import confirm_booking
from bookings.models import Booking, Crew
from bookings.queries import admissions, flight_facts, may_see_flight
from bookings.rules.facts import Classification
from testcentre.foundation.clock import utc_now
from tests.factories import a_booking, a_crew, load_exercise, tomorrow, volume
from tests.people import person

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _site() -> None:
    load_exercise()


def confirmed(**wish: object) -> Booking:
    booking = a_booking("aero/booker", **wish)
    return confirm_booking(person("range/operator").asker, booking.id, now=utc_now())


def flight_of(booking: Booking) -> object:
    return Crew.objects.get(booking=booking).flight_id


def test_a_confirmed_booking_admits_its_aircraft_with_margins() -> None:
    booking = confirmed()
    member = Crew.objects.select_related("aircraft").get(booking=booking)

    (admission,) = admissions(booking.start)

    assert (admission.flight_id, admission.booking_id) == (member.flight_id, booking.id)
    assert (admission.aircraft_name, admission.system_id) == (member.aircraft.name, member.aircraft.mavlink_system_id)
    assert admission.allowed_sources == ("127.0.0.1/32",)
    assert (admission.admit_from, admission.admit_until) == (booking.start - HOUR, booking.end + HOUR / 2)


def test_what_is_only_requested_or_was_cancelled_admits_nobody() -> None:
    requested, cancelled = a_booking("aero/booker"), confirmed(start=tomorrow(14))
    cancel_booking(person("aero/booker").asker, cancelled.id, now=utc_now())

    assert admissions(requested.start) == []


def test_of_two_slots_of_one_aircraft_only_one_admits_at_a_time() -> None:
    crew = (a_crew(person("aero/booker")),)
    first = confirmed(crew=crew, start=tomorrow(10), minutes=60)
    second = confirmed(crew=crew, start=tomorrow(11), minutes=60)
    third = confirmed(crew=crew, start=tomorrow(12) + dt.timedelta(minutes=20), minutes=60)

    windows = {a.flight_id: (a.admit_from, a.admit_until) for a in admissions(tomorrow(10))}

    assert windows == {
        flight_of(first): (tomorrow(9), tomorrow(11)),
        flight_of(second): (tomorrow(11), third.start),
        flight_of(third): (third.start, third.end + HOUR / 2),
    }


def test_admissions_look_a_day_ahead_and_end_with_the_margin() -> None:
    booking = confirmed()

    assert admissions(booking.end + HOUR / 2) == []
    assert len(admissions(booking.end + HOUR / 2 - dt.timedelta(seconds=1))) == 1
    assert admissions(booking.start - HOUR * 26) == []


def test_facts_of_a_flight_and_of_none() -> None:
    booking = confirmed(volumes=(volume(),))
    flight_id = Crew.objects.get(booking=booking).flight_id
    assert flight_id is not None

    facts = flight_facts([flight_id, uuid4()])

    assert set(facts) == {flight_id}
    told = facts[flight_id]
    assert (told.booking_number, told.organisation_slug, told.state) == ("AERO-1", "aero", "confirmed")
    assert (told.volumes[0]["ceiling_ft_amsl"], len(told.volumes)) == (450, 1)


def test_of_a_restricted_flight_range_control_reads_no_name_company_or_purpose() -> None:
    booking = confirmed(classification=Classification.DEP_V)
    flight_id = Crew.objects.get(booking=booking).flight_id
    assert flight_id is not None
    facts = flight_facts([flight_id])[flight_id]

    hidden = facts.as_seen_by(person("range/operator").asker)

    told = (
        hidden.booking_number,
        hidden.organisation_slug,
        hidden.organisation_name,
        hidden.aircraft_name,
        hidden.purpose,
    )
    assert told == (None,) * 5
    assert facts.as_seen_by(person("range/manager").asker) == facts
    assert facts.as_seen_by(person("aero/viewer").asker) == facts


def test_flights_are_seen_by_the_own_company_and_range_staff() -> None:
    aero = person("aero/viewer")
    seen = {
        who: may_see_flight(person(who).asker, aero.organisation_id)
        for who in ("aero/viewer", "heavylift/admin", "range/operator")
    }

    assert seen == {"aero/viewer": True, "heavylift/admin": False, "range/operator": True}
