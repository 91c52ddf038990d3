"""Closures as range staff read them; companies see only that something is busy."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from bookings.models import Closure
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Permission
from testcentre.foundation.clock import to_rfc3339
from testcentre.foundation.errors import NotFound


def closures_of(asker: Asker) -> "QuerySet[Closure]":
    """Return all closures, for range staff.

    Raises:
        Forbidden: the asker is none.
    """
    asker.require(Permission.WATCH_RANGE)
    return Closure.objects.prefetch_related("resources")


def access_closure(asker: Asker, closure_id: UUID) -> Closure:
    """Return a closure.

    Raises:
        NotFound: there is none.
        Forbidden: the asker is no range staff.
    """
    closure = closures_of(asker).filter(pk=closure_id).first()
    if closure is None:
        raise NotFound(detail="There is no such closure.")
    return closure


def closure_answer(closure: Closure, *, now: dt.datetime) -> dict[str, Any]:
    """Return a closure."""
    return {
        "id": str(closure.id),
        "state": closure.state(now),
        "resources": [resource.code for resource in closure.resources.all()],
        "start": to_rfc3339(closure.start),
        "end": to_rfc3339(closure.end),
        "cause": closure.cause,
        "priority": closure.is_priority,
        "reason": closure.reason,
        "made_by": closure.made_by,
        "created_at": to_rfc3339(closure.created_at),
        "lifted_at": to_rfc3339(closure.lifted_at) if closure.lifted_at else None,
        "lifted_by": closure.lifted_by,
    }
