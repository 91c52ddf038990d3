"""What happened to bookings and papers: written with the change, heard inside its transaction, told after its commit.

Payloads hold ids, times and states only: no name, purpose or company leaves by this way.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from testcentre.foundation.clock import to_rfc3339
from testcentre.foundation.outbox import announce as write_to_outbox


@dataclass(frozen=True, slots=True)
class BookedFlight:
    """One aircraft's part of a confirmed booking; `system_id` is its MAVLink system id."""

    flight_id: UUID
    aircraft_id: UUID
    system_id: int


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened; range staff may read all of its payload."""

    kind: ClassVar[str]

    @property
    def payload(self) -> dict[str, Any]:
        """The event as the outbox keeps it."""
        raise NotImplementedError

    @property
    def flight_ids(self) -> list[UUID]:
        """The flights whose own sockets hear it too."""
        return []


@dataclass(frozen=True, slots=True)
class BookingEvent(Event):
    """What every event of a booking tells; `flights` is empty until confirmation."""

    booking_id: UUID
    organisation_id: UUID
    flights: tuple[BookedFlight, ...]
    start: dt.datetime
    end: dt.datetime
    state: str

    @property
    def payload(self) -> dict[str, Any]:
        """The event as the outbox keeps it."""
        return {
            "booking": str(self.booking_id),
            "organisation": str(self.organisation_id),
            "state": self.state,
            "start": to_rfc3339(self.start),
            "end": to_rfc3339(self.end),
            "flights": [{"id": str(f.flight_id), "aircraft": str(f.aircraft_id)} for f in self.flights],
        }

    @property
    def flight_ids(self) -> list[UUID]:
        """The flights of the booking."""
        return [flight.flight_id for flight in self.flights]


@dataclass(frozen=True, slots=True)
class BookingRequested(BookingEvent):
    """A slot was asked for, and is held until somebody decides; `was_held` where a hold was submitted."""

    kind: ClassVar[str] = "booking_requested"

    was_held: bool = False


@dataclass(frozen=True, slots=True)
class BookingHeld(BookingEvent):
    """A slot is kept for somebody until a stated time."""

    kind: ClassVar[str] = "booking_held"


@dataclass(frozen=True, slots=True)
class BookingHoldEnds(BookingEvent):
    """A hold ends soon, unless it is submitted."""

    kind: ClassVar[str] = "booking_hold_ends"


@dataclass(frozen=True, slots=True)
class BookingChanged(BookingEvent):
    """A booking has another slot or other parts; its flights, where it has some, keep their ids."""

    kind: ClassVar[str] = "booking_changed"


@dataclass(frozen=True, slots=True)
class BookingConfirmed(BookingEvent):
    """A slot was granted; each aircraft has its flight from now on."""

    kind: ClassVar[str] = "booking_confirmed"


@dataclass(frozen=True, slots=True)
class BookingRefused(BookingEvent):
    """The range refused a request."""

    kind: ClassVar[str] = "booking_refused"


@dataclass(frozen=True, slots=True)
class BookingCancelled(BookingEvent):
    """A booking will not be flown: its flights end."""

    kind: ClassVar[str] = "booking_cancelled"


@dataclass(frozen=True, slots=True)
class BookingNoShow(BookingCancelled):
    """Nobody came; a cancellation too for whoever hears those."""

    kind: ClassVar[str] = "booking_no_show"


@dataclass(frozen=True, slots=True)
class BookingExpired(BookingCancelled):
    """Time ended it: a hold was not submitted, nobody decided, or nobody flew; a cancellation too."""

    kind: ClassVar[str] = "booking_expired"


@dataclass(frozen=True, slots=True)
class BookingDisplaced(BookingCancelled):
    """The range closed what it needs; an alternative may be held for it. A cancellation too for whoever hears those."""

    kind: ClassVar[str] = "booking_displaced"


@dataclass(frozen=True, slots=True)
class BookingOffered(BookingEvent):
    """What an organisation waits for is held for it, until a stated time."""

    kind: ClassVar[str] = "booking_offered"


@dataclass(frozen=True, slots=True)
class BookingOverrun(BookingEvent):
    """A flight is not over at the end of its slot, and reaches into another's: told to both, of themselves only."""

    kind: ClassVar[str] = "booking_overrun"


@dataclass(frozen=True, slots=True)
class BookingCheckedIn(BookingEvent):
    """The crew is there."""

    kind: ClassVar[str] = "booking_checked_in"


@dataclass(frozen=True, slots=True)
class BookingActivated(BookingEvent):
    """The volume is hot: range control released it to the crew."""

    kind: ClassVar[str] = "booking_activated"


@dataclass(frozen=True, slots=True)
class BookingCompleted(BookingEvent):
    """The slot was used and is over; its flights end."""

    kind: ClassVar[str] = "booking_completed"


@dataclass(frozen=True, slots=True)
class BookingReleased(BookingCompleted):
    """The rest of the slot was given back; a completion too for whoever hears those."""

    kind: ClassVar[str] = "booking_released"


@dataclass(frozen=True, slots=True)
class BookingNeedsAttention(BookingEvent):
    """It was granted, and by now its papers do not hold on the flight date; it stands all the same."""

    kind: ClassVar[str] = "booking_needs_attention"


@dataclass(frozen=True, slots=True)
class BookingAttentionCleared(BookingEvent):
    """Its papers hold again."""

    kind: ClassVar[str] = "booking_attention_cleared"


@dataclass(frozen=True, slots=True)
class ApprovalEvent(BookingEvent):
    """What every event of a step of approval tells."""

    step: str
    step_state: str

    @property
    def payload(self) -> dict[str, Any]:
        """The event as the outbox keeps it."""
        return super(ApprovalEvent, self).payload | {"step": self.step, "step_state": self.step_state}


@dataclass(frozen=True, slots=True)
class ApprovalWaits(ApprovalEvent):
    """A step has opened: those before it are approved."""

    kind: ClassVar[str] = "approval_waits"


@dataclass(frozen=True, slots=True)
class ApprovalDecided(ApprovalEvent):
    """A step was approved or rejected."""

    kind: ClassVar[str] = "approval_decided"


@dataclass(frozen=True, slots=True)
class ApprovalDelegated(ApprovalEvent):
    """A step was handed to another role or person."""

    kind: ClassVar[str] = "approval_delegated"


@dataclass(frozen=True, slots=True)
class ApprovalOverdue(ApprovalEvent):
    """A step should have been decided by now; its deputy may decide it too."""

    kind: ClassVar[str] = "approval_overdue"


@dataclass(frozen=True, slots=True)
class BookingGateSet(BookingEvent):
    """Somebody said go or no-go at a gate, or opened it again."""

    kind: ClassVar[str] = "booking_gate"

    gate: str
    gate_state: str

    @property
    def payload(self) -> dict[str, Any]:
        """The event as the outbox keeps it."""
        return super(BookingGateSet, self).payload | {"gate": self.gate, "gate_state": self.gate_state}


@dataclass(frozen=True, slots=True)
class PaperExpires(Event):
    """A paper ends in `days_left` days (0: today is its last), which is `days` or less; told once for each `days`.

    Both ids None: it is a paper of the organisation as a whole.
    """

    kind: ClassVar[str] = "paper_expires"

    paper_id: UUID
    organisation_id: UUID
    aircraft_id: UUID | None
    pilot_id: UUID | None
    valid_until: dt.date
    days: int
    days_left: int

    @property
    def payload(self) -> dict[str, Any]:
        """The event as the outbox keeps it."""
        return {
            "paper": str(self.paper_id),
            "organisation": str(self.organisation_id),
            "aircraft": str(self.aircraft_id) if self.aircraft_id else None,
            "pilot": str(self.pilot_id) if self.pilot_id else None,
            "valid_until": self.valid_until.isoformat(),
            "days": self.days,
            "days_left": self.days_left,
        }


@dataclass(frozen=True, slots=True)
class NotamChanged(Event):
    """The NOTAM of a booking was requested, published or cancelled; `state` is what it is now."""

    kind: ClassVar[str] = "notam_changed"

    notam_id: UUID
    booking_id: UUID
    organisation_id: UUID
    state: str

    @property
    def payload(self) -> dict[str, Any]:
        """The event as the outbox keeps it."""
        return {
            "notam": str(self.notam_id),
            "booking": str(self.booking_id),
            "organisation": str(self.organisation_id),
            "state": self.state,
        }


@dataclass(frozen=True, slots=True)
class WaitingChanged(Event):
    """An entry of the waiting list is in another state."""

    kind: ClassVar[str] = "waiting_changed"

    entry_id: UUID
    organisation_id: UUID
    state: str

    @property
    def payload(self) -> dict[str, Any]:
        """The event as the outbox keeps it."""
        return {"waiting": str(self.entry_id), "organisation": str(self.organisation_id), "state": str(self.state)}


@dataclass(frozen=True, slots=True)
class ClosureChanged(Event):
    """Resources were closed, or a closure was lifted; `change` says which."""

    kind: ClassVar[str] = "closure_changed"

    closure_id: UUID
    change: str

    @property
    def payload(self) -> dict[str, Any]:
        """The event as the outbox keeps it."""
        return {"closure": str(self.closure_id), "change": self.change}


Heard = TypeVar("Heard", bound=Event)
_handlers: dict[type[Event], list[Callable[[Any], None]]] = {}


def subscribe(event_class: type[Heard], handler: Callable[[Heard], None]) -> None:
    """Call `handler` for each such event (subclasses too), inside the transaction that announces it.

    Subscribing the same handler again changes nothing. What a handler raises undoes the change.
    """
    known = _handlers.setdefault(event_class, [])
    if handler not in known:
        known.append(handler)


def announce(event: Event) -> None:
    """Write the event into the outbox and call whoever subscribed; needs a transaction."""
    write_to_outbox(event.kind, event.payload, flight_ids=event.flight_ids)
    for event_class in type(event).__mro__:
        for handler in _handlers.get(event_class, ()):
            handler(event)
