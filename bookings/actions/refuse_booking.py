"""The range refuses a request."""

import datetime as dt
from uuid import UUID

from bookings import events
from bookings.actions.transition import Step, take_step
from bookings.models import Booking
from bookings.rules.states import Verb
from testcentre.accounts.asker import Asker

STEP = Step(Verb.REFUSE, events.BookingRefused)


def refuse_booking(
    asker: Asker, booking_id: UUID, *, now: dt.datetime, reason: str = "", version: int | None = None
) -> Booking:
    """Refuse a requested slot and free what it held.

    Raises:
        NotFound, Forbidden, PreconditionFailed, Conflict, Refused: see `take_step`.
    """
    return take_step(asker, booking_id, STEP, now=now, reason=reason, version=version)
