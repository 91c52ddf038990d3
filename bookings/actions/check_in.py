"""The crew is there."""

import datetime as dt
from uuid import UUID

from bookings import events
from bookings.actions.transition import Step, take_step
from bookings.models import Booking
from bookings.rules.states import Verb
from testcentre.accounts.asker import Asker

STEP = Step(Verb.CHECK_IN, events.BookingCheckedIn)


def check_in(
    asker: Asker, booking_id: UUID, *, now: dt.datetime, reason: str = "", version: int | None = None
) -> Booking:
    """Say that the crew is there, from 60 minutes before the start until the end.

    Raises:
        NotFound, Forbidden, PreconditionFailed, Conflict, Refused: see `take_step`.
    """
    return take_step(asker, booking_id, STEP, now=now, reason=reason, version=version)
