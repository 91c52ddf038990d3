"""Range control releases the volume to the crew."""

import datetime as dt
from uuid import UUID

from bookings import events
from bookings.actions.set_gate import refuse_without_go
from bookings.actions.transition import Step, take_step
from bookings.claims.occupied import is_occupied
from bookings.models import Booking
from bookings.rules.states import Verb
from testcentre.accounts.asker import Asker
from testcentre.foundation.errors import Conflict, Refusal


def activate_booking(
    asker: Asker, booking_id: UUID, *, now: dt.datetime, reason: str = "", version: int | None = None
) -> Booking:
    """Make the volume hot, from 10 minutes before the start until the end, when all gates are go.

    Raises:
        NotFound, Forbidden, PreconditionFailed, Conflict, Refused: see `take_step`.
        Refused: the site's policy asks for gates, and some are not go.
        Conflict: a flight before it is not over, and has a part of what it needs.
    """
    return take_step(asker, booking_id, STEP, now=now, reason=reason, version=version)


def _refuse(booking: Booking, now: dt.datetime) -> None:
    if is_occupied(booking.id):
        raise Conflict(_occupied())
    refuse_without_go(booking, now)


def _occupied() -> Refusal:
    return Refusal(
        "still_occupied",
        "A flight before this one is not over, and has a part of what this one needs.",
        "",
        "everything that the booking needs given back",
        "in use",
        "Complete the flight before, then activate this one.",
    )


STEP = Step(Verb.ACTIVATE, events.BookingActivated, _refuse)
