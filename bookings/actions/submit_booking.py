"""A hold is turned into a request: its papers are finished, and all rules are asked."""

import datetime as dt
from uuid import UUID

from bookings import events
from bookings.actions.approvals import ask_for_approvals
from bookings.actions.booking_rows import keep_decision, wish_of
from bookings.actions.decide import decide
from bookings.actions.overdue import end_overdue
from bookings.actions.plan import make_plan
from bookings.actions.transaction import in_site_transaction
from bookings.actions.transition import Step, check_step, move_on, tell
from bookings.models import Booking
from bookings.queries.access import access_booking
from bookings.queries.possible import PERMISSION_OF
from bookings.rules.states import Verb
from testcentre.accounts.asker import Asker
from testcentre.foundation.errors import Refused

SUBMIT = Step(Verb.SUBMIT, events.BookingRequested)


def submit_booking(
    asker: Asker, booking_id: UUID, *, now: dt.datetime, reason: str = "", version: int | None = None
) -> Booking:
    """Request what is held; it keeps what it holds, also where rules still refuse.

    Raises:
        NotFound, Forbidden, PreconditionFailed, Conflict: as `take_step`.
        Refused: rules refuse; the hold stands until it ends.
    """

    def work() -> Booking:
        asker.require(PERMISSION_OF[Verb.SUBMIT])
        end_overdue(now=now)
        booking = access_booking(asker, booking_id)
        check_step(booking, Verb.SUBMIT, version=version, now=now)
        plan = make_plan(asker, wish_of(booking), block=booking.block, now=now, beside=booking)
        (decision,) = decide(plan)
        if decision.refusals:
            raise Refused(*decision.refusals)
        booking.attention = []
        booking.save(update_fields=["attention"])
        move_on(asker, booking, SUBMIT, now=now, reason=reason)
        keep_decision(booking, decision, action="submit", now=now)
        tell(SUBMIT.event, booking, was_held=True)
        ask_for_approvals(booking, decision.approvals, now=now)
        return booking

    return in_site_transaction(work)
