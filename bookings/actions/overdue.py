"""What time itself ends: holds that were not submitted, requests that nobody decided, crews that never came.

An index cannot know the time, so every action that claims something ends first what is over; beat does it where nobody
asks, and tells beforehand of holds that end soon. What is freed so is offered to those who wait before it is had by
who asks now.
"""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Q

from bookings import events
from bookings.actions.offers_ended import entries_are_due, expire_entries
from bookings.actions.overruns import extend_overruns, overrunning
from bookings.actions.pricing import charge_no_show
from bookings.actions.transaction import in_site_transaction, serve_waiting
from bookings.actions.transition import Step, move_on, tell
from bookings.models import Booking, current_site
from bookings.rules.states import BookingState, Verb
from testcentre.audit.trail import record

EXPIRE = Step(Verb.EXPIRE, events.BookingExpired)
NO_SHOW = Step(Verb.NO_SHOW, events.BookingNoShow)
REASONS = {
    BookingState.HELD: "the hold was not submitted in time",
    BookingState.REQUESTED: "nobody decided before the slot was over",
    BookingState.CONFIRMED: "nobody checked in",
    BookingState.CHECKED_IN: "the slot is over and nobody flew",
}
AT_ONCE = 200
# each part has its index; whose aircraft was heard has come, whoever forgot to check in
_OVERDUE = """
    SELECT id FROM bookings_booking WHERE state = 'held' AND hold_until <= %(now)s
    UNION ALL
    SELECT id FROM bookings_booking
    WHERE state IN ('requested', 'checked_in') AND start <= %(now)s AND "end" <= %(now)s
    UNION ALL
    SELECT id FROM bookings_booking WHERE state = 'confirmed' AND start <= %(came_by)s AND heard_at IS NULL
    LIMIT %(most)s
"""


def end_overdue(*, now: dt.datetime) -> int:
    """End what time has ended, in the caller's transaction, which holds the site's lock; return how many."""
    ids = _overdue(now)
    overdue = Booking.objects.filter(id__in=ids).order_by("id") if ids else ()
    for booking in overdue:
        state = BookingState(booking.state)
        step = NO_SHOW if state is BookingState.CONFIRMED else EXPIRE
        move_on(None, booking, step, now=now, reason=REASONS[state])
        if step is NO_SHOW:
            charge_no_show(booking, now=now)
        tell(step.event, booking)
    serve_waiting(now=now)
    return len(ids)


def is_overdue(*, now: dt.datetime) -> bool:
    """Say whether time has ended something that nobody has ended yet."""
    return bool(_overdue(now, most=1))


def look_at_time(*, now: dt.datetime) -> int:
    """Do what time itself asks for (beat): let overruns grow, end what is overdue, tell of ends, look at who waits.

    Takes the site's lock only where there is something; returns how many bookings and entries it changed.
    """
    due = is_overdue(now=now) or Booking.objects.filter(_ends_soon(now)).exists()
    if not (due or entries_are_due(now=now) or overrunning(now).exists()):
        return 0

    def work() -> int:
        # before anything is freed, so that what a flight still needs is offered to nobody
        grown = extend_overruns(now=now)
        return grown + expire_entries(now=now) + end_overdue(now=now) + _tell_ends(now=now)

    return in_site_transaction(work)


def _tell_ends(*, now: dt.datetime) -> int:
    ending = list(Booking.objects.filter(_ends_soon(now))[:AT_ONCE])
    for booking in ending:
        booking.hold_end_told = True
        booking.save(update_fields=["hold_end_told"])
        record(None, "booking.hold_ends", subject=f"booking:{booking.id}")
        tell(events.BookingHoldEnds, booking)
    return len(ending)


def _overdue(now: dt.datetime, *, most: int = AT_ONCE) -> list[UUID]:
    """Return the bookings that time has ended and nobody yet."""
    no_show_after_min = current_site().facts.no_show_after_min
    # 0: the site waits for crews until their slots are over
    came_by = now - dt.timedelta(minutes=no_show_after_min) if no_show_after_min else None
    values: dict[str, Any] = {"now": now, "came_by": came_by, "most": most}
    with connection.cursor() as cursor:
        cursor.execute(_OVERDUE, values)
        return [row[0] for row in cursor.fetchall()]


def _ends_soon(now: dt.datetime) -> Q:
    ahead = dt.timedelta(hours=current_site().facts.holds.tell_ahead_h)
    # a hold that was short from its first moment is not told of at once
    was_longer = Q(hold_until__gt=F("created_at") + ahead)
    return Q(state=BookingState.HELD, hold_end_told=False, hold_until__gt=now, hold_until__lte=now + ahead) & was_longer
