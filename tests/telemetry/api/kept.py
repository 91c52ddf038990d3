"""Flights of the cast with something in them, for the tests of the reads."""

import uuid
from typing import Any

from bookings.actions.confirm_booking import confirm_booking
from telemetry.bus.batch import Batch
from telemetry.bus.stream import Entry
from telemetry.drain.intake import take_in
from telemetry.drain.place import Place
from telemetry.recordings.models import Flight
from telemetry.wire.encode import Encoder
from testcentre.foundation.clock import utc_now
from tests.factories import a_booking
from tests.people import person
from tests.telemetry.keeping import UDP, batch, position


def booked_flight(who: str = "aero/booker", **wish: Any) -> Flight:
    """Book and confirm; returns the expected flight. Needs a site."""
    booking = a_booking(who, **wish)
    if booking.state == "requested":
        confirm_booking(person("range/operator").asker, booking.id, now=utc_now())
    return Flight.objects.get(booking_id=booking.id)


def keep(flight: Flight, *batches: Batch) -> Flight:
    """Write batches into the flight's recording as the drain does."""
    take_in(Place(0, 1, "g", "0-0", 0), [Entry(f"{n}-0", n, one) for n, one in enumerate(batches, 1)])
    flight.refresh_from_db()
    return flight


def flown(flight: Flight, *, positions: int = 20, link: str = UDP) -> tuple[Flight, list[tuple[int, bytes]]]:
    """Keep some positions, ten a second; returns the flight and the records, (µs after the beginning, packet)."""
    encoder = Encoder(flight.system_id)
    records = [(n * 100_000, position(encoder, n)) for n in range(positions)]
    return keep(flight, batch(flight, *records, link=link)), records


UNKNOWN = uuid.UUID(int=1)
