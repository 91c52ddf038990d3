"""Confirmed bookings whose aircraft allow the sources that a test wants."""

import datetime as dt
from typing import Any

from bookings.actions.confirm_booking import confirm_booking
from bookings.models import Booking, Crew
from telemetry.recordings.models import Flight
from testcentre.foundation.clock import utc_now
from tests.factories import a_booking, a_crew
from tests.people import Person, person


def confirmed(
    who: Person | str,
    *,
    sources: tuple[str, ...] | None = None,
    mavlink_system_id: int | None = None,
    in_minutes: int = 30,
    **more: Any,
) -> Booking:
    """Return a booking that is confirmed and begins so soon; `sources` are its aircraft's own."""
    asks = person(who) if isinstance(who, str) else who
    aircraft: dict[str, Any] = {} if sources is None else {"allowed_sources": sources}
    if mavlink_system_id is not None:
        aircraft["mavlink_system_id"] = mavlink_system_id
    more.setdefault("crew", (a_crew(asks, **aircraft),))
    start = utc_now().replace(second=0, microsecond=0) + dt.timedelta(minutes=in_minutes)
    booking = a_booking(asks, start=start, **more)
    if booking.state == "requested":
        booking = confirm_booking(person("range/safety").asker, booking.id, now=utc_now())
    return booking


def flight_of(booking: Booking, system_id: int | None = None) -> Flight:
    """Return the booking's flight, of several the one with this system id."""
    crew = Crew.objects.filter(booking=booking)
    if system_id is not None:
        crew = crew.filter(aircraft__mavlink_system_id=system_id)
    return Flight.objects.get(pk=crew.get().flight_id)
