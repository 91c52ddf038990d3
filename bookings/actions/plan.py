"""From a wish to a decision: what it names, which rules refuse, what the ledger has left."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from bookings.claims.hazards import hazards_shared
from bookings.claims.lanes import Lanes
from bookings.claims.ledger import busy_refusals, choose_lanes
from bookings.claims.needs import Need, crew_needs, ground_needs, resource_needs, volume_needs
from bookings.models import Aircraft, Pilot, Resource, Site, current_site, site_plane
from bookings.queries.references import find_crew, find_resources
from bookings.rules import judge_with_waivers
from bookings.rules.facts import BookingFacts, Classification, OrganisationFacts, VolumeFacts
from testcentre.accounts.asker import Asker
from testcentre.accounts.models import Organisation
from testcentre.foundation.errors import Malformed, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody asks for; `crew` is (aircraft id, pilot id), `resources` are codes, times are UTC.

    `organisation_id` is None for the asker's own; `waive` are rule codes that range staff waive, and why.
    """

    crew: tuple[tuple[UUID, UUID], ...]
    purpose: str
    start: dt.datetime
    end: dt.datetime
    resources: tuple[str, ...] = ()
    volumes: tuple[VolumeFacts, ...] = ()
    classification: Classification = Classification.UNCLASSIFIED
    organisation_id: UUID | None = None
    waive: frozenset[str] = frozenset()
    waiver_reason: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A wish with all that it names, as the rules see it and as the ledger needs it."""

    wish: Wish
    organisation: Organisation
    site: Site
    resources: list[Resource]
    crew: list[tuple[Aircraft, Pilot]]
    facts: BookingFacts
    needs: list[Need]
    block: int

    def at(self, start: dt.datetime, end: dt.datetime, *, now: dt.datetime) -> BookingFacts:
        """Return the facts of the same wish in another slot."""
        return replace(self.facts, start=start, end=end, now=now)


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules and the ledger say of a plan: `refusals` empty is a yes."""

    plan: Plan
    lanes: Sequence[Lanes | None]
    rules_refuse: list[Refusal]
    clashes: list[Refusal]
    waived: tuple[str, ...]

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Everything that refuses: rules first, then what somebody else has."""
        return (*self.rules_refuse, *self.clashes)


def make_plan(asker: Asker, wish: Wish, *, block: int, now: dt.datetime) -> Plan:
    """Read all that a wish names.

    Raises:
        Malformed: it names resources, aircraft or pilots that are not there, or not the organisation's own.
        Unavailable: no site is loaded.
    """
    site = current_site()
    organisation = Organisation.objects.get(pk=wish.organisation_id or asker.organisation_id)
    resources, faults = find_resources(site, wish.resources)
    crew, more_faults = find_crew(organisation.id, wish.crew)
    if faults or more_faults:
        raise Malformed(*faults, *more_faults)
    facts = BookingFacts(
        now=now,
        start=wish.start,
        end=wish.end,
        site=site.facts,
        organisation=OrganisationFacts(id=organisation.id, slug=organisation.slug, kind=organisation.kind),
        resources=tuple(resource.facts for resource in resources),
        crew=tuple((aircraft.facts, pilot.facts) for aircraft, pilot in crew),
        volumes=wish.volumes,
        classification=wish.classification,
        waivers=wish.waive,
        asker_role=asker.role,
    )
    needs = _needs(site, facts, resources, crew, block=block)
    return Plan(wish, organisation, site, resources, crew, facts, needs, block)


def decide(plan: Plan) -> Decision:
    """Judge a plan by all rules and look up every need in the ledger; reads only."""
    judgement = judge_with_waivers(plan.facts)
    start, end = plan.wish.start, plan.wish.end
    lanes = choose_lanes(plan.needs, start=start, end=end)
    return Decision(
        plan=plan,
        lanes=lanes,
        rules_refuse=judgement.refusals,
        clashes=busy_refusals(plan.needs, lanes, start=start, end=end),
        waived=tuple(sorted({refusal.code for refusal in judgement.waived})),
    )


def _needs(
    site: Site, facts: BookingFacts, resources: list[Resource], crew: list[tuple[Aircraft, Pilot]], *, block: int
) -> list[Need]:
    plane = site_plane(site)
    return [
        *resource_needs(resources, shared=hazards_shared(site, facts.resources, facts.volumes), block=block),
        *crew_needs(crew),
        *volume_needs(facts.volumes, plane=plane, block=block),
        *ground_needs(resources, plane=plane, block=block),
    ]
