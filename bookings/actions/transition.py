"""What all verbs on a booking share: access, version, right, state, time; then the change, its trail and its event."""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bookings import events
from bookings.actions.transaction import in_site_transaction
from bookings.claims.ledger import give_back
from bookings.models import Booking, Crew
from bookings.queries.access import access_booking
from bookings.queries.possible import PERMISSION_OF, out_of_time, wrong_state
from bookings.rules.states import CLAIMING_STATES, BookingState, Verb, next_state
from testcentre.accounts.asker import Asker
from testcentre.audit.trail import record
from testcentre.foundation.errors import Conflict, PreconditionFailed, Refusal, Refused

CONFIRMED_AT_ONCE = "the site confirms at once what passes all rules"


@dataclass(frozen=True, slots=True)
class Step:
    """A verb, and the event that tells that it was done; `refuse` may refuse what state and time allow."""

    verb: Verb
    event: type[events.BookingEvent]
    refuse: Callable[[Booking, dt.datetime], None] | None = None


def take_step(
    asker: Asker,
    booking_id: UUID,
    step: Step,
    *,
    now: dt.datetime,
    reason: str = "",
    version: int | None = None,
    then: Callable[[Booking, BookingState], None] | None = None,
) -> Booking:
    """Move a booking on by one verb; `version` is the one that the asker has read, None for whichever it is.

    `then` is done in the same transaction, with the changed booking and the state that it came from.

    Raises:
        NotFound: there is no such booking for the asker.
        Forbidden: the asker's role may not do this.
        PreconditionFailed: the booking has changed since that version.
        Conflict: its state does not allow the verb.
        Refused: it is too early or too late.
    """

    def work() -> Booking:
        booking = access_booking(asker, booking_id)
        asker.require(PERMISSION_OF[step.verb])
        check_step(booking, step.verb, version=version, now=now)
        if step.refuse is not None:
            step.refuse(booking, now)
        before = BookingState(booking.state)
        move_on(asker, booking, step, now=now, reason=reason)
        if then is not None:
            then(booking, before)
        tell(step.event, booking)
        return booking

    return in_site_transaction(work)


def move_on(asker: Asker | None, booking: Booking, step: Step, *, now: dt.datetime, reason: str = "") -> None:
    """Change a booking's state as the table says, with all that follows from the state, and leave its trail.

    The caller's transaction holds the site's lock, and tells of it; without an asker it is time that does it.
    """
    booking.state = _next_state(booking, step.verb)
    booking.version += 1
    booking.reason = reason
    if booking.state == BookingState.COMPLETED:
        booking.ended_at = now
    booking.save(update_fields=["state", "version", "reason", "ended_at"])
    if booking.state == BookingState.CONFIRMED:
        make_flights(booking)
    if booking.state not in CLAIMING_STATES:
        give_back(booking.id, now=now)
    record(asker, f"booking.{step.verb}", subject=f"booking:{booking.id}", reason=reason)


def make_flights(booking: Booking) -> None:
    """Give each aircraft of the booking its flight id, where it has none yet."""
    crew = list(booking.crew.filter(flight_id=None))
    for member in crew:
        member.flight_id = uuid.uuid4()
    Crew.objects.bulk_update(crew, ["flight_id"])


def tell(
    event: type[events.BookingEvent],
    booking: Booking,
    *,
    flights: tuple[events.BookedFlight, ...] | None = None,
    **more: Any,
) -> None:
    """Announce what happened to the booking, in its transaction; `more` are the event's own fields.

    Who knows the booking's flights names them; otherwise they are read.
    """
    events.announce(
        event(
            booking_id=booking.id,
            organisation_id=booking.organisation_id,
            flights=_flights_of(booking) if flights is None else flights,
            start=booking.start,
            end=booking.end,
            state=str(booking.state),
            **more,
        )
    )


def _flights_of(booking: Booking) -> tuple[events.BookedFlight, ...]:
    return tuple(
        events.BookedFlight(member.flight_id, member.aircraft_id, member.aircraft.mavlink_system_id)
        for member in Crew.objects.filter(booking=booking).select_related("aircraft")
        if member.flight_id is not None
    )


def _next_state(booking: Booking, verb: Verb) -> BookingState:
    state = next_state(BookingState(booking.state), verb)
    if state is None:
        raise ValueError(f"{verb} is not possible from {booking.state}")
    return state


def check_step(booking: Booking, verb: Verb, *, version: int | None, now: dt.datetime) -> None:
    """Make sure that the booking is as it was read, and that its state and the time allow the verb.

    Raises:
        PreconditionFailed, Conflict, Refused: see `take_step`.
    """
    if version is not None and version != booking.version:
        raise PreconditionFailed(
            Refusal(
                "changed_meanwhile",
                "The booking has changed since it was read.",
                "If-Match",
                f'"{booking.version}"',
                f'"{version}"',
                "Read the booking again and decide anew.",
            )
        )
    if state_refuses := wrong_state(booking, verb):
        raise Conflict(state_refuses)
    if time_refuses := out_of_time(booking, verb, now=now):
        raise Refused(time_refuses)
