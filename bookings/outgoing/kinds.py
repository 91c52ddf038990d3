"""What is told to the outside: one line per kind of event, and the only place that lists them."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from bookings.rules.states import BookingState
from testcentre.accounts.roles import Permission


class Audience(StrEnum):
    """Who gets the e-mail: those of the organisation who may book, or range staff who may confirm or approve."""

    BOOKERS = "bookers"
    CONFIRMERS = "confirmers"
    APPROVERS = "approvers"

    @property
    def permission(self) -> Permission:
        """Return what somebody must be allowed to do to belong to it."""
        return _PERMISSION_OF[self]


_PERMISSION_OF = {
    Audience.BOOKERS: Permission.BOOK,
    Audience.CONFIRMERS: Permission.CONFIRM,
    Audience.APPROVERS: Permission.APPROVE,
}
_QUARTER = dt.timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Told:
    """How one kind of event leaves us.

    `webhook` is the type of the message (None: it is for the range alone); `mail` who gets an e-mail (None: nobody),
    with the text `texts/KIND.LANGUAGE.txt`; `gather` collects what falls into one such span into one e-mail;
    `only_while` is the booking's state without which there is nothing to tell any more.
    """

    webhook: str | None
    mail: Audience | None = None
    gather: dt.timedelta | None = None
    only_while: BookingState | None = None


TOLD: dict[str, Told] = {
    "booking_requested": Told(
        "booking.requested", Audience.CONFIRMERS, gather=_QUARTER, only_while=BookingState.REQUESTED
    ),
    "booking_held": Told("booking.held"),
    "booking_hold_ends": Told("booking.hold_ends", Audience.BOOKERS, only_while=BookingState.HELD),
    "booking_offered": Told("booking.offered", Audience.BOOKERS, only_while=BookingState.HELD),
    "booking_displaced": Told("booking.displaced", Audience.BOOKERS),
    "booking_overrun": Told("booking.overrun", Audience.BOOKERS),
    "waiting_changed": Told("waiting.changed"),
    "booking_changed": Told("booking.changed", Audience.BOOKERS),
    "booking_confirmed": Told("booking.confirmed", Audience.BOOKERS),
    "booking_refused": Told("booking.refused", Audience.BOOKERS),
    "booking_cancelled": Told("booking.cancelled", Audience.BOOKERS),
    "booking_no_show": Told("booking.no_show", Audience.BOOKERS),
    "booking_expired": Told("booking.expired", Audience.BOOKERS),
    "booking_checked_in": Told("booking.checked_in"),
    "booking_activated": Told("booking.activated"),
    "booking_completed": Told("booking.completed"),
    "booking_released": Told("booking.released"),
    "booking_needs_attention": Told("booking.needs_attention", Audience.BOOKERS),
    "booking_attention_cleared": Told("booking.attention_cleared"),
    "approval_waits": Told(None, Audience.APPROVERS, gather=_QUARTER, only_while=BookingState.REQUESTED),
    "approval_overdue": Told(None, Audience.APPROVERS, gather=_QUARTER, only_while=BookingState.REQUESTED),
    "notam_changed": Told("notam.changed"),
    "paper_expires": Told("paper.expires", Audience.BOOKERS),
}

CLASSIFIED = "booking.look"
"""The type of every message about a classified booking: that there is something to look at, and no more."""
TEST = "webhook.test"
DISABLED = "webhook_disabled"
"""The kind of the e-mail that tells an organisation's admins of a webhook that was switched off."""

WebhookType = StrEnum(  # type: ignore[misc]
    "WebhookType", {kind.upper(): told.webhook for kind, told in TOLD.items() if told.webhook}
)
"""What a webhook may ask for."""
