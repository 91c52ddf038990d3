"""An aircraft was heard: whoever forgot to check in has come."""

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from bookings.models import Booking
from bookings.rules.states import BookingState

_MAY_COME = (BookingState.CONFIRMED, BookingState.CHECKED_IN)


def note_heard(flight_ids: Collection[UUID], *, now: dt.datetime) -> int:
    """Note that aircraft of these flights were heard; return of how many bookings it was the first word.

    Takes no lock of the site's: call it outside of any other transaction, so that nobody waits for it.
    """
    quiet = Booking.objects.filter(crew__flight_id__in=flight_ids, heard_at=None, state__in=_MAY_COME)
    return Booking.objects.filter(id__in=quiet.values("id")).update(heard_at=now)
