"""Start in the past: a slot begins now or later; the current minute still counts as now."""

from collections.abc import Iterable

from bookings.rules.code import RuleCode
from bookings.rules.facts import BookingFacts
from testcentre.foundation.clock import to_rfc3339
from testcentre.foundation.errors import Refusal

START_IN_PAST = RuleCode("start_in_past", "The slot begins before the current minute.")
CODES = (START_IN_PAST,)


def start_in_past(facts: BookingFacts) -> Iterable[Refusal]:
    """Refuse a start before the current minute."""
    earliest = facts.now.replace(second=0, microsecond=0)
    if facts.start < earliest:
        yield START_IN_PAST.refuse(
            f"The slot begins in the past: now it is {to_rfc3339(earliest)}.",
            field="start",
            expected=f"{to_rfc3339(earliest)} or later",
            got=to_rfc3339(facts.start),
            remedy="Choose a later start.",
        )
