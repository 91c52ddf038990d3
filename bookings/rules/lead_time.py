"""Lead time: prior permission takes hours, fewer for those who are based here."""

import datetime as dt
from collections.abc import Iterable

from bookings.rules.code import RANGE_DESK, RuleCode
from bookings.rules.facts import BookingFacts, OrganisationFacts, ResourceFacts, SiteFacts
from bookings.rules.hours_asked import limits_by_owner
from bookings.rules.words import duration_words
from testcentre.foundation.clock import to_rfc3339
from testcentre.foundation.errors import Refusal

LEAD_TIME_TOO_SHORT = RuleCode(
    "lead_time_too_short",
    "The slot begins sooner than prior permission takes (by default 3 h home-based, 24 h others).",
    RANGE_DESK,
)
CODES = (LEAD_TIME_TOO_SHORT,)


def lead_time_of(
    site: SiteFacts, *, resources: Iterable[ResourceFacts], organisation: OrganisationFacts
) -> dt.timedelta:
    """Return the longest lead time among what is named."""
    home_based = organisation.slug in site.home_based or organisation.kind == "range"
    hours_h = max(
        limits.lead_time_home_based_h if home_based else limits.lead_time_others_h
        for _, limits in limits_by_owner(site, resources)
    )
    return dt.timedelta(hours=hours_h)


def lead_time_too_short(facts: BookingFacts) -> Iterable[Refusal]:
    """Refuse a start that is sooner than the longest lead time; a start in the past is another rule's."""
    lead_time = lead_time_of(facts.site, resources=facts.resources, organisation=facts.organisation)
    earliest = facts.now + lead_time
    if lead_time and facts.now <= facts.start < earliest:
        yield LEAD_TIME_TOO_SHORT.refuse(
            f"Permission takes {duration_words(lead_time)}, "
            f"the slot begins in {duration_words(facts.start - facts.now)}.",
            field="start",
            expected=f"{to_rfc3339(earliest)} or later",
            got=to_rfc3339(facts.start),
            remedy=f"Begin at {to_rfc3339(earliest)} or later, or ask range control.",
        )
