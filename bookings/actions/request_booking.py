"""Ask for a slot: granted, put before the range, or refused with every reason and what would do instead."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Max

from bookings import events
from bookings.actions.alternatives import alternatives_to
from bookings.actions.plan import Decision, Wish, decide, make_plan
from bookings.actions.transaction import in_site_transaction
from bookings.actions.transition import CONFIRMED_AT_ONCE, make_flights, tell
from bookings.claims.lanes import FREE_BLOCK
from bookings.claims.ledger import enter, next_block
from bookings.models import BookedResource, Booking, Crew, Volume
from bookings.rules.states import BookingState
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Permission
from testcentre.audit.trail import record
from testcentre.foundation.errors import Clash, DomainError, Refusal, Refused


@dataclass(frozen=True, slots=True)
class Trial:
    """What a request would come to: confirm, request or refuse."""

    would: str
    refusals: tuple[Refusal, ...]
    alternatives: list[dict[str, Any]]


class _Refusing(Exception):
    """Carry a refusal out of the transaction, undone and with its lock free before alternatives are searched."""

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        super().__init__()


def request_booking(asker: Asker, wish: Wish, *, now: dt.datetime) -> Booking:
    """Claim all that a wish needs, or nothing; the site's policy says whether that confirms it at once.

    Raises:
        Malformed: it names what is not there, or not the organisation's own.
        Clash: somebody else has a part of it, and that is all that refuses.
        Refused: rules refuse, clashes included; both with alternatives.
        Forbidden: the asker's role may not book, or not for others.
    """
    _require(asker, wish)

    def work() -> Booking:
        decision = decide(make_plan(asker, wish, block=next_block(), now=now))
        if decision.refusals:
            raise _Refusing(decision)
        return _write(asker, decision, now=now)

    try:
        return in_site_transaction(work)
    except _Refusing as refusing:
        raise _refusal(refusing.decision, now=now) from None


def try_booking(asker: Asker, wish: Wish, *, now: dt.datetime) -> Trial:
    """Say what a request would come to, and store nothing.

    Raises:
        Malformed, Forbidden: as `request_booking`.
    """
    _require(asker, wish)
    decision = decide(make_plan(asker, wish, block=FREE_BLOCK, now=now))
    if decision.refusals:
        return Trial("refuse", decision.refusals, alternatives_to(decision.plan, now=now))
    return Trial("confirm" if decision.plan.facts.site.confirm_at_once else "request", (), [])


def _require(asker: Asker, wish: Wish) -> None:
    for_others = asker.is_range or bool(wish.waive) or wish.organisation_id not in {None, asker.organisation_id}
    asker.require(Permission.BOOK_FOR_OTHERS if for_others else Permission.BOOK)


def _refusal(decision: Decision, *, now: dt.datetime) -> DomainError:
    kind = Refused if decision.rules_refuse else Clash
    return kind(*decision.refusals, alternatives=alternatives_to(decision.plan, now=now))


def _write(asker: Asker, decision: Decision, *, now: dt.datetime) -> Booking:
    plan, wish = decision.plan, decision.plan.wish
    at_once = plan.facts.site.confirm_at_once
    newest = Booking.objects.filter(organisation=plan.organisation).aggregate(newest=Max("serial"))["newest"]
    booking = Booking.objects.create(
        organisation=plan.organisation,
        serial=(newest or 0) + 1,
        block=plan.block,
        state=BookingState.CONFIRMED if at_once else BookingState.REQUESTED,
        purpose=wish.purpose,
        start=wish.start,
        end=wish.end,
        classification=wish.classification,
        waived=list(decision.waived),
        waiver_reason=wish.waiver_reason if decision.waived else "",
        created_at=now,
    )
    Crew.objects.bulk_create(
        Crew(booking=booking, organisation=plan.organisation, aircraft=aircraft, pilot=pilot, place=place)
        for place, (aircraft, pilot) in enumerate(plan.crew)
    )
    BookedResource.objects.bulk_create(
        BookedResource(booking=booking, resource=resource, place=place) for place, resource in enumerate(plan.resources)
    )
    Volume.objects.bulk_create(
        Volume.of_facts(booking, volume, place=place) for place, volume in enumerate(wish.volumes)
    )
    claims = [(need, lanes) for need, lanes in zip(plan.needs, decision.lanes, strict=True) if lanes is not None]
    enter(booking.id, claims, start=wish.start, end=wish.end)
    details = {"waived": list(decision.waived), "resources": list(wish.resources)}
    record(asker, "booking.request", subject=f"booking:{booking.id}", reason=wish.waiver_reason, details=details)
    tell(events.BookingRequested, booking)
    if at_once:
        make_flights(booking)
        record(None, "booking.confirm", subject=f"booking:{booking.id}", reason=CONFIRMED_AT_ONCE)
        tell(events.BookingConfirmed, booking)
    return booking
