"""Duration: not shorter than is worth the set-up, not longer than is fair."""

import datetime as dt
from collections.abc import Iterable

from bookings.rules.code import RANGE_DESK, RuleCode
from bookings.rules.facts import BookingFacts
from bookings.rules.hours_asked import limits_by_owner
from bookings.rules.words import duration_words
from testcentre.foundation.errors import Refusal

TOO_SHORT = RuleCode("duration_too_short", "The slot is shorter than the least duration of what it names.", RANGE_DESK)
TOO_LONG = RuleCode("duration_too_long", "The slot is longer than the most that what it names may be had.", RANGE_DESK)
CODES = (TOO_SHORT, TOO_LONG)


def duration_out_of_bounds(facts: BookingFacts) -> Iterable[Refusal]:
    """Refuse by the strictest bound, and say whose it is; a resource's own period is what its bounds are for."""
    slot = facts.end - facts.start
    asked = {resource.code: end - start for resource in facts.resources for start, end in [facts.period_of(resource)]}
    owners = [(limits, name, asked.get(name, slot)) for name, limits in limits_by_owner(facts.site, facts.resources)]
    short = [
        (limits.min_duration_min, name, its) for limits, name, its in owners if its < _minutes(limits.min_duration_min)
    ]
    long = [
        (limits.max_duration_min, name, its) for limits, name, its in owners if its > _minutes(limits.max_duration_min)
    ]
    if short:
        least_min, owner, its = max(short)
        least = _minutes(least_min)
        yield TOO_SHORT.refuse(
            f"{owner}: at least {duration_words(least)}, asked for {duration_words(its)}.",
            field="end",
            expected=f"at least {duration_words(least)}",
            got=duration_words(its),
            remedy=f"Make the slot {duration_words(least)} or longer.",
        )
    if long:
        most_min, owner, its = min(long)
        most = _minutes(most_min)
        yield TOO_LONG.refuse(
            f"{owner}: at most {duration_words(most)}, asked for {duration_words(its)}.",
            field="end",
            expected=f"at most {duration_words(most)}",
            got=duration_words(its),
            remedy=f"Make the slot {duration_words(most)} or shorter, or book several.",
        )


def _minutes(count: int) -> dt.timedelta:
    return dt.timedelta(minutes=count)
