"""The price of a decision, the rows that a booking keeps of it, and what it comes to when the booking ends."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bookings.actions.decide import Decision
from bookings.actions.plan import Plan
from bookings.models import Booking, BookingPrice, PriceReason, tariff_of_version
from bookings.queries.prices import newest_price
from bookings.rules.states import BookingState
from bookings.tariff import (
    Cause,
    Fee,
    Price,
    Tariff,
    asked_of,
    fee_of_cancellation,
    fee_of_late_move,
    fee_of_no_show,
    price_of,
    price_of_fee,
)
from testcentre.accounts.asker import Asker
from testcentre.audit.trail import record
from testcentre.foundation.errors import Malformed, Refusal, Refused

# before the range has granted it, a request or a hold is withdrawn without fee
GRANTED_STATES = frozenset({BookingState.CONFIRMED, BookingState.CHECKED_IN})
# rows that are what a booking costs when it takes place
_WHOLE = (PriceReason.REQUESTED, PriceReason.MOVED)


@dataclass(frozen=True, slots=True)
class Cancellation:
    """What a cancellation comes to; `price` is the fee with its VAT, None where the booking has no price.

    `to_check` asks the range to look at the evidence: the weather saves a fee that the company's own cause would have.
    """

    cause: Cause
    evidence: str
    fee: Fee
    price: Price | None
    site_version: int
    to_check: bool


def price_decision(decision: Decision) -> Price:
    """Return what a decided slot costs, granted or not, under the site's tariff; a change, under the booking's own.

    A want that nobody can meet costs what the first that would meet it costs.
    """
    plan = decision.plan
    facts = replace(plan.facts, start=decision.slot[0], end=decision.slot[1])
    wanted = [
        ((chosen or candidates[0]).facts, need.period(decision.slot))
        for chosen, candidates, need in zip(decision.resources, plan.candidates, plan.needs, strict=False)
    ]
    return price_of(asked_of(facts, wanted), _tariff_of(plan))


def prices_of(decisions: Sequence[Decision]) -> list[Price]:
    """Return what each of several decided slots costs."""
    return [price_decision(decision) for decision in decisions]


def first_price(booking: Booking, decision: Decision, *, now: dt.datetime) -> BookingPrice:
    """Return the row of a booking's first price, not yet saved."""
    price = price_decision(decision)
    site_version = decision.plan.site.version
    return BookingPrice.of(
        booking, price, number=1, site_version=site_version, reason=PriceReason.REQUESTED, made_at=now
    )


@dataclass(frozen=True, slots=True)
class MovedPrice:
    """What a changed booking costs, and what share of it leaving costs at least from then on."""

    price: Price
    least_fee_pct: Decimal


def price_of_move(booking: Booking, decision: Decision, *, now: dt.datetime) -> MovedPrice:
    """Return the price of a decided change of a booking that still is as it was before.

    Moved when leaving costs something, it goes on costing that: nobody moves far away to leave free.
    """
    price, before = price_decision(decision), newest_price(booking)
    if before is None:
        return MovedPrice(price, Decimal(0))
    least = before.least_fee_pct
    if booking.state in GRANTED_STATES:
        least = _fee_of(booking, before, now=now).pct
    return MovedPrice(replace(price, free_to_cancel_until=None) if least else price, least)


def keep_moved_price(booking: Booking, decision: Decision, moved: MovedPrice, *, now: dt.datetime) -> None:
    """Write the price of a booking that was changed; `moved` was reckoned before it was."""
    before = newest_price(booking)
    if before is None:
        first_price(booking, decision, now=now).save(force_insert=True)
        return
    _follow(before, moved.price, reason=PriceReason.MOVED, now=now, least_fee_pct=moved.least_fee_pct)


def carry_price(displaced: Booking, alternative: Booking, decision: Decision, *, now: dt.datetime) -> None:
    """Write the price of what is held in place of a displaced booking, under the tariff that that was made under."""
    before, first = newest_price(displaced), newest_price(alternative)
    if before is None or first is None:
        return
    price = price_decision(replace(decision, plan=replace(decision.plan, beside=displaced.id)))
    first.site_version = before.site_version
    _follow(first, price, reason=PriceReason.MOVED, now=now)


def charge_completed(booking: Booking, *, now: dt.datetime) -> None:
    """Make the price due: the slot was used, or the rest of it given back."""
    before = newest_price(booking)
    if before is not None:
        _follow(before, before.price, reason=PriceReason.COMPLETED, now=now)


def charge_no_show(booking: Booking, *, now: dt.datetime) -> None:
    """Make the fee of not coming due."""
    before = newest_price(booking)
    if before is not None:
        tariff = tariff_of_version(before.site_version)
        fee = fee_of_no_show(before.price, tariff.cancellation)
        _follow(before, price_of_fee(fee, tariff), reason=PriceReason.NO_SHOW, now=now)


def charge_cancelled(asker: Asker, booking: Booking, cancelled: Cancellation, *, now: dt.datetime) -> None:
    """Make the fee of a cancellation due, and keep its cause and evidence."""
    before = newest_price(booking)
    details = {
        "cause": str(cancelled.cause),
        "evidence": cancelled.evidence,
        "fee": f"{cancelled.fee.amount:.2f}",
        "to_check": cancelled.to_check,
    }
    record(asker, "booking.cancellation_fee", subject=f"booking:{booking.id}", details=details)
    if before is not None and cancelled.price is not None:
        row = {"cause": cancelled.cause, "evidence": cancelled.evidence, "to_check": cancelled.to_check}
        _follow(before, cancelled.price, reason=PriceReason.CANCELLED, now=now, **row)


def cancellation_of(
    asker: Asker, booking: Booking, *, state: BookingState, cause: Cause | None, evidence: str, now: dt.datetime
) -> Cancellation:
    """Return what cancelling a booking in a state comes to; no cause named is one's own, of range staff the range's.

    Raises:
        Malformed: a company names the range's cause.
        Refused: a company names the weather and says nothing of it.
    """
    for_company = not asker.is_range
    cause = cause or (Cause.OWN if for_company or booking.organisation_id == asker.organisation_id else Cause.RANGE)
    if for_company and cause is Cause.RANGE:
        raise Malformed(_range_only())
    if for_company and cause is Cause.WEATHER and not evidence:
        raise Refused(_no_evidence())
    before = newest_price(booking)
    granted = state in GRANTED_STATES
    if before is None or not (granted or before.least_fee_pct):
        free = Fee(Decimal("0.00"), Decimal(0), "Not granted yet")
        price = None if before is None else price_of_fee(free, tariff_of_version(before.site_version))
        return Cancellation(cause, evidence, free, price, before.site_version if before else 0, to_check=False)
    tariff = tariff_of_version(before.site_version)
    own = _fee_of(booking, before, now=now) if granted else fee_of_late_move(before.price, before.least_fee_pct)
    fee = own if cause is Cause.OWN else _fee_of(booking, before, cause=cause, now=now)
    to_check = for_company and cause is Cause.WEATHER and own.amount > 0
    return Cancellation(cause, evidence, fee, price_of_fee(fee, tariff), before.site_version, to_check)


def settle_weather(booking: Booking, *, accepted: bool, now: dt.datetime) -> None:
    """Keep the weather's word, or make the fee due that the company's own cause had at the time of the cancellation.

    Raises:
        Refused: there is nothing to check.
    """
    claimed = newest_price(booking)
    if claimed is None or not claimed.to_check:
        raise Refused(_nothing_to_check())
    price, reason = claimed.price, PriceReason.WEATHER_ACCEPTED
    if not accepted:
        tariff = tariff_of_version(claimed.site_version)
        whole = BookingPrice.objects.filter(booking=booking, reason__in=_WHOLE).latest("number")
        fee = _fee_of(booking, whole, now=claimed.made_at)
        price, reason = price_of_fee(fee, tariff), PriceReason.WEATHER_REJECTED
    _follow(claimed, price, reason=reason, now=now, cause=claimed.cause, evidence=claimed.evidence)


def _fee_of(booking: Booking, before: BookingPrice, *, now: dt.datetime, cause: Cause = Cause.OWN) -> Fee:
    """Return what leaving a booking at a time costs, whose price that is."""
    return fee_of_cancellation(
        before.price,
        tariff_of_version(before.site_version).cancellation,
        start=booking.start,
        cancelled_at=now,
        cause=cause,
        least_pct=before.least_fee_pct,
    )


def _tariff_of(plan: Plan) -> Tariff:
    kept = BookingPrice.objects.filter(booking_id=plan.beside).first() if plan.beside else None
    return plan.site.tariff if kept is None else tariff_of_version(kept.site_version)


def _follow(before: BookingPrice, price: Price, *, reason: PriceReason, now: dt.datetime, **more: object) -> None:
    """Write the next row of a booking, under the same tariff; it is due where something is left to pay."""
    BookingPrice.of(
        before.booking,
        price,
        number=before.number + 1,
        site_version=before.site_version,
        reason=reason,
        made_at=now,
        due=reason is not PriceReason.MOVED and price.total > 0,
        **more,
    ).save(force_insert=True)


def _range_only() -> Refusal:
    return Refusal(
        "range_staff_only",
        "Only range staff may say that the range is the cause.",
        "cause",
        [str(Cause.OWN), str(Cause.WEATHER)],
        str(Cause.RANGE),
        "Ask the range to cancel it.",
    )


def _no_evidence() -> Refusal:
    return Refusal(
        "evidence_required",
        "Weather costs nothing, but the range checks it.",
        "evidence",
        "what the weather was or was forecast to be, and where that is said",
        "",
        "Name a METAR, a forecast or a measurement.",
    )


def _nothing_to_check() -> Refusal:
    return Refusal(
        "nothing_to_check",
        "Nobody named the weather for this booking, or it has been checked.",
        "",
        "a booking whose price says to_check",
        "",
        "Read the booking again.",
    )
