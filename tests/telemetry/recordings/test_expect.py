import datetime as dt
import uuid

import pytest

from bookings import events
from telemetry.recordings.models import Flight
from testcentre.foundation.models import Announcement

pytestmark = pytest.mark.django_db
START = dt.datetime(2026, 9, 21, 10, tzinfo=dt.UTC)
BOOKING, COMPANY = uuid.uuid4(), uuid.uuid4()


def event(
    kind: type[events.BookingEvent], *flights: events.BookedFlight, start: dt.datetime = START
) -> events.BookingEvent:
    return kind(BOOKING, COMPANY, flights, start, start + dt.timedelta(hours=1), "confirmed")


def booked(system_id: int = 7) -> events.BookedFlight:
    return events.BookedFlight(uuid.uuid4(), uuid.uuid4(), system_id)


def test_a_confirmed_booking_makes_one_expected_flight_per_aircraft() -> None:
    one, two = booked(7), booked(8)

    events.announce(event(events.BookingConfirmed, one, two))

    found = Flight.objects.order_by("system_id")
    assert [(f.id, f.booking_id, f.organisation_id, f.aircraft_id, f.system_id, f.phase) for f in found] == [
        (b.flight_id, BOOKING, COMPANY, b.aircraft_id, b.system_id, "expected") for b in (one, two)
    ]
    assert {(f.admit_from, f.admit_until) for f in found} == {
        (START - dt.timedelta(minutes=60), START + dt.timedelta(minutes=90))
    }


def test_a_booking_confirmed_again_moves_its_flights_and_ends_those_left_out() -> None:
    stays, goes = booked(7), booked(8)
    events.announce(event(events.BookingConfirmed, stays, goes))

    events.announce(event(events.BookingConfirmed, stays, start=START + dt.timedelta(hours=3)))

    assert dict(Flight.objects.values_list("id", "phase")) == {stays.flight_id: "expected", goes.flight_id: "ended"}
    assert Flight.objects.get(pk=stays.flight_id).admit_from == START + dt.timedelta(hours=2)


@pytest.mark.parametrize(
    "kind", [events.BookingCancelled, events.BookingNoShow, events.BookingCompleted, events.BookingReleased]
)
def test_the_end_of_a_booking_ends_its_flights(kind: type[events.BookingEvent]) -> None:
    one = booked()
    events.announce(event(events.BookingConfirmed, one))

    events.announce(event(kind, one))

    flight = Flight.objects.get()
    assert flight.phase == "ended"
    assert flight.ended is not None
    assert [a.flight_ids for a in Announcement.objects.filter(kind="flight_ended")] == [[one.flight_id]]


def test_a_sealed_flight_stays_sealed() -> None:
    one = booked()
    events.announce(event(events.BookingConfirmed, one))
    Flight.objects.update(phase="sealed", sealed_at=START, sha256="0" * 64)

    events.announce(event(events.BookingCompleted, one))

    assert Flight.objects.get().phase == "sealed"
