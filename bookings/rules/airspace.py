"""Airspace: volumes lie within the site's own airspace, and below its ceiling."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from shapely import prepare
from shapely.geometry import Polygon

from bookings.geometry import outline_at
from bookings.rules.code import RuleCode
from bookings.rules.facts import BookingFacts, Ring, SiteFacts, VolumeFacts
from testcentre.foundation.errors import Refusal

VOLUME_OUTSIDE_AIRSPACE = RuleCode(
    "volume_outside_airspace", "A volume reaches beyond the outline of the site's airspace."
)
CEILING_ABOVE_LIMIT = RuleCode("ceiling_above_limit", "A volume reaches above the ceiling of the site's airspace.")
CODES = (VOLUME_OUTSIDE_AIRSPACE, CEILING_ABOVE_LIMIT)

TOUCH_M = 0.5  # rounding of published coordinates: a volume may follow the outline


def outside_airspace(facts: BookingFacts) -> Iterable[Refusal]:
    """Refuse volumes that leave the site's airspace sideways or upwards."""
    yield from volumes_outside(facts.volumes, site=facts.site)


def volumes_outside(volumes: Sequence[VolumeFacts], *, site: SiteFacts) -> Iterable[Refusal]:
    """Yield what the rule says of volumes, whether a booking has them yet or not."""
    airspace = site.airspace
    reference = site.arp_latitude_deg, site.arp_longitude_deg
    outline = _widened(*reference, airspace.outline)
    for i, volume in enumerate(volumes):
        asked = outline_at(*reference, volume.outline)
        if not outline.covers(asked):
            beyond_m2 = asked.difference(outline).area
            yield VOLUME_OUTSIDE_AIRSPACE.refuse(
                f"The volume reaches beyond {airspace.name}, by {beyond_m2:.0f} of its {asked.area:.0f} m².",
                field=f"volumes[{i}].polygon",
                expected=f"within {airspace.name}",
                got=f"{beyond_m2:.0f} m² outside",
                remedy=f"Draw the volume within {airspace.name}.",
            )
        if volume.ceiling_ft_amsl > airspace.ceiling_ft_amsl:
            yield CEILING_ABOVE_LIMIT.refuse(
                f"{airspace.name} ends at {airspace.ceiling_ft_amsl} ft AMSL, "
                f"the volume at {volume.ceiling_ft_amsl} ft AMSL.",
                field=f"volumes[{i}].ceiling_ft_amsl",
                expected=f"at most {airspace.ceiling_ft_amsl} ft AMSL",
                got=f"{volume.ceiling_ft_amsl} ft AMSL",
                remedy=f"Lower the ceiling to {airspace.ceiling_ft_amsl} ft AMSL.",
            )


@lru_cache(maxsize=4)
def _widened(latitude_deg: float, longitude_deg: float, ring: Ring) -> Polygon:
    outline: Polygon = outline_at(latitude_deg, longitude_deg, ring).buffer(TOUCH_M)
    prepare(outline)
    return outline
