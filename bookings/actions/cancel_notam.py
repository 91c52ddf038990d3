"""Note that a booking's NOTAM was taken back: the request, what is published, or both."""

import datetime as dt
from uuid import UUID

from bookings.actions.notam_told import tell_notam, wrong_notam_state
from bookings.actions.transaction import in_site_transaction
from bookings.models import OPEN_STATES, Booking, NotamState, current_site
from bookings.queries.access import access_booking
from bookings.queries.notices import notam_standing
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Permission


def cancel_notam(asker: Asker, booking_id: UUID, *, now: dt.datetime, reason: str = "") -> Booking:
    """Mark all of the booking's open NOTAMs as cancelled.

    Raises:
        NotFound: there is no such booking for the asker.
        Forbidden: the asker's role may not.
        Conflict: none is open.
    """

    def work() -> Booking:
        booking = access_booking(asker, booking_id)
        asker.require(Permission.WRITE_NOTAM)
        still_open = list(booking.notams.filter(state__in=OPEN_STATES))
        if not still_open:
            standing = notam_standing(booking, site=current_site().facts, now=now)
            raise wrong_notam_state("requested, published", standing.state)
        for notam in still_open:
            notam.state, notam.ended_at = NotamState.CANCELLED, now
            notam.save(update_fields=["state", "ended_at"])
            tell_notam(asker, "cancel", booking, notam, reason=reason)
        return booking

    return in_site_transaction(work)
