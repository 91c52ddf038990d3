"""Whoever may decide a step hands it to another role or person of the range."""

import datetime as dt
from uuid import UUID

from bookings import events
from bookings.actions.approvals import require_valid
from bookings.actions.transaction import in_site_transaction
from bookings.actions.transition import check_step, tell
from bookings.models import Booking, BookingApproval
from bookings.queries.access import access_booking
from bookings.queries.approvals import may_decide
from bookings.queries.possible import PERMISSION_OF
from bookings.rules.approvals import UNDECIDED, StepState
from bookings.rules.states import Verb
from testcentre.accounts.asker import Asker
from testcentre.accounts.authenticate import asker_of_user
from testcentre.accounts.roles import Permission, Role, roles_that_may
from testcentre.audit.trail import record
from testcentre.foundation.errors import Conflict, Forbidden, Malformed, NotFound, Refusal


def delegate_approval(
    asker: Asker, booking_id: UUID, number: int, *, to: Role | UUID, now: dt.datetime, reason: str
) -> Booking:
    """Let a role, or a person by user id, decide a step too; whoever could decide it before still may.

    Raises:
        NotFound: there is no such booking or step.
        Forbidden: the step is not the asker's to decide.
        Conflict: the booking is no request any more, or the step is decided.
        Malformed: the role or person approves nothing, or asked for the booking.
        Unauthenticated: the key or membership has ended meanwhile.
    """

    def work() -> Booking:
        booking = access_booking(asker, booking_id)
        asker.require(PERMISSION_OF[Verb.CONFIRM])
        require_valid(asker)
        check_step(booking, Verb.CONFIRM, version=None, now=now)
        step = booking.approvals.filter(number=number).first()
        if step is None:
            raise NotFound(detail="There is no such step.")
        _refuse(asker, booking, step, now=now)
        role, user_id = _delegate(asker, booking, to)
        step.state, step.reason = StepState.DELEGATED, reason
        step.delegated_to_role, step.delegated_to_user_id = role, user_id
        step.save()
        booking.version += 1
        booking.save(update_fields=["version"])
        details = {"step": step.name, "number": step.number, "to": role or str(user_id)}
        record(asker, "booking.step_delegated", subject=f"booking:{booking.id}", reason=reason, details=details)
        tell(events.ApprovalDelegated, booking, step=step.name, step_state=step.state)
        return booking

    return in_site_transaction(work)


def _refuse(asker: Asker, booking: Booking, step: BookingApproval, *, now: dt.datetime) -> None:
    if asker.identity in booking.asked_by or not may_decide(asker, step, now=now):
        raise Forbidden(
            Refusal(
                "role_not_allowed",
                "The step is not yours to decide, so it is not yours to delegate.",
                expected=list(step.roles),
                got=str(asker.role),
                remedy="Ask somebody with one of these roles.",
            )
        )
    if step.state not in UNDECIDED:
        raise Conflict(
            Refusal(
                "step_decided",
                f"The step {step.name} was decided already.",
                "",
                "an undecided step",
                step.state,
                "Read the booking again: `approvals` say what is waited for.",
            )
        )


def _delegate(asker: Asker, booking: Booking, to: Role | UUID) -> tuple[str, UUID | None]:
    """Return the role and the user that a step is delegated to, one of the two."""
    able = roles_that_may(Permission.APPROVE)
    if isinstance(to, Role):
        if to in able:
            return to, None
    else:
        person = asker_of_user(to, asker.organisation_id)
        if person is not None and person.may(Permission.APPROVE) and person.identity not in booking.asked_by:
            return "", to
    raise Malformed(
        Refusal(
            "not_an_approver",
            "A step is delegated to a role that approves, or to a person of the range with such a role.",
            "to",
            [*sorted(able), "a user's id"],
            str(to),
            "Name one of them; nobody who asked for the booking.",
        )
    )
