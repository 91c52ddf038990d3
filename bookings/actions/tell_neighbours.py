"""Note that the cross-border notes of a booking were sent."""

import datetime as dt
from uuid import UUID

from bookings.actions.notam_told import wrong_notam_state
from bookings.actions.transaction import in_site_transaction
from bookings.models import Booking, SentNote, current_site
from bookings.queries.access import access_booking
from bookings.queries.notices import notam_standing
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Permission
from testcentre.audit.trail import record


def tell_neighbours(asker: Asker, booking_id: UUID, *, now: dt.datetime, reason: str = "") -> Booking:
    """Keep every note that is due as sent, with the text that it has now.

    Raises:
        NotFound: there is no such booking for the asker.
        Forbidden: the asker's role may not.
        Conflict: nothing reaches over a border, or its neighbour has been told just that.
    """

    def work() -> Booking:
        booking = access_booking(asker, booking_id)
        asker.require(Permission.WRITE_NOTAM)
        notes = notam_standing(booking, site=current_site().facts, now=now).border
        sent = dict(booking.sent_notes.values_list("country", "text"))
        due = [note for note in notes if sent.get(note.country) != note.text]
        if not due:
            raise wrong_notam_state("a cross-border note that is due", "told" if notes else "without one")
        for note in due:
            SentNote.objects.update_or_create(
                booking=booking, country=note.country, defaults={"text": note.text, "sent_at": now}
            )
        countries = [note.country for note in due]
        record(asker, "notam.tell", subject=f"booking:{booking.id}", reason=reason, details={"countries": countries})
        return booking

    return in_site_transaction(work)
