"""Flights that are not over at the end of their slot: claims grow where they can, and both sides are told where not.

An overrun grows by the site's small step each time its last step is used up, row by row: the runway may be free for
five more minutes while the hangar is not.
"""

import datetime as dt
from uuid import UUID

from django.db.models import Q, QuerySet

from bookings import events
from bookings.actions.transition import tell
from bookings.claims.growing import Grown, grow
from bookings.models import Booking, current_site
from bookings.rules.states import CLAIMING_STATES, BookingState
from testcentre.audit.trail import record
from testcentre.foundation.clock import to_rfc3339

AT_ONCE = 50


def overrunning(now: dt.datetime) -> "QuerySet[Booking]":
    """Return the active bookings whose slot is over, and all that their claims grew by."""
    active = Booking.objects.filter(state=BookingState.ACTIVE, end__lte=now)
    return active.filter(Q(occupied_until=None) | Q(occupied_until__lte=now))


def extend_overruns(*, now: dt.datetime) -> int:
    """Let the claims of overrunning bookings grow by a step, in the caller's transaction; return how many."""
    step = dt.timedelta(minutes=current_site().facts.closures.overrun_step_min)
    overrun = list(overrunning(now).order_by("end", "id")[:AT_ONCE])
    for booking in overrun:
        reached = booking.occupied_until or booking.end
        # after a pause of beat one look makes up for all the steps that were missed
        until = reached + step * ((now - reached) // step + 1)
        grown = grow(booking.id, past=booking.end, until=until)
        booking.occupied_until = until
        booking.save(update_fields=["occupied_until"])
        details = {"until": to_rfc3339(until), "whole": not grown.blocked}
        record(None, "booking.overrun", subject=f"booking:{booking.id}", details=details)
        if grown.blocked:
            _alarm(booking.id, grown)
    return len(overrun)


def _alarm(booking_id: UUID, grown: Grown) -> None:
    """Tell the overrunning booking and those that it reaches into, each once, and each of itself only."""
    sides = Booking.objects.filter(id__in=[booking_id, *grown.blockers], state__in=CLAIMING_STATES, overrun_told=False)
    for booking in sides.order_by("start", "id"):
        booking.overrun_told = True
        booking.save(update_fields=["overrun_told"])
        record(None, "booking.overrun_told", subject=f"booking:{booking.id}")
        tell(events.BookingOverrun, booking)
