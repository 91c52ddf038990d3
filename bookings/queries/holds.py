"""What an organisation holds, or held lately: the rules of holds judge a new one by it."""

import datetime as dt
from uuid import UUID

from django.db.models import Q

from bookings.models import Booking
from bookings.rules.facts import HeldBefore, SiteFacts
from bookings.rules.states import BookingState

_LET_GO = (BookingState.CANCELLED, BookingState.EXPIRED)


def held_before(
    organisation_id: UUID, *, site: SiteFacts, now: dt.datetime, beside: Booking | None = None
) -> tuple[HeldBefore, ...]:
    """Return the organisation's holds, and those that it let go within the time before it may hold the same again.

    `beside` is a hold that is about to be changed: it does not count against itself.
    """
    since = now - dt.timedelta(hours=site.holds.again_after_h)
    rows = Booking.objects.filter(
        Q(state=BookingState.HELD) | Q(state__in=_LET_GO, hold_until__gt=since), organisation_id=organisation_id
    )
    if beside is not None:
        rows = rows.exclude(pk=beside.pk)
    return tuple(
        HeldBefore(
            period=(booking.start, booking.end),
            resources=frozenset(booked.resource.code for booked in booking.booked_resources.all()),
            flies=bool(booking.volumes.all()),
            holds_still=booking.state == BookingState.HELD,
        )
        for booking in rows.prefetch_related("booked_resources__resource", "volumes")
    )
