"""Bookings that make way: released without fee, and each with a whole alternative held, where there is one."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bookings import events
from bookings.actions.booking_rows import wish_of
from bookings.actions.decide import Decision
from bookings.actions.offering import asker_for, free_slots, granted_slots, plan_offer
from bookings.actions.pricing import carry_price
from bookings.actions.request_booking import hold_decided
from bookings.actions.search_slots import Search
from bookings.actions.transition import Step, move_on, tell
from bookings.models import Booking, Closure, current_site
from bookings.queries.booking_answer import number_of
from bookings.queries.waivers import waived_codes
from bookings.rules.lead_time import LEAD_TIME_TOO_SHORT
from bookings.rules.states import BookingState, Verb
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Kind, Role
from testcentre.foundation.clock import to_rfc3339
from testcentre.foundation.errors import Malformed

DISPLACE = Step(Verb.DISPLACE, events.BookingDisplaced)
# what the company reads: the fact, never whose
FACT = "The range has closed a part of what it needs ({cause})."
BY_PRIORITY = "The range has closed a part of what it needs, by priority."


class Outcome(StrEnum):
    """What becomes of a displaced booking."""

    ALTERNATIVE = "alternative"
    NONE = "none"
    BACK_IN_LINE = "back_in_line"


@dataclass(frozen=True, slots=True)
class Displaced:
    """A displaced booking, the state that it came from, and what is held in its place."""

    booking: Booking
    before: BookingState
    outcome: Outcome
    alternative: Booking | None
    resources: tuple[str, ...] = ()


def displace(
    asker: Asker, bookings: Sequence[Booking], closure: Closure, *, claim: Callable[[], None], now: dt.datetime
) -> list[Displaced]:
    """Release bookings for a closure, let it `claim`, then hold alternatives, in the caller's transaction.

    The alternatives are searched one after the other, so that no two are offered the same.
    """
    before = [BookingState(booking.state) for booking in bookings]
    fact = BY_PRIORITY if closure.is_priority else FACT.format(cause=closure.cause)
    for booking in bookings:
        move_on(asker, booking, DISPLACE, now=now, reason=fact)
    claim()
    return [_settle(booking, state, now=now) for booking, state in zip(bookings, before, strict=True)]


def _settle(booking: Booking, before: BookingState, *, now: dt.datetime) -> Displaced:
    if before is BookingState.HELD and booking.offered:
        tell(DISPLACE.event, booking)
        return Displaced(booking, before, Outcome.BACK_IN_LINE, None)
    found = _first_alternative(booking, now=now)
    if found is None:
        tell(DISPLACE.event, booking)
        return Displaced(booking, before, Outcome.NONE, None)
    alternative = _hold(booking, found, now=now)
    held = f"{to_rfc3339(alternative.start)} – {to_rfc3339(alternative.end)}"
    until = to_rfc3339(alternative.hold_until or alternative.start)
    booking.reason = f"{booking.reason} Held in its place until {until}: {number_of(alternative)}, {held}."
    booking.save(update_fields=["reason"])
    tell(DISPLACE.event, booking)
    codes = tuple(resource.code for resource in found.resources if resource)
    return Displaced(booking, before, Outcome.ALTERNATIVE, alternative, codes)


def _first_alternative(booking: Booking, *, now: dt.datetime) -> Decision | None:
    """Return the nearest slot that would be granted; what was asked for in time stays so."""
    wish = wish_of(booking)
    reach = dt.timedelta(days=current_site().facts.closures.search_days)
    role = Role.OPERATOR if booking.organisation.kind == Kind.RANGE else Role.BOOKER
    asker = asker_for(booking.organisation, role=role, label="closure")
    granted = waived_codes(booking, now=now)
    try:
        plan = plan_offer(asker, wish, asked_by="", now=min(now, booking.created_at), granted=granted)
    except Malformed:
        return None
    search = Search(wish=wish, period=(max(now, booking.start - reach), booking.end + reach))
    slots = [slot for slot in free_slots(plan, search) if slot[0] > now]
    return next(granted_slots(plan, slots), None)


def _hold(booking: Booking, decision: Decision, *, now: dt.datetime) -> Booking:
    """Hold an alternative at the price terms of what it replaces, with everything that was waived for that."""
    reason = f"in place of {number_of(booking)}, which the range displaced"
    plan = decision.plan
    told = replace(plan, wish=replace(plan.wish, waiver_reason=reason))
    hours = plan.facts.site.closures.hold_h
    until = min(now + dt.timedelta(hours=hours), decision.slot[0])
    alternative = hold_decided(None, replace(decision, plan=told), now=now, until=until)
    alternative.replaces = booking
    alternative.asked_by = booking.asked_by
    alternative.waived = sorted({*alternative.waived, LEAD_TIME_TOO_SHORT.code})
    alternative.waiver_reason = reason
    alternative.save(update_fields=["replaces", "asked_by", "waived", "waiver_reason"])
    carry_price(booking, alternative, decision, now=now)
    return alternative
