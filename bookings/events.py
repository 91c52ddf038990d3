"""What happened to bookings: written with the change, heard by others inside its transaction, told after its commit.

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
class BookingEvent:
    """What every event tells; `flights` is empty until confirmation."""

    kind: ClassVar[str]

    booking_id: UUID
    organisation_id: UUID
    flights: tuple[BookedFlight, ...]
    start: dt.datetime
    end: dt.datetime
    state: str


@dataclass(frozen=True, slots=True)
class BookingRequested(BookingEvent):
    """A slot was asked for, and is held until somebody decides."""

    kind: ClassVar[str] = "booking_requested"


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


Event = TypeVar("Event", bound=BookingEvent)
_handlers: dict[type[BookingEvent], list[Callable[[Any], None]]] = {}


def subscribe(event_class: type[Event], handler: Callable[[Event], None]) -> None:
    """Call `handler` for each such event (subclasses too), inside the transaction that announces it.

    Subscribing the same handler again changes nothing. What a handler raises undoes the change.
    """
    known = _handlers.setdefault(event_class, [])
    if handler not in known:
        known.append(handler)


def announce(event: BookingEvent) -> None:
    """Write the event into the outbox and call whoever subscribed; needs a transaction."""
    write_to_outbox(
        event.kind,
        {
            "booking": str(event.booking_id),
            "organisation": str(event.organisation_id),
            "state": event.state,
            "start": to_rfc3339(event.start),
            "end": to_rfc3339(event.end),
            "flights": [{"id": str(f.flight_id), "aircraft": str(f.aircraft_id)} for f in event.flights],
        },
        flight_ids=[flight.flight_id for flight in event.flights],
    )
    for event_class in type(event).__mro__:
        for handler in _handlers.get(event_class, ()):
            handler(event)
