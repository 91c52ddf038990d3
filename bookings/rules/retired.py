"""Retired: an aircraft or pilot that left the fleet flies no more."""

from collections.abc import Iterable

from bookings.rules.code import RuleCode
from bookings.rules.documents import crew_with_fields
from bookings.rules.facts import BookingFacts
from testcentre.foundation.errors import Refusal

RETIRED = RuleCode("retired", "The aircraft or pilot is retired.")
CODES = (RETIRED,)


def retired_from_fleet(facts: BookingFacts) -> Iterable[Refusal]:
    """Refuse every aircraft and pilot that is retired."""
    for aircraft, pilot, place in crew_with_fields(facts):
        for what, one in (("aircraft", aircraft), ("pilot", pilot)):
            if one.retired:
                yield RETIRED.refuse(
                    f"{what.capitalize()} {one.name} is retired.",
                    field=f"{place}{what}",
                    expected="one that is in the fleet",
                    got="retired",
                    remedy="Name another one, or take it back: PATCH with retired false.",
                )
