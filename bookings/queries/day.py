"""The range's day: its bookings in order, with all that the desk looks at, in a fixed number of queries."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from bookings.models import Booking, current_site
from bookings.queries.access import bookings_of, needs_to_know
from bookings.queries.booking_answer import answer_of, with_parts
from bookings.queries.gates import gates_body
from bookings.rules.facts import Period, SiteFacts
from bookings.rules.states import CLAIMING_STATES, BookingState
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Permission

# what was never granted or was called off is no part of the day
SHOWN = CLAIMING_STATES | {BookingState.COMPLETED, BookingState.NO_SHOW, BookingState.DISPLACED}


def local_day(date: dt.date, *, timezone: str) -> Period:
    """Return a day of the site's calendar: 23, 24 or 25 hours."""
    zone = ZoneInfo(timezone)
    midnights = (dt.datetime.combine(date + dt.timedelta(days=days), dt.time(), zone) for days in (0, 1))
    begins, ends = (midnight.astimezone(dt.UTC) for midnight in midnights)
    return begins, ends


def bookings_of_day(asker: Asker, date: dt.date) -> "QuerySet[Booking]":
    """Return the bookings that touch a day of the site's calendar, with the parts that `day_body` reads.

    Raises:
        Forbidden: the asker is no range staff.
    """
    asker.require(Permission.WATCH_RANGE)
    begins, ends = local_day(date, timezone=current_site().timezone)
    rows = bookings_of(asker).filter(start__lt=ends, end__gt=begins, state__in=SHOWN)
    return with_parts(rows).prefetch_related("gates", "notams").order_by("start", "id")


def day_body(asker: Asker, booking: Booking, *, site: SiteFacts, now: dt.datetime) -> dict[str, Any]:
    """Return a booking of the day: its answer, its gates, whether its crew is there, and how long it is over."""
    knows = needs_to_know(asker, organisation_id=booking.organisation_id, classification=booking.classification)
    over = now - booking.end
    overruns = booking.state == BookingState.ACTIVE and over > dt.timedelta()
    return {
        **answer_of(asker, booking, now=now),
        "gates": gates_body(asker, booking, site=site, now=now, knows=knows),
        "checked_in": booking.state in {BookingState.CHECKED_IN, BookingState.ACTIVE, BookingState.COMPLETED},
        "overrun_min": int(over.total_seconds() // 60) if overruns else None,
    }
