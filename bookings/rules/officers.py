"""Officers: some resources are had only together with a person who is qualified for them."""

from collections.abc import Iterable

from bookings.rules.code import RuleCode
from bookings.rules.facts import BookingFacts
from testcentre.foundation.errors import Refusal

OFFICER_MISSING = RuleCode(
    "officer_missing",
    "A resource that is named needs a qualified officer in the same booking (laser: its safety officer).",
)
CODES = (OFFICER_MISSING,)


def officer_missing(facts: BookingFacts) -> Iterable[Refusal]:
    """Refuse a resource that needs an officer whose qualification nothing else in the booking has, all its time."""
    if not facts.site.hazard_needs:
        return
    for place, resource in enumerate(facts.resources):
        wanted = resource.needs_officer
        start, end = facts.period_of(resource)
        periods = [facts.period_of(other) for other in facts.resources if wanted in other.qualifications]
        if wanted and not any(begins <= start and end <= ends for begins, ends in periods):
            yield OFFICER_MISSING.refuse(
                f"{resource.code} is had only together with an officer qualified for {wanted.replace('_', ' ')}.",
                field=f"resources[{place}]",
                expected=f"a resource with the qualification {wanted}, for as long",
                got="none" if not periods else "one for a part of the time",
                remedy=f'Add {{"kind": "safety_officer", "qualification": "{wanted}"}} to the resources.',
            )
