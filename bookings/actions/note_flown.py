"""Keep how long an aircraft of a booking flew, as its recording says; telemetry calls it when it seals one."""

import datetime as dt
from uuid import UUID

from bookings.models import Crew


def note_flown(flight_id: UUID, *, flown_from: dt.datetime, flown_until: dt.datetime) -> None:
    """Write it beside the aircraft of the booking, in the caller's transaction; a flight of no booking is left out."""
    Crew.objects.filter(flight_id=flight_id).update(flown_from=flown_from, flown_until=flown_until)
