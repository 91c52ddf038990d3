"""What an organisation has ahead: the rule of quotas judges a new booking by it."""

import datetime as dt
from uuid import UUID

from django.db.models import Count, F, Sum

from bookings.models import Booking
from bookings.rules.facts import BookedBefore, SiteFacts
from bookings.rules.states import CLAIMING_STATES


def booked_before(
    organisation_id: UUID, *, site: SiteFacts, now: dt.datetime, beside: Booking | None = None
) -> BookedBefore | None:
    """Return how much the organisation has ahead, None where the site sets no quota.

    `beside` is a booking that is about to be changed: it does not count against itself.
    """
    if site.quota is None:
        return None
    rows = Booking.objects.filter(organisation_id=organisation_id, state__in=CLAIMING_STATES, end__gt=now)
    if beside is not None:
        rows = rows.exclude(pk=beside.pk)
    found = rows.aggregate(bookings=Count("pk"), time=Sum(F("end") - F("start")))
    return BookedBefore(found["bookings"], (found["time"] or dt.timedelta()).total_seconds() / 3600)
