"""Steps that should have been decided by now: told once, and from then on their deputy may decide."""

import datetime as dt

from bookings import events
from bookings.actions.transaction import in_site_transaction
from bookings.actions.transition import tell
from bookings.models import BookingApproval
from bookings.rules.approvals import UNDECIDED
from bookings.rules.states import BookingState
from testcentre.audit.trail import record

AT_ONCE = 200


def tell_overdue_approvals(*, now: dt.datetime) -> int:
    """Tell of open steps that became overdue (beat); takes the site's lock only where there are some."""
    overdue = BookingApproval.objects.filter(
        state__in=[state.value for state in UNDECIDED],
        due_at__lte=now,
        overdue_told=False,
        booking__state=BookingState.REQUESTED,
    )
    if not overdue.exists():
        return 0

    def work() -> int:
        steps = list(overdue.select_related("booking").order_by("due_at", "id")[:AT_ONCE])
        for step in steps:
            step.overdue_told = True
            step.save(update_fields=["overdue_told"])
            details = {"step": step.name, "number": step.number}
            record(None, "booking.step_overdue", subject=f"booking:{step.booking_id}", details=details)
            tell(events.ApprovalOverdue, step.booking, step=step.name, step_state=step.state)
        return len(steps)

    return in_site_transaction(work)
