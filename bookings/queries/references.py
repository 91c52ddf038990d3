"""From the names in a request to the things they name; unknown and foreign are told alike."""

from collections.abc import Sequence
from uuid import UUID

from bookings.models import Aircraft, Pilot, Resource, Site
from bookings.queries.fleet_kept import Fleet
from bookings.rules.facts import Hazard
from bookings.rules.wants import Want
from testcentre.accounts.models import Organisation
from testcentre.foundation.errors import Refusal


def find_resources(
    site: Site, codes: Sequence[str], *, field: str = "resources"
) -> tuple[list[Resource], list[Refusal]]:
    """Return the resources of these codes in their order, and a refusal for each code that names none."""
    known = {resource.code: resource for resource in site.all_resources}
    refusals = [_unknown_resource(code, f"{field}[{place}]") for place, code in enumerate(codes) if code not in known]
    return [known[code] for code in codes if code in known], refusals


def find_candidates(site: Site, wants: Sequence[Want]) -> tuple[list[list[Resource]], list[Refusal]]:
    """Return for each want the resources that would meet it, and a refusal for each that nothing could meet."""
    found: list[list[Resource]] = []
    refusals: list[Refusal] = []
    for place, want in enumerate(wants):
        meeting = [
            resource
            for resource in site.all_resources
            if want.is_met_by(resource.facts) and (want.code or resource.active)
        ]
        if not meeting:
            refusals.append(_no_candidate(want, place))
        elif want.kind and len(meeting) > 1 and any(resource.hazard != Hazard.NONE for resource in meeting):
            refusals.append(_choose_yourself(want, place, meeting))
        found.append(meeting)
    return found, refusals


def find_crew(fleet: Fleet, crew: Sequence[tuple[UUID, UUID]]) -> tuple[list[tuple[Aircraft, Pilot]], list[Refusal]]:
    """Return aircraft and pilots of the organisation, and a refusal for each id that is none of its own."""
    aircraft, pilots = fleet.aircraft, fleet.pilots
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


def _no_candidate(want: Want, place: int) -> Refusal:
    if want.code:
        return _unknown_resource(want.code, f"resources[{place}]")
    return Refusal(
        "unknown_resource",
        f"The site has no {want.words.removeprefix('any ')}.",
        f"resources[{place}]",
        "a kind and qualification that a resource of the site has",
        want.words,
        "GET /api/v1/resources lists all.",
    )


def _choose_yourself(want: Want, place: int, meeting: Sequence[Resource]) -> Refusal:
    codes = [resource.code for resource in meeting]
    return Refusal(
        "kind_not_choosable",
        f"A hazard is never chosen by the service: name which {want.words.removeprefix('any ')}.",
        f"resources[{place}]",
        codes,
        want.words,
        f"Name one of {', '.join(codes)}.",
    )


def _unknown_resource(code: str, field: str) -> Refusal:
    return Refusal(
        "unknown_resource",
        f"There is no resource {code!r}.",
        field,
        "the code of a resource",
        code,
        "GET /api/v1/resources lists all codes.",
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
