"""Note under which number and for which time the NOTAM office has published."""

import datetime as dt
from uuid import UUID

from bookings.actions.notam_told import tell_notam, wrong_notam_state
from bookings.actions.transaction import in_site_transaction
from bookings.models import Booking, NotamState, current_site
from bookings.queries.access import access_booking
from bookings.queries.notices import notam_standing
from bookings.rules.facts import Period
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Permission


def publish_notam(
    asker: Asker, booking_id: UUID, *, number: str, valid: Period, now: dt.datetime, reason: str = ""
) -> Booking:
    """Mark the requested NOTAM as published; the one that was in force until now is replaced by it.

    `number` is series, serial and year (`A1234/26`).

    Raises:
        NotFound: there is no such booking for the asker.
        Forbidden: the asker's role may not.
        Conflict: none is requested.
    """

    def work() -> Booking:
        booking = access_booking(asker, booking_id)
        asker.require(Permission.WRITE_NOTAM)
        notam = booking.notams.filter(state=NotamState.REQUESTED).first()
        if notam is None:
            standing = notam_standing(booking, site=current_site().facts, now=now)
            raise wrong_notam_state("requested", standing.state)
        booking.notams.filter(state=NotamState.PUBLISHED).update(state=NotamState.REPLACED, ended_at=now)
        notam.state, notam.number, notam.published_at = NotamState.PUBLISHED, number, now
        notam.valid_from, notam.valid_to = valid
        notam.save(update_fields=["state", "number", "published_at", "valid_from", "valid_to"])
        tell_notam(asker, "publish", booking, notam, reason=reason)
        return booking

    return in_site_transaction(work)
