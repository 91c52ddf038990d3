"""Ask for a slot, or hold it: granted, put before the range, or refused with every reason and what would do instead."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from bookings import events
from bookings.actions.alternatives import alternatives_to
from bookings.actions.booking_rows import new_booking
from bookings.actions.decide import Decision, decide, still_granted
from bookings.actions.dry_runs import count_dry_run
from bookings.actions.overdue import end_overdue, is_overdue
from bookings.actions.plan import Wish, make_plan, still_true
from bookings.actions.pricing import price_decision
from bookings.actions.refusing import Refusing, refusal_of
from bookings.actions.transaction import in_site_transaction
from bookings.actions.transition import CONFIRMED_AT_ONCE, tell
from bookings.claims.lanes import FREE_BLOCK
from bookings.claims.ledger import next_block
from bookings.models import Booking
from bookings.rules.holds import hold_until
from bookings.rules.states import BookingState
from bookings.tariff import Price
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Permission
from testcentre.audit.trail import record
from testcentre.foundation.errors import Refusal


@dataclass(frozen=True, slots=True)
class Trial:
    """What a request would come to: confirm, request, hold or refuse; `price` is that of the wanted slot."""

    would: str
    refusals: tuple[Refusal, ...]
    alternatives: list[dict[str, Any]]
    price: Price


def request_booking(
    asker: Asker, wish: Wish, *, now: dt.datetime, hold: bool = False, alternatives: bool = True
) -> Booking:
    """Claim all that a wish needs, or nothing; the site's policy says whether that confirms it at once.

    With `hold` it is kept for the site's stated time while papers are finished, and must be submitted by then. Without
    `alternatives` a refusal comes without a search for what would do instead.

    Raises:
        Malformed: it names what is not there, or not the organisation's own.
        Clash: somebody else has a part of it, and that is all that refuses.
        Refused: rules refuse, clashes included; both with alternatives.
        Forbidden: the asker's role may not book, or not for others.
    """
    require_booking(asker, wish)
    block = next_block()
    # without the lock: a refusal is true then, since what refuses was so while it was asked; a grant is looked at again
    (seen,) = decide(make_plan(asker, wish, block=block, now=now, hold=hold))
    if seen.refusals and not is_overdue(now=now):
        raise refusal_of(seen, alternatives=alternatives)

    def write() -> Booking:
        end_overdue(now=now)
        decision = seen
        if not (still_true(seen.plan, asker, now=now, hold=hold) and still_granted(seen)):
            (decision,) = decide(make_plan(asker, wish, block=block, now=now, hold=hold))
        if decision.refusals:
            raise Refusing(decision)
        return hold_decided(asker, decision, now=now) if hold else write_request(asker, decision, now=now)

    try:
        return in_site_transaction(write)
    except Refusing as refusing:
        raise refusal_of(refusing.decision, alternatives=alternatives) from None


def try_booking(asker: Asker, wish: Wish, *, now: dt.datetime, hold: bool = False) -> Trial:
    """Say what a request would come to, and store nothing.

    Raises:
        Malformed, Forbidden: as `request_booking`.
        Throttled: the company's budget of trials is used up.
    """
    require_booking(asker, wish)
    count_dry_run(asker, now=now)
    (decision,) = decide(make_plan(asker, wish, block=FREE_BLOCK, now=now, hold=hold))
    price = price_decision(decision)
    if decision.refusals:
        return Trial("refuse", decision.refusals, alternatives_to(decision.plan), price)
    return Trial("hold" if hold else "request" if decision.approvals else "confirm", (), [], price)


def require_booking(asker: Asker, wish: Wish) -> None:
    """Make sure that the asker may book, and for whom the wish is.

    Raises:
        Forbidden: the asker's role may not book, or not for others.
    """
    for_others = asker.is_range or bool(wish.waive) or wish.organisation_id not in {None, asker.organisation_id}
    asker.require(Permission.BOOK_FOR_OTHERS if for_others else Permission.BOOK)


def write_request(asker: Asker, decision: Decision, *, now: dt.datetime) -> Booking:
    """Write a request that nothing refuses, with its steps of approval; without any it is confirmed at once."""
    at_once = not decision.approvals
    state = BookingState.CONFIRMED if at_once else BookingState.REQUESTED
    aircraft = [one for one, _ in decision.plan.crew] if at_once else []
    flights = tuple(events.BookedFlight(uuid.uuid4(), one.id, one.mavlink_system_id) for one in aircraft)
    ids = {flight.aircraft_id: flight.flight_id for flight in flights}
    booking = new_booking(decision, state=state, now=now, flights=ids)
    _record(asker, "booking.request", booking, decision)
    tell(events.BookingRequested, booking, flights=())
    if at_once:
        record(None, "booking.confirm", subject=f"booking:{booking.id}", reason=CONFIRMED_AT_ONCE)
        tell(events.BookingConfirmed, booking, flights=flights)
    return booking


def hold_decided(
    asker: Asker | None, decision: Decision, *, now: dt.datetime, until: dt.datetime | None = None
) -> Booking:
    """Write a hold that nothing refuses; until the site's time for holds, where no other is named."""
    until = until or hold_until(decision.plan.facts_at(decision.slot))
    booking = new_booking(decision, state=BookingState.HELD, now=now, hold_until=until)
    _record(asker, "booking.hold", booking, decision)
    tell(events.BookingHeld, booking, flights=())
    return booking


def _record(asker: Asker | None, action: str, booking: Booking, decision: Decision) -> None:
    wish = decision.plan.wish
    details = {"waived": booking.waived, "resources": [want.words for want in wish.wants]}
    record(asker, action, subject=f"booking:{booking.id}", reason=wish.waiver_reason, details=details)
