"""Nobody came."""

import datetime as dt
from uuid import UUID

from bookings import events
from bookings.actions.transition import Step, take_step
from bookings.models import Booking
from bookings.rules.states import Verb
from testcentre.accounts.asker import Asker

STEP = Step(Verb.NO_SHOW, events.BookingNoShow)


def mark_no_show(
    asker: Asker, booking_id: UUID, *, now: dt.datetime, reason: str = "", version: int | None = None
) -> Booking:
    """Say that nobody came, from the start on, and free what was held.

    Raises:
        NotFound, Forbidden, PreconditionFailed, Conflict, Refused: see `take_step`.
    """
    return take_step(asker, booking_id, STEP, now=now, reason=reason, version=version)
