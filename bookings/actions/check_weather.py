"""The range looks at the weather that a company named for a free cancellation."""

import datetime as dt
from uuid import UUID

from bookings.actions.pricing import settle_weather
from bookings.actions.transaction import in_site_transaction
from bookings.models import Booking
from bookings.queries.access import access_booking
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Permission
from testcentre.audit.trail import record


def check_weather(asker: Asker, booking_id: UUID, *, accepted: bool, reason: str, now: dt.datetime) -> Booking:
    """Accept the weather as the cause, or make the fee of the company's own cause due, with the reason.

    Raises:
        NotFound: there is no such booking for the asker.
        Forbidden: the asker's role may not check it.
        Refused: nobody named the weather, or it has been checked.
    """

    def work() -> Booking:
        booking = access_booking(asker, booking_id)
        asker.require(Permission.CHECK_WEATHER)
        settle_weather(booking, accepted=accepted, now=now)
        details = {"accepted": accepted}
        record(asker, "booking.check_weather", subject=f"booking:{booking.id}", reason=reason, details=details)
        return booking

    return in_site_transaction(work)
