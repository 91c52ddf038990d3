"""Quota: nobody books the range full; what an organisation has ahead is counted, in bookings and in hours."""

from collections.abc import Iterable

from bookings.rules.code import RANGE_DESK, RuleCode
from bookings.rules.facts import BookingFacts
from testcentre.foundation.errors import Refusal

QUOTA_EXCEEDED = RuleCode(
    "quota_exceeded",
    "The organisation would have more bookings, or more hours of them, ahead than the site grants to one.",
    RANGE_DESK,
)
CODES = (QUOTA_EXCEEDED,)


def quota_exceeded(facts: BookingFacts) -> Iterable[Refusal]:
    """Refuse one booking too many, and hours too many; both are counted over all that is not over yet."""
    policy, booked = facts.site.quota, facts.booked_before
    if policy is None or booked is None:
        return
    if policy.most_bookings and booked.bookings >= policy.most_bookings:
        yield QUOTA_EXCEEDED.refuse(
            f"The organisation has {booked.bookings} bookings ahead; at most {policy.most_bookings} at once.",
            field="start",
            expected=f"fewer than {policy.most_bookings} bookings ahead",
            got=booked.bookings,
            remedy="Fly or cancel one of them first, or ask range control.",
        )
    wanted_h = (facts.end - facts.start).total_seconds() / 3600
    if policy.most_hours and booked.hours + wanted_h > policy.most_hours:
        yield QUOTA_EXCEEDED.refuse(
            f"With this slot the organisation would have {booked.hours + wanted_h:.2f} h ahead; "
            f"at most {policy.most_hours:g} h.",
            field="end",
            expected=f"a slot of at most {max(0.0, policy.most_hours - booked.hours):.2f} h",
            got=f"{wanted_h:.2f} h",
            remedy="Ask for a shorter slot, cancel another one, or ask range control.",
        )
