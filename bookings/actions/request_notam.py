"""Note that a booking's NOTAM was asked of the NOTAM office, with the draft as it is now."""

import datetime as dt
from uuid import UUID

from bookings.actions.notam_told import tell_notam, wrong_notam_state
from bookings.actions.transaction import in_site_transaction
from bookings.models import Booking, Notam, NotamState, current_site
from bookings.notices.notam_text import write_notam
from bookings.queries.access import access_booking
from bookings.queries.notices import notam_standing
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Permission


def request_notam(asker: Asker, booking_id: UUID, *, now: dt.datetime, reason: str = "") -> Booking:
    """Keep the draft as requested; an older request that nobody published is replaced by it.

    Raises:
        NotFound: there is no such booking for the asker.
        Forbidden: the asker's role may not.
        Conflict: no air is booked any more, or what was asked for already says the same.
    """

    def work() -> Booking:
        booking = access_booking(asker, booking_id)
        asker.require(Permission.WRITE_NOTAM)
        standing = notam_standing(booking, site=current_site().facts, now=now)
        if standing.draft is None:
            raise wrong_notam_state("drafted, outdated: a booking that will be flown, with a volume", standing.state)
        if standing.latest is not None and not standing.differences:
            raise wrong_notam_state("drafted, outdated", standing.state)
        booking.notams.filter(state=NotamState.REQUESTED).update(state=NotamState.REPLACED, ended_at=now)
        text = write_notam(standing.draft)
        notam = Notam.objects.create(booking=booking, state=NotamState.REQUESTED, text=text, requested_at=now)
        tell_notam(asker, "request", booking, notam, reason=reason)
        return booking

    return in_site_transaction(work)
