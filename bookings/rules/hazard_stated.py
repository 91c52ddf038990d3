"""Hazard details: who makes a test hazardous says with which unit, how it is stopped, and with what figures."""

from collections.abc import Iterable

from bookings.rules.code import RuleCode
from bookings.rules.facts import BookingFacts
from bookings.rules.hazard_details import HazardDetails, HazardNeed
from testcentre.foundation.errors import Refusal

HAZARD_DETAILS_MISSING = RuleCode(
    "hazard_details_missing", "A resource that is named asks for details of the hazard, and they are not given."
)
NOHD_TOO_SHORT = RuleCode(
    "nohd_too_short", "The stated nominal ocular hazard distance is shorter than the laser's figures give."
)
CODES = (HAZARD_DETAILS_MISSING, NOHD_TOO_SHORT)

# what each need asks for: the fields of `hazard_details`
ASKED_FOR: dict[HazardNeed, tuple[str, ...]] = {
    HazardNeed.AUTHORISED_UNIT: ("unit", "stop_procedure"),
    HazardNeed.JAMMING: ("unit", "stop_procedure", "jamming"),
    HazardNeed.LASER: ("stop_procedure", "laser"),
}


def hazard_not_stated(facts: BookingFacts) -> Iterable[Refusal]:
    """Refuse each detail that a named resource needs and that is not given, and a hazard distance that is too short."""
    if not facts.site.hazard_needs:
        return
    told = facts.hazard_details or HazardDetails()
    for field, codes in _asked_for(facts).items():
        if not getattr(told, field):
            yield HAZARD_DETAILS_MISSING.refuse(
                f"{' and '.join(codes)} can't be had without {field.replace('_', ' ')}.",
                field=f"hazard_details.{field}",
                expected=f"{field} for {', '.join(codes)}",
                got=None,
                remedy=f"Send hazard_details.{field}: docs/reference/hazards.md.",
            )
    if told.laser and told.laser.nohd_m < told.laser.least_nohd_m:
        least_m = round(told.laser.least_nohd_m, 1)
        yield NOHD_TOO_SHORT.refuse(
            f"By its power, divergence and permissible exposure the laser is hazardous up to {least_m} m.",
            field="hazard_details.laser.nohd_m",
            expected=f"at least {least_m} m",
            got=told.laser.nohd_m,
            remedy="State the distance that follows from the figures, or mend the figure that is wrong.",
        )


def _asked_for(facts: BookingFacts) -> dict[str, list[str]]:
    """Return the fields that are needed, each with the codes of the resources that need it."""
    asked: dict[str, list[str]] = {}
    for resource in facts.resources:
        for field in (field for need in HazardNeed if need in resource.needs for field in ASKED_FOR[need]):
            codes = asked.setdefault(field, [])
            if resource.code not in codes:
                codes.append(resource.code)
    return asked
