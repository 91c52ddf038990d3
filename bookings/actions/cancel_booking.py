"""A slot is not needed any more, or can't be flown."""

import datetime as dt
from uuid import UUID

from bookings import events
from bookings.actions.pricing import Cancellation, cancellation_of, charge_cancelled
from bookings.actions.transition import Step, check_step, take_step
from bookings.models import Booking
from bookings.queries.access import access_booking
from bookings.queries.possible import PERMISSION_OF
from bookings.rules.states import BookingState, Verb
from bookings.tariff import Cause
from testcentre.accounts.asker import Asker

STEP = Step(Verb.CANCEL, events.BookingCancelled)


def cancel_booking(
    asker: Asker,
    booking_id: UUID,
    *,
    now: dt.datetime,
    reason: str = "",
    version: int | None = None,
    cause: Cause | None = None,
    evidence: str = "",
) -> Booking:
    """Cancel a booking before it is active, free what it held, and charge the fee of its cause, if any.

    Raises:
        NotFound, Forbidden, PreconditionFailed, Conflict, Refused: see `take_step`.
        Malformed, Refused: see `cancellation_of`.
    """

    def charge(booking: Booking, before: BookingState) -> None:
        cancelled = cancellation_of(asker, booking, state=before, cause=cause, evidence=evidence, now=now)
        charge_cancelled(asker, booking, cancelled, now=now)

    return take_step(asker, booking_id, STEP, now=now, reason=reason, version=version, then=charge)


def try_cancelling(
    asker: Asker,
    booking_id: UUID,
    *,
    now: dt.datetime,
    version: int | None = None,
    cause: Cause | None = None,
    evidence: str = "",
) -> Cancellation:
    """Say what cancelling would cost, and change nothing.

    Raises:
        Whatever `cancel_booking` would.
    """
    booking = access_booking(asker, booking_id)
    asker.require(PERMISSION_OF[Verb.CANCEL])
    check_step(booking, Verb.CANCEL, version=version, now=now)
    state = BookingState(booking.state)
    return cancellation_of(asker, booking, state=state, cause=cause, evidence=evidence, now=now)
