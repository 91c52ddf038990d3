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
    """Refuse by the strictest bound, and say whose it is."""
    asked = facts.end - facts.start
    owners = limits_by_owner(facts.site, facts.resources)
    least_min, least_owner = max((limits.min_duration_min, name) for name, limits in owners)
    most_min, most_owner = min((limits.max_duration_min, name) for name, limits in owners)
    least, most = dt.timedelta(minutes=least_min), dt.timedelta(minutes=most_min)
    if asked < least:
        yield TOO_SHORT.refuse(
            f"{least_owner}: at least {duration_words(least)}, asked for {duration_words(asked)}.",
            field="end",
            expected=f"at least {duration_words(least)}",
            got=duration_words(asked),
            remedy=f"Make the slot {duration_words(least)} or longer.",
        )
    if asked > most:
        yield TOO_LONG.refuse(
            f"{most_owner}: at most {duration_words(most)}, asked for {duration_words(asked)}.",
            field="end",
            expected=f"at most {duration_words(most)}",
            got=duration_words(asked),
            remedy=f"Make the slot {duration_words(most)} or shorter, or book several.",
        )
