"""The range refuses a request: one rejection is enough."""

import datetime as dt
from uuid import UUID

from bookings import events
from bookings.actions.approvals import decide_step
from bookings.actions.transaction import in_site_transaction
from bookings.actions.transition import Step, check_step, move_on, tell
from bookings.models import Booking
from bookings.queries.access import access_booking
from bookings.queries.approvals import open_step_of
from bookings.queries.possible import PERMISSION_OF
from bookings.rules.states import Verb
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Permission

STEP = Step(Verb.REFUSE, events.BookingRefused)


def refuse_booking(
    asker: Asker, booking_id: UUID, *, now: dt.datetime, reason: str = "", version: int | None = None
) -> Booking:
    """Refuse a requested slot and free what it held: with an open step, or by a role that refuses at any time.

    Raises:
        NotFound, Forbidden, PreconditionFailed, Conflict, Refused: see `take_step`.
        Forbidden, Conflict, Unauthenticated: see `decide_step`.
    """

    def work() -> Booking:
        booking = access_booking(asker, booking_id)
        asker.require(PERMISSION_OF[Verb.REFUSE])
        check_step(booking, Verb.REFUSE, version=version, now=now)
        if open_step_of(asker, booking, now=now) or not asker.may(Permission.REFUSE):
            decide_step(asker, booking, approve=False, now=now, reason=reason)
        move_on(asker, booking, STEP, now=now, reason=reason)
        tell(STEP.event, booking)
        return booking

    return in_site_transaction(work)
