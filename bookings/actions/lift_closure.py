"""What was closed is open again, for those who wait first."""

import datetime as dt
from uuid import UUID

from bookings import events
from bookings.actions.close_resources import PERMISSION_FOR
from bookings.actions.transaction import in_site_transaction
from bookings.claims.ledger import give_back_closure
from bookings.models import Closure, ClosureCause, ClosureState
from bookings.queries.closures import access_closure
from testcentre.accounts.asker import Asker
from testcentre.audit.trail import record
from testcentre.foundation.errors import Conflict, Refusal


def lift_closure(asker: Asker, closure_id: UUID, *, now: dt.datetime, reason: str = "") -> Closure:
    """End a closure before its time; what was displaced for it stays so.

    Raises:
        NotFound: there is no such closure.
        Forbidden: the asker's role may not close for its cause.
        Conflict: it is over or lifted.
    """

    def work() -> Closure:
        closure = access_closure(asker, closure_id)
        asker.require(PERMISSION_FOR[ClosureCause(closure.cause)])
        state = closure.state(now)
        if state not in {ClosureState.PLANNED, ClosureState.IN_FORCE}:
            raise Conflict(_not_closed(state))
        closure.lifted_at, closure.lifted_by = now, asker.label
        closure.save(update_fields=["lifted_at", "lifted_by"])
        give_back_closure(closure.id, now=now)
        record(asker, "closure.lift", subject=f"closure:{closure.id}", reason=reason)
        events.announce(events.ClosureChanged(closure.id, "lifted"))
        return closure

    return in_site_transaction(work)


def _not_closed(state: ClosureState) -> Refusal:
    return Refusal(
        "not_closed",
        f"The closure is {state}.",
        "state",
        [str(ClosureState.PLANNED), str(ClosureState.IN_FORCE)],
        str(state),
        "Read it again: there is nothing to lift.",
    )
