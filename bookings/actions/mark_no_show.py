"""Nobody came."""

import datetime as dt
from uuid import UUID

from bookings import events
from bookings.actions.pricing import charge_no_show
from bookings.actions.transition import Step, take_step
from bookings.models import Booking
from bookings.rules.states import BookingState, Verb
from testcentre.accounts.asker import Asker
from testcentre.foundation.clock import to_rfc3339
from testcentre.foundation.errors import Conflict, Refusal

STEP = Step(Verb.NO_SHOW, events.BookingNoShow)


def mark_no_show(
    asker: Asker, booking_id: UUID, *, now: dt.datetime, reason: str = "", version: int | None = None
) -> Booking:
    """Say that nobody came, from the start on, and free what was held.

    Raises:
        NotFound, Forbidden, PreconditionFailed, Conflict, Refused: see `take_step`.
    """

    def charge(booking: Booking, _: BookingState) -> None:
        if booking.heard_at is not None:
            raise Conflict(_was_heard(booking.heard_at))
        charge_no_show(booking, now=now)

    return take_step(asker, booking_id, STEP, now=now, reason=reason, version=version, then=charge)


def _was_heard(heard_at: dt.datetime) -> Refusal:
    return Refusal(
        "aircraft_heard",
        "An aircraft of the booking was heard: they came.",
        "",
        "a booking whose aircraft nobody has heard",
        to_rfc3339(heard_at),
        "Check them in, or cancel the booking.",
    )
