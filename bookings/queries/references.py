"""From the names in a request to the things they name; unknown and foreign are told alike."""

from collections.abc import Sequence
from uuid import UUID

from bookings.models import Aircraft, Pilot, Resource, Site
from testcentre.accounts.models import Organisation
from testcentre.foundation.errors import Refusal


def find_resources(
    site: Site, codes: Sequence[str], *, field: str = "resources"
) -> tuple[list[Resource], list[Refusal]]:
    """Return the resources of these codes in their order, and a refusal for each code that names none."""
    known = {resource.code: resource for resource in Resource.objects.filter(site=site, code__in=set(codes))}
    refusals = [
        Refusal(
            "unknown_resource",
            f"There is no resource {code!r}.",
            f"{field}[{place}]",
            "the code of a resource",
            code,
            "GET /api/v1/resources lists all codes.",
        )
        for place, code in enumerate(codes)
        if code not in known
    ]
    return [known[code] for code in codes if code in known], refusals


def find_crew(
    organisation_id: UUID, crew: Sequence[tuple[UUID, UUID]]
) -> tuple[list[tuple[Aircraft, Pilot]], list[Refusal]]:
    """Return aircraft and pilots of the organisation, and a refusal for each id that is none of its own."""
    ours = {"organisation_id": organisation_id}
    aircraft = Aircraft.objects.filter(**ours).in_bulk({aircraft_id for aircraft_id, _ in crew})
    pilots = Pilot.objects.filter(**ours).prefetch_related("certificates").in_bulk({pilot_id for _, pilot_id in crew})
    found: list[tuple[Aircraft, Pilot]] = []
    refusals: list[Refusal] = []
    for place, (aircraft_id, pilot_id) in enumerate(crew):
        path = f"crew[{place}]." if len(crew) > 1 else ""
        if aircraft_id not in aircraft:
            refusals.append(_unknown("aircraft", f"{path}aircraft", aircraft_id))
        if pilot_id not in pilots:
            refusals.append(_unknown("pilot", f"{path}pilot", pilot_id))
        if aircraft_id in aircraft and pilot_id in pilots:
            found.append((aircraft[aircraft_id], pilots[pilot_id]))
    return found, refusals


def find_organisation(slug: str, *, field: str = "organisation") -> Organisation | Refusal:
    """Return the organisation of a slug, for range staff who book for it."""
    organisation = Organisation.objects.filter(slug=slug).first()
    return organisation or Refusal(
        "unknown_organisation", f"There is no organisation {slug!r}.", field, "the slug of an organisation", slug
    )


def _unknown(what: str, field: str, its_id: UUID) -> Refusal:
    lists = {"aircraft": "aircraft", "pilot": "pilots"}[what]
    return Refusal(
        f"unknown_{what}",
        f"The organisation has no {what} {its_id}.",
        field,
        f"the id of one of its own: GET /api/v1/{lists}",
        str(its_id),
    )
