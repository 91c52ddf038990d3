"""A slot is given back early."""

import datetime as dt
from uuid import UUID

from bookings import events
from bookings.actions.pricing import charge_completed
from bookings.actions.transition import Step, take_step
from bookings.models import Booking
from bookings.rules.states import Verb
from testcentre.accounts.asker import Asker

STEP = Step(Verb.RELEASE, events.BookingReleased)


def release_booking(
    asker: Asker, booking_id: UUID, *, now: dt.datetime, reason: str = "", version: int | None = None
) -> Booking:
    """Give the rest of a slot back: it counts as used, and others may have it.

    Raises:
        NotFound, Forbidden, PreconditionFailed, Conflict, Refused: see `take_step`.
    """
    return take_step(
        asker,
        booking_id,
        STEP,
        now=now,
        reason=reason,
        version=version,
        then=lambda booking, _: charge_completed(booking, now=now),
    )
