"""Nobody waits for it any more."""

from uuid import UUID

from bookings import events
from bookings.actions.transaction import in_site_transaction
from bookings.models import WaitingEntry, WaitingState
from bookings.queries.waiting import access_entry
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Permission
from testcentre.audit.trail import record
from testcentre.foundation.errors import Conflict, Refusal


def leave_waiting_list(asker: Asker, entry_id: UUID) -> WaitingEntry:
    """Take an entry out of the line; what is over already stays as it is.

    Raises:
        NotFound: there is no such entry for the asker.
        Forbidden: the asker's role may not book.
        Conflict: something is offered to it: that is answered first.
    """
    asker.require(Permission.BOOK_FOR_OTHERS if asker.is_range else Permission.BOOK)

    def work() -> WaitingEntry:
        entry = access_entry(asker, entry_id)
        if entry.state == WaitingState.OFFERED:
            raise Conflict(_offer_open(entry))
        if entry.state == WaitingState.WAITING:
            entry.state = WaitingState.WITHDRAWN
            entry.save(update_fields=["state"])
            record(asker, "waiting.leave", subject=f"waiting:{entry.id}")
            events.announce(events.WaitingChanged(entry.id, entry.organisation_id, entry.state))
        return entry

    return in_site_transaction(work)


def _offer_open(entry: WaitingEntry) -> Refusal:
    return Refusal(
        "offer_open",
        "The set is offered to this entry now.",
        "state",
        str(WaitingState.WAITING),
        str(entry.state),
        f"Submit or cancel the booking {entry.offer_id} first.",
    )
