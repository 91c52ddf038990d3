"""The range grants a request: each of its steps is approved by one who may, the last approval confirms it."""

import datetime as dt
from uuid import UUID

from bookings.actions.approvals import CONFIRM, decide_step
from bookings.actions.transaction import in_site_transaction
from bookings.actions.transition import check_step, move_on, tell
from bookings.models import Booking
from bookings.queries.access import access_booking
from bookings.queries.possible import PERMISSION_OF
from bookings.rules.approvals import Outcome
from bookings.rules.states import Verb
from testcentre.accounts.asker import Asker


def confirm_booking(
    asker: Asker, booking_id: UUID, *, now: dt.datetime, reason: str = "", version: int | None = None
) -> Booking:
    """Approve the asker's step of a requested slot; with the last one each aircraft has its flight from now on.

    Raises:
        NotFound, Forbidden, PreconditionFailed, Conflict, Refused: see `take_step`.
        Forbidden, Conflict, Unauthenticated: see `decide_step`.
    """

    def work() -> Booking:
        booking = access_booking(asker, booking_id)
        asker.require(PERMISSION_OF[Verb.CONFIRM])
        check_step(booking, Verb.CONFIRM, version=version, now=now)
        if decide_step(asker, booking, approve=True, now=now, reason=reason) is Outcome.WAITING:
            booking.version += 1
            booking.save(update_fields=["version"])
            return booking
        move_on(asker, booking, CONFIRM, now=now, reason=reason)
        tell(CONFIRM.event, booking)
        return booking

    return in_site_transaction(work)
