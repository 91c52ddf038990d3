"""Flights follow bookings: these handlers run inside the transaction that changes the booking."""

from bookings import events
from bookings.queries.flights import ADMIT_AFTER, ADMIT_BEFORE
from telemetry.recordings.ending import end_flights
from telemetry.recordings.models import Flight
from telemetry.recordings.phases import Phase
from testcentre.foundation.clock import utc_now


def subscribe() -> None:
    """Hear what happens to bookings, from now on."""
    events.subscribe(events.BookingConfirmed, expect_flights)
    events.subscribe(events.BookingChanged, expect_flights)
    events.subscribe(events.BookingCancelled, end_booking)
    events.subscribe(events.BookingCompleted, end_booking)


def expect_flights(event: events.BookingConfirmed | events.BookingChanged) -> None:
    """Make one expected flight per aircraft; of a changed booking times are the new ones and flights left out end."""
    for booked in event.flights:
        times = {"admit_from": event.start - ADMIT_BEFORE, "admit_until": event.end + ADMIT_AFTER}
        flight, is_new = Flight.objects.get_or_create(
            id=booked.flight_id,
            defaults={
                "booking_id": event.booking_id,
                "organisation_id": event.organisation_id,
                "aircraft_id": booked.aircraft_id,
                "system_id": booked.system_id,
                **times,
            },
        )
        if not is_new:
            open_phases = (Phase.EXPECTED, Phase.RECORDING)
            Flight.objects.filter(pk=flight.pk, phase__in=open_phases).update(system_id=booked.system_id, **times)
    named = [booked.flight_id for booked in event.flights]
    end_flights(Flight.objects.filter(booking_id=event.booking_id).exclude(id__in=named), now=utc_now())


def end_booking(event: events.BookingCancelled | events.BookingCompleted) -> None:
    """End all flights of a booking that was cancelled, not used, released or completed."""
    end_flights(Flight.objects.filter(booking_id=event.booking_id), now=utc_now())
