"""Horizon: nobody books further ahead than the site plans."""

import datetime as dt
from collections.abc import Iterable

from bookings.rules.code import RANGE_DESK, RuleCode
from bookings.rules.facts import BookingFacts, ResourceFacts, SiteFacts
from bookings.rules.hours_asked import limits_by_owner
from testcentre.foundation.clock import to_rfc3339
from testcentre.foundation.errors import Refusal

BEYOND_HORIZON = RuleCode(
    "beyond_horizon", "The slot begins later than bookings are taken, counted in days from now.", RANGE_DESK
)
CODES = (BEYOND_HORIZON,)


def horizon_of(site: SiteFacts, *, resources: Iterable[ResourceFacts]) -> dt.timedelta:
    """Return the shortest horizon among what is named."""
    return dt.timedelta(days=min(limits.horizon_days for _, limits in limits_by_owner(site, resources)))


def beyond_horizon(facts: BookingFacts) -> Iterable[Refusal]:
    """Refuse a start beyond the shortest horizon."""
    horizon = horizon_of(facts.site, resources=facts.resources)
    latest = facts.now + horizon
    if facts.start > latest:
        yield BEYOND_HORIZON.refuse(
            f"Bookings are taken {horizon.days} days ahead, the slot begins in {(facts.start - facts.now).days} days.",
            field="start",
            expected=f"{to_rfc3339(latest)} or earlier",
            got=to_rfc3339(facts.start),
            remedy=f"Begin at {to_rfc3339(latest)} or earlier, or come back later.",
        )
