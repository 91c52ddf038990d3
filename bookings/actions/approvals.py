"""The steps of a request as rows: asked for with it, opened in order, decided one by one."""

import datetime as dt
from collections.abc import Sequence

from bookings import events
from bookings.actions.transition import CONFIRMED_AT_ONCE, Step, move_on, tell
from bookings.models import Booking, BookingApproval
from bookings.queries.approvals import may_decide, open_step_of
from bookings.rules.approvals import UNDECIDED, Outcome, StepState, open_steps, outcome_of
from bookings.rules.facts import ApprovalStep
from bookings.rules.states import Verb
from testcentre.accounts.asker import Asker
from testcentre.accounts.authenticate import is_still_valid
from testcentre.accounts.roles import Permission
from testcentre.audit.trail import record
from testcentre.foundation.clock import to_rfc3339
from testcentre.foundation.errors import Conflict, Forbidden, Refusal, Unauthenticated

CONFIRM = Step(Verb.CONFIRM, events.BookingConfirmed)


def ask_for_approvals(booking: Booking, steps: Sequence[ApprovalStep], *, now: dt.datetime) -> None:
    """Write the steps of a request that is just made, in place of earlier ones; without any it is confirmed at once."""
    booking.approvals.all().delete()
    if not steps:
        move_on(None, booking, CONFIRM, now=now, reason=CONFIRMED_AT_ONCE)
        tell(CONFIRM.event, booking)
        return
    BookingApproval.objects.bulk_create(steps_of(booking, steps, now=now))


def steps_of(booking: Booking, steps: Sequence[ApprovalStep], *, now: dt.datetime) -> list[BookingApproval]:
    """Return the rows of a request's steps, not yet saved; those of the lowest order are open from now on."""
    rows = [
        BookingApproval(
            booking=booking,
            number=number,
            name=step.name,
            roles=list(step.roles),
            order=step.order,
            due_h=step.due_h,
            deputy=step.deputy,
        )
        for number, step in enumerate(steps, start=1)
    ]
    _open(booking, rows, now=now)
    return rows


def decide_step(asker: Asker, booking: Booking, *, approve: bool, now: dt.datetime, reason: str = "") -> Outcome:
    """Decide the open step that is the asker's, and open those that follow; return what the steps come to.

    Where no step is left to decide, the role must be one that confirms. The caller's transaction holds the site's lock.

    Raises:
        Unauthenticated: the key or membership has ended since the request came in.
        Forbidden: the asker asked for the booking, or no step is for that role.
        Conflict: the asker's step is decided, or those before it are not.
    """
    require_valid(asker)
    steps = list(booking.approvals.all())
    _refuse_own(asker, booking)
    if not any(step.state in UNDECIDED for step in steps):
        asker.require(Permission.CONFIRM)
        return Outcome.APPROVED
    mine = open_step_of(asker, booking, now=now)
    if mine is None:
        raise _why_not(asker, steps, now=now)
    step = next(step for step in steps if step.id == mine.id)
    step.state = StepState.APPROVED if approve else StepState.REJECTED
    step.decided_at, step.decided_by, step.decided_as = now, asker.identity, asker.role
    step.decided_by_name, step.reason = asker.label, reason
    step.save()
    details = {"step": step.name, "number": step.number, "as": _as(asker, step)}
    record(asker, f"booking.step_{step.state}", subject=f"booking:{booking.id}", reason=reason, details=details)
    tell(events.ApprovalDecided, booking, step=step.name, step_state=step.state)
    opened = _open(booking, steps, now=now)
    for row in opened:
        row.save(update_fields=["opened_at", "due_at"])
        tell(events.ApprovalWaits, booking, step=row.name, step_state=row.state)
    return outcome_of(steps)


def require_valid(asker: Asker) -> None:
    """Make sure that a key or membership has not ended while its request waited for its turn.

    Raises:
        Unauthenticated: it has.
    """
    if not is_still_valid(asker):
        raise Unauthenticated(detail="The API key or membership is over or was revoked.")


def _open(booking: Booking, steps: Sequence[BookingApproval], *, now: dt.datetime) -> list[BookingApproval]:
    """Give the steps that open now their due time, at the latest the slot's start; return them, not saved."""
    opened = [steps[place] for place in open_steps(steps) if steps[place].opened_at is None]
    for step in opened:
        step.opened_at = now
        step.due_at = max(now, min(now + dt.timedelta(hours=step.due_h), booking.start))
    return opened


def _refuse_own(asker: Asker, booking: Booking) -> None:
    if asker.identity in booking.asked_by:
        raise Forbidden(
            Refusal(
                "own_request",
                "Nobody approves what they asked for or changed themselves.",
                "",
                "somebody else",
                asker.label,
                "Ask a colleague to decide.",
            )
        )


def _why_not(asker: Asker, steps: Sequence[BookingApproval], *, now: dt.datetime) -> Forbidden | Conflict:
    """Return why none of the open steps is the asker's."""
    own = [step for step in steps if may_decide(asker, step, now=now)]
    waiting = next((step for step in own if step.state in UNDECIDED), None)
    before = [step.name for step in steps if step.state in UNDECIDED and waiting and step.order < waiting.order]
    if waiting is not None:
        return Conflict(
            Refusal(
                "step_not_open",
                f"The step {waiting.name} opens when those before it are approved.",
                "",
                f"approved: {', '.join(before)}",
                "waiting",
                "Come back when they are.",
            )
        )
    if own:
        decided = own[0]
        when = to_rfc3339(decided.decided_at) if decided.decided_at else ""
        return Conflict(
            Refusal(
                "step_decided",
                f"The step {decided.name} was decided already, by {decided.decided_as} at {when}.",
                "",
                "an open step",
                decided.state,
                "Read the booking again: `approvals` say what is waited for.",
            )
        )
    open_roles = sorted({role for place in open_steps(steps) for role in steps[place].roles})
    return Forbidden(
        Refusal(
            "role_not_allowed",
            f"No step of this booking is for the role {asker.role}.",
            expected=open_roles,
            got=str(asker.role),
            remedy="Ask somebody with one of these roles.",
        )
    )


def _as(asker: Asker, step: BookingApproval) -> str:
    """Return in which place somebody decided: by role, as the one it was delegated to, or as deputy."""
    if asker.role in step.roles:
        return "role"
    delegated = step.delegated_to_role == asker.role or (step.delegated_to_user_id or "") == asker.user_id
    return "delegate" if delegated else "deputy"
