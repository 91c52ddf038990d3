"""Hazards are resources too: which of them a booking takes without naming them.

A flight takes the GNSS band in a lane of its own, a jamming test names it and takes all lanes: so the two clash in the
ledger, and no matrix of exclusions is needed. The same holds for the laser sector and the ILS critical area, for the
flights that reach them.
"""

from collections.abc import Iterable
from typing import TypeAlias

from shapely.geometry import Polygon

from bookings.geometry import outline_at
from bookings.rules.facts import Hazard, ResourceFacts, SiteFacts, VolumeFacts, VolumeKind

# an outline in metres, floor and ceiling in ft AMSL; None is unbounded
Place: TypeAlias = tuple[Polygon, int | None, int | None]


def shared_hazards(
    site: SiteFacts,
    *,
    volumes: Iterable[VolumeFacts],
    named: Iterable[ResourceFacts],
    resources: Iterable[ResourceFacts],
) -> list[ResourceFacts]:
    """Return the hazards among ``resources`` that a booking shares, beside those that it names.

    A hazard of the whole site is shared by all; one with an area by those whose volume or named resource meets its
    outline and its altitudes. Touching is not meeting.
    """
    named = tuple(named)
    own_codes = {resource.code for resource in named}
    # a ground risk buffer is ground where somebody may be hit, and nobody's flight
    air = [volume for volume in volumes if volume.kind is not VolumeKind.GROUND_RISK_BUFFER]
    reached: list[VolumeFacts | ResourceFacts] = [*air, *named]
    places = [place for thing in reached if (place := _place(thing, site=site)) is not None]

    def is_shared(hazard: ResourceFacts) -> bool:
        if not hazard.active or hazard.code in own_codes or hazard.hazard is Hazard.NONE:
            return False
        if hazard.hazard is Hazard.SITE:
            return True
        area = _place(hazard, site=site)
        return area is not None and any(_meet(area, place) for place in places)

    return [resource for resource in resources if is_shared(resource)]


def _place(thing: VolumeFacts | ResourceFacts, *, site: SiteFacts) -> Place | None:
    if thing.outline is None:
        return None
    outline = outline_at(site.arp_latitude_deg, site.arp_longitude_deg, thing.outline)
    return outline, thing.floor_ft_amsl, thing.ceiling_ft_amsl


def _meet(one: Place, other: Place) -> bool:
    (area, floor_ft, ceiling_ft), (its_area, its_floor_ft, its_ceiling_ft) = one, other
    is_below = floor_ft is None or its_ceiling_ft is None or floor_ft < its_ceiling_ft
    is_above = ceiling_ft is None or its_floor_ft is None or its_floor_ft < ceiling_ft
    return is_below and is_above and bool(area.intersects(its_area)) and not area.touches(its_area)
