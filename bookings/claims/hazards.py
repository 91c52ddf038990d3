"""The hazards of the site that somebody takes a lane of without naming them."""

from collections.abc import Sequence

from bookings.models import Resource, Site
from bookings.rules.facts import Hazard, ResourceFacts, VolumeFacts
from bookings.rules.hazards import shared_hazards


def hazards_shared(site: Site, named: Sequence[ResourceFacts], volumes: Sequence[VolumeFacts]) -> list[Resource]:
    """Return the hazards in service that whoever has these resources and volumes shares with all others."""
    rows = [resource for resource in site.all_resources if resource.active and resource.hazard != Hazard.NONE]
    hazards = {resource.code: resource for resource in rows}
    facts = [resource.facts for resource in hazards.values()]
    shared = shared_hazards(site.facts, volumes=volumes, named=named, resources=facts)
    return [hazards[hazard.code] for hazard in shared]
