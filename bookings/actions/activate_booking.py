"""Range control releases the volume to the crew."""

import datetime as dt
from uuid import UUID

from bookings import events
from bookings.actions.transition import Step, take_step
from bookings.models import Booking
from bookings.rules.states import Verb
from testcentre.accounts.asker import Asker

STEP = Step(Verb.ACTIVATE, events.BookingActivated)


def activate_booking(
    asker: Asker, booking_id: UUID, *, now: dt.datetime, reason: str = "", version: int | None = None
) -> Booking:
    """Make the volume hot, from 10 minutes before the start until the end.

    Raises:
        NotFound, Forbidden, PreconditionFailed, Conflict, Refused: see `take_step`.
    """
    return take_step(asker, booking_id, STEP, now=now, reason=reason, version=version)
