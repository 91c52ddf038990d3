"""Holds: a slot is kept for a stated time while papers are finished, and never as a way to keep others out."""

import datetime as dt
from collections.abc import Iterable

from bookings.rules.code import RANGE_DESK, RuleCode
from bookings.rules.facts import BookingFacts, HeldBefore
from bookings.rules.lead_time import lead_time_of
from bookings.rules.words import duration_words, period_words
from testcentre.foundation.clock import to_rfc3339
from testcentre.foundation.errors import Refusal

TOO_MANY_HOLDS = RuleCode("too_many_holds", "The organisation holds as many slots as it may at once.", RANGE_DESK)
HOLD_CHAINED = RuleCode(
    "hold_chained",
    "The organisation holds a part of this already, or let it go too short a time ago: holds can't be chained.",
    RANGE_DESK,
)
TOO_LATE_TO_HOLD = RuleCode("too_late_to_hold", "Prior permission is due before a hold could end.")
CODES = (TOO_MANY_HOLDS, HOLD_CHAINED, TOO_LATE_TO_HOLD)


def hold_until(facts: BookingFacts) -> dt.datetime:
    """Return when a hold of this slot ends: after the site's hours, and never later than permission must be asked."""
    latest = facts.start - lead_time_of(facts.site, resources=facts.resources, organisation=facts.organisation)
    return min(facts.now + dt.timedelta(hours=facts.site.holds.hours), latest)


def hold_refused(facts: BookingFacts) -> Iterable[Refusal]:
    """Refuse one hold too many, one after another of the same, and one that would be over at once."""
    if facts.held_before is None:
        return
    policy = facts.site.holds
    holding = sum(before.holds_still for before in facts.held_before)
    if holding >= policy.most:
        yield TOO_MANY_HOLDS.refuse(
            f"The organisation holds {holding} slots; at most {policy.most} at once.",
            field="as",
            expected=f"fewer than {policy.most} held slots",
            got=holding,
            remedy="Submit or cancel one of them, or request this slot.",
        )
    same = next((before for before in facts.held_before if _is_same(facts, before)), None)
    if same is not None:
        again = duration_words(dt.timedelta(hours=policy.again_after_h))
        yield HOLD_CHAINED.refuse(
            f"A part of this is held by the organisation, or was within the last {again}.",
            field="as",
            expected=f"{again} between two holds of the same",
            got=period_words(same.period),
            remedy="Request the slot instead of holding it.",
        )
    until = hold_until(facts)
    if until <= facts.now <= facts.start:
        yield TOO_LATE_TO_HOLD.refuse(
            "The slot begins too soon to be held: it must be requested now.",
            field="as",
            expected=f"a slot that is requested by {to_rfc3339(until)}",
            got=to_rfc3339(facts.start),
            remedy="Request the slot, or hold a later one.",
        )


def _is_same(facts: BookingFacts, before: HeldBefore) -> bool:
    overlaps = before.period[0] < facts.end and facts.start < before.period[1]
    shares = not before.resources.isdisjoint(resource.code for resource in facts.resources)
    return overlaps and (shares or (before.flies and bool(facts.volumes)))
