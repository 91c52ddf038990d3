"""From a wish to a decision: what it names, which rules refuse, what the ledger has left.

One function, `decide`, answers for requests, trials, changes, alternatives, searches and offers: what one of them says
of a slot, all of them say.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from bookings.actions.make_room import Move, anybody_moves, room_for
from bookings.claims.choosing import choose
from bookings.claims.hazards import hazards_shared
from bookings.claims.ledger import busy_choices
from bookings.claims.needs import Choice, Need, crew_needs, hazard_needs, volume_needs, want_need
from bookings.models import Aircraft, Booking, Pilot, Resource, Site, current_site, site_plane
from bookings.queries.fleet_kept import fleet_of
from bookings.queries.holds import held_before
from bookings.queries.quota import booked_before
from bookings.queries.references import find_candidates, find_crew
from bookings.queries.waivers import waived_codes
from bookings.rules import judge, judge_with_waivers
from bookings.rules.approvals import approvals_for
from bookings.rules.facts import (
    ApprovalStep,
    BookedBefore,
    BookingFacts,
    Classification,
    Period,
    ResourceFacts,
    VolumeFacts,
)
from bookings.rules.hazard_details import HazardDetails
from bookings.rules.wants import Want
from bookings.rules.words import period_words
from testcentre.accounts.asker import Asker
from testcentre.accounts.models import Organisation
from testcentre.foundation.errors import Malformed, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody asks for; `crew` is (aircraft id, pilot id), times are UTC.

    `resources` are codes for the slot, or wants. `organisation_id` is None for the asker's own; `waive` are rule codes
    that range staff waive, and why. `may_rechoose` lets the range give another resource of a kind later, to make room.
    `separation_m` and `separation_ft` are what several aircraft keep between them within the volume that they share.
    """

    crew: tuple[tuple[UUID, UUID], ...]
    purpose: str
    start: dt.datetime
    end: dt.datetime
    resources: tuple[str | Want, ...] = ()
    volumes: tuple[VolumeFacts, ...] = ()
    classification: Classification = Classification.UNCLASSIFIED
    organisation_id: UUID | None = None
    waive: frozenset[str] = frozenset()
    waiver_reason: str = ""
    waive_until: dt.datetime | None = None
    may_rechoose: bool = False
    separation_m: float | None = None
    separation_ft: float | None = None
    series: UUID | None = None
    hazard_details: HazardDetails | None = None

    @property
    def slot(self) -> Period:
        """The period that is asked for."""
        return self.start, self.end

    @property
    def wants(self) -> tuple[Want, ...]:
        """What is asked for of the site's resources; a code is a want for the slot."""
        return tuple(Want(code=wanted) if isinstance(wanted, str) else wanted for wanted in self.resources)


@dataclass(frozen=True, slots=True)
class Plan:
    """A wish with all that it names, as the rules see it and as the ledger needs it.

    `candidates` are the resources that would meet each want; the first needs are those of the wants, in order. `beside`
    is the booking that it would change, whose own claims don't count against it. `asked_by` is the asker's identity.
    """

    wish: Wish
    organisation: Organisation
    site: Site
    candidates: list[list[Resource]]
    crew: list[tuple[Aircraft, Pilot]]
    facts: BookingFacts
    needs: list[Need]
    block: int
    beside: UUID | None = None
    asked_by: str = ""
    asked_by_name: str = ""

    def facts_at(self, slot: Period) -> BookingFacts:
        """Return the facts of the same wish in a slot."""
        return replace(self.facts, start=slot[0], end=slot[1])

    def with_booked(self, slot: Period) -> "Plan":
        """Return the same plan for an organisation that has this slot ahead too."""
        before = self.facts.booked_before
        if before is None:
            return self
        hours = (slot[1] - slot[0]).total_seconds() / 3600
        return replace(
            self, facts=replace(self.facts, booked_before=BookedBefore(before.bookings + 1, before.hours + hours))
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules and the ledger say of a plan in a slot: `refusals` empty is a yes.

    `facts` are those that the rules judged, with the resources that were chosen. `moves` make room for it: they are
    written with it.
    """

    plan: Plan
    slot: Period
    facts: BookingFacts
    choices: Sequence[Choice | None]
    rules_refuse: list[Refusal]
    clashes: list[Refusal]
    waived: list[Refusal]
    moves: tuple[Move, ...] = ()

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Everything that refuses: rules first, then what somebody else has."""
        return (*self.rules_refuse, *self.clashes)

    @property
    def approvals(self) -> tuple[ApprovalStep, ...]:
        """The steps of approval that it needs; none: it is confirmed at once."""
        return approvals_for(self.facts, waived=bool(self.waived))

    @property
    def resources(self) -> list[Resource | None]:
        """The resource that meets each want, None where none is free."""
        return [choice.resource if choice else None for choice in self.choices[: len(self.plan.candidates)]]


def make_plan(
    asker: Asker, wish: Wish, *, block: int, now: dt.datetime, beside: Booking | None = None, hold: bool = False
) -> Plan:
    """Read all that a wish names; with `hold` as a slot to be held while papers are finished.

    `beside` is the booking that is changed: its claims don't count, and within its slot its waivers hold.

    Raises:
        Malformed: it names resources, aircraft or pilots that are not there, or not the organisation's own.
        Unavailable: no site is loaded.
    """
    site = current_site()
    fleet = fleet_of(wish.organisation_id or asker.organisation_id, wish.crew)
    organisation = fleet.organisation
    candidates, faults = find_candidates(site, wish.wants)
    crew, more_faults = find_crew(fleet, wish.crew)
    if faults or more_faults:
        raise Malformed(*faults, *more_faults)
    facts = BookingFacts(
        now=now,
        start=wish.start,
        end=wish.end,
        site=site.facts,
        organisation=fleet.facts,
        crew=tuple((aircraft.facts, pilot.facts) for aircraft, pilot in crew),
        volumes=wish.volumes,
        classification=wish.classification,
        waivers=wish.waive,
        asker_role=asker.role,
        held_before=held_before(organisation.id, site=site.facts, now=now, beside=beside) if hold else None,
        booked_before=booked_before(organisation.id, site=site.facts, now=now, beside=beside),
        granted=_granted(beside, wish, now=now),
        hazard_details=wish.hazard_details,
    )
    needs = _needs(site, facts, wish.wants, candidates, crew, block=block)
    its_id = beside.id if beside else None
    return Plan(wish, organisation, site, candidates, crew, facts, needs, block, its_id, asker.identity, asker.label)


def _granted(booking: Booking | None, wish: Wish, *, now: dt.datetime) -> frozenset[str]:
    """Return what the range waived for a booking, where the wish stays within its slot."""
    if booking is None or wish.start < booking.start or wish.end > booking.end:
        return frozenset()
    return waived_codes(booking, now=now)


def decide(plan: Plan, slots: Sequence[Period] = ()) -> list[Decision]:
    """Judge a plan by all rules in each slot (its own where none is named), and look up every need; reads only."""
    slots = slots or [plan.wish.slot]
    busy = busy_choices(plan.needs, slots, beside=plan.beside)
    decisions = [_decide(plan, slot, taken) for slot, taken in zip(slots, busy, strict=True)]
    crowded = [decision.slot for decision in decisions if decision.clashes and not decision.rules_refuse]
    if not crowded or not anybody_moves(crowded, facts=plan.facts.site, now=plan.facts.now):
        return decisions
    return [_with_room(decision) if decision.slot in crowded else decision for decision in decisions]


def _with_room(decision: Decision) -> Decision:
    """Return the same slot with room made for it, where that grants it."""
    plan = decision.plan
    room = room_for(
        plan.needs,
        decision.choices,
        decision.slot,
        site=plan.site,
        facts=plan.facts.site,
        beside=plan.beside,
        now=plan.facts.now,
    )
    if room is None:
        return decision
    roomy = _judged(plan, decision.slot, room.choices)
    return decision if roomy.refusals else replace(roomy, moves=room.moves)


def _decide(plan: Plan, slot: Period, busy: set[tuple[int, int]]) -> Decision:
    facts = plan.facts_at(slot)
    seen = {one.id: one.facts for candidates in plan.candidates for one in candidates}

    def rank(need: Need, resource: Resource) -> int:
        """Count what refuses a resource by itself."""
        alone = replace(
            facts,
            resources=(seen[resource.id],),
            own_periods={resource.id: need.period(slot)},
            crew=(),
            volumes=(),
        )
        return len(judge(alone))

    return _judged(plan, slot, choose(plan.needs, busy, rank=rank))


def _judged(plan: Plan, slot: Period, choices: Sequence[Choice | None]) -> Decision:
    facts = plan.facts_at(slot)
    seen = {one.id: one.facts for candidates in plan.candidates for one in candidates}
    had = [
        (need, choice.resource if choice and choice.resource else candidates[0])
        for need, choice, candidates in zip(plan.needs, choices, plan.candidates, strict=False)
    ]
    judged = replace(
        facts,
        resources=_named(plan.wish.wants, [seen[resource.id] for _, resource in had]),
        own_periods={resource.id: need.period(slot) for need, resource in had},
    )
    judgement = judge_with_waivers(judged)
    return Decision(plan, slot, judged, choices, judgement.refusals, _clashes(plan, slot, choices), judgement.waived)


def _named(wants: Sequence[Want], resources: Sequence[ResourceFacts]) -> tuple[ResourceFacts, ...]:
    """Return the resources as the rules see them: two lanes of one, chosen for two wants, are not named twice."""
    named: list[ResourceFacts] = []
    for want, resource in zip(wants, resources, strict=True):
        if want.code or resource not in named:
            named.append(resource)
    return tuple(named)


def _clashes(plan: Plan, slot: Period, choices: Sequence[Choice | None]) -> list[Refusal]:
    """Return one refusal for each need that nobody can give; none says who has it."""
    codes = [want.code for want in plan.wish.wants]
    refusals: dict[tuple[str, str, str], Refusal] = {}
    for n, (need, choice) in enumerate(zip(plan.needs, choices, strict=True)):
        # what is named twice is a rule's to refuse
        if choice is not None or (n < len(codes) and codes[n] and codes[n] in codes[:n]):
            continue
        start, end = need.period(slot)
        row = need.choices[0].rows[0]
        refusals[need.code, need.field, need.name] = Refusal(
            code=need.code,
            message=f"{need.name} is not free for all of the slot (with set-up and clear-up times).",
            field=need.field,
            expected={"free": period_words((start - row.setup, end + row.clearup))},
            got="busy",
            remedy="Take one of the alternatives, or ask for free times.",
        )
    return list(refusals.values())


def _needs(
    site: Site,
    facts: BookingFacts,
    wants: Sequence[Want],
    candidates: list[list[Resource]],
    crew: list[tuple[Aircraft, Pilot]],
    *,
    block: int,
) -> list[Need]:
    """Return the needs of the wants first, in order; whoever may be chosen shares the hazards that it would reach."""
    plane = site_plane(facts.site)
    reached = [resource.facts for choices in candidates for resource in choices]
    return [
        *(
            want_need(want, choices, place=place, site=facts.site, plane=plane, block=block)
            for place, (want, choices) in enumerate(zip(wants, candidates, strict=True))
        ),
        *hazard_needs(hazards_shared(site, reached, facts.volumes), block=block),
        *crew_needs(crew),
        *volume_needs(facts.volumes, plane=plane, block=block),
    ]
