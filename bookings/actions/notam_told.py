"""What every step of a NOTAM leaves behind: its line in the trail and its announcement."""

from bookings import events
from bookings.models import Booking, Notam
from testcentre.accounts.asker import Asker
from testcentre.audit.trail import record
from testcentre.foundation.errors import Conflict, Refusal


def tell_notam(asker: Asker, verb: str, booking: Booking, notam: Notam, *, reason: str) -> None:
    """Record and announce a step, in its transaction."""
    details = {"notam": str(notam.id), "number": notam.number}
    record(asker, f"notam.{verb}", subject=f"booking:{booking.id}", reason=reason, details=details)
    events.announce(events.NotamChanged(notam.id, booking.id, booking.organisation_id, notam.state))


def wrong_notam_state(expected: str, got: str) -> Conflict:
    """Return the refusal of a step that the NOTAM's state does not allow."""
    return Conflict(
        Refusal(
            "wrong_notam_state",
            f"The NOTAM is {got}.",
            "state",
            expected,
            got,
            "Read it again: GET bookings/ID/notam says what is due.",
        )
    )
