"""Who may decide which step of a request, what is waited for, and how the API tells it."""

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet

from bookings.models import Booking, BookingApproval
from bookings.rules.approvals import UNDECIDED, StepState, open_steps
from bookings.rules.states import BookingState
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Permission
from testcentre.foundation.clock import to_rfc3339

_UNDECIDED = [state.value for state in UNDECIDED]


def is_overdue(step: BookingApproval, *, now: dt.datetime) -> bool:
    """Say whether an undecided step should have been decided by now."""
    return step.state in UNDECIDED and step.due_at is not None and step.due_at <= now


def may_decide(asker: Asker, step: BookingApproval, *, now: dt.datetime) -> bool:
    """Say whether a step, once it is open, is for the asker: by role, as the one it was delegated to, or as deputy."""
    if not asker.may(Permission.APPROVE):
        return False
    delegated = step.delegated_to_role == asker.role or (
        asker.user_id is not None and step.delegated_to_user_id == asker.user_id
    )
    return asker.role in step.roles or delegated or (is_overdue(step, now=now) and step.deputy == asker.role)


def open_step_of(asker: Asker, booking: Booking, *, now: dt.datetime) -> BookingApproval | None:
    """Return the open step that the asker would decide, those of the own role first; nobody decides an own request."""
    if asker.identity in booking.asked_by:
        return None
    steps = list(booking.approvals.all())
    mine = [steps[place] for place in open_steps(steps) if may_decide(asker, steps[place], now=now)]
    return min(mine, key=lambda step: (asker.role not in step.roles, step.number), default=None)


def may_confirm(asker: Asker, booking: Booking, *, now: dt.datetime) -> bool:
    """Say whether the asker may confirm now: an open step is theirs, or none is left and the role confirms."""
    if any(step.state in UNDECIDED for step in booking.approvals.all()):
        return open_step_of(asker, booking, now=now) is not None
    return asker.may(Permission.CONFIRM) and asker.identity not in booking.asked_by


def may_refuse(asker: Asker, booking: Booking, *, now: dt.datetime) -> bool:
    """Say whether the asker may refuse now: by role at any time, else with an open step."""
    return asker.may(Permission.REFUSE) or open_step_of(asker, booking, now=now) is not None


def waiting_steps(asker: Asker, *, everybody: bool, now: dt.datetime) -> "QuerySet[BookingApproval]":
    """Return the open steps of requests: all of them, or those that wait for the asker, as `may_decide` says."""
    asker.require(Permission.WATCH_RANGE)
    rows = BookingApproval.objects.filter(
        state__in=_UNDECIDED, opened_at__isnull=False, booking__state=BookingState.REQUESTED
    )
    if everybody:
        return rows
    if not asker.may(Permission.APPROVE):
        return rows.none()
    mine = Q(roles__contains=[asker.role]) | Q(delegated_to_role=asker.role) | Q(deputy=asker.role, due_at__lte=now)
    if asker.user_id is not None:
        mine |= Q(delegated_to_user_id=asker.user_id)
    return rows.filter(mine).exclude(booking__asked_by__contains=[asker.identity])


def step_body(asker: Asker, step: BookingApproval, *, now: dt.datetime, knows: bool = True) -> dict[str, Any]:
    """Return one step; who it was by name is for range staff, what was said for those who need to know."""
    return {
        "number": step.number,
        "step": step.name,
        "role": step.delegated_to_role or " or ".join(step.roles),
        "roles": list(step.roles),
        "order": step.order,
        "state": step.state,
        "open": step.opened_at is not None and step.state in UNDECIDED,
        "due_at": to_rfc3339(step.due_at) if step.due_at else None,
        "overdue": is_overdue(step, now=now),
        "deputy": step.deputy or None,
        "delegated_to": _delegated_to(asker, step),
        "decided_at": to_rfc3339(step.decided_at) if step.decided_at else None,
        "decided_as": step.decided_as or None,
        "decided_by": step.decided_by_name or None if asker.is_range else None,
        "reason": step.reason if knows else "",
    }


def waits_for(booking: Booking) -> dict[str, Any] | None:
    """Return who is waited for, and how many of how many steps are approved; None where nothing is waited for."""
    steps = list(booking.approvals.all())
    if booking.state != BookingState.REQUESTED or not steps:
        return None
    return {
        "steps": [steps[place].name for place in open_steps(steps)],
        "approved": sum(step.state == StepState.APPROVED for step in steps),
        "of": len(steps),
    }


def _delegated_to(asker: Asker, step: BookingApproval) -> str | None:
    if step.state not in UNDECIDED or step.delegated_to_user_id is None:
        return step.delegated_to_role or None
    return str(step.delegated_to_user_id) if asker.is_range else "a person"
