"""What the range offers of its own accord, as a hold: to who waits, and to who was displaced."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bookings.actions.alternatives import free_for
from bookings.actions.decide import Decision, decide
from bookings.actions.plan import Plan, Wish, make_plan
from bookings.actions.search_slots import Search, candidate_slots
from bookings.claims.ledger import next_block
from bookings.rules.facts import Period
from bookings.rules.lead_time import lead_time_of
from testcentre.accounts.asker import Asker
from testcentre.accounts.models import Organisation
from testcentre.accounts.roles import Kind, Role

AT_ONCE = 16


def asker_for(organisation: Organisation, *, role: str, label: str) -> Asker:
    """Return who would ask for an organisation that is offered something while nobody of it is there."""
    return Asker(
        organisation_id=organisation.id,
        organisation_slug=organisation.slug,
        organisation_name=organisation.name,
        role=Role(role),
        is_range=organisation.kind == Kind.RANGE,
        label=label,
    )


def plan_offer(
    asker: Asker, wish: Wish, *, asked_by: str, now: dt.datetime, granted: frozenset[str] = frozenset()
) -> Plan:
    """Read all that a wish names, as a hold that the range offers: the organisation's own holds don't count against it.

    `asked_by` is the identity of who asked for it, `granted` are codes that the range waives with the offer.

    Raises:
        Malformed: it names what is not there any more.
    """
    plan = make_plan(asker, wish, block=next_block(), now=now)
    site = plan.facts.site
    holds = replace(site.holds, most=max(1, site.holds.most))
    facts = replace(plan.facts, site=replace(site, holds=holds), held_before=(), granted=granted)
    return replace(plan, facts=facts, asked_by=asked_by)


def free_slots(plan: Plan, search: Search) -> list[Period]:
    """Return the slots of a search that may be free, those nearest to the wanted start first."""
    slots = candidate_slots(plan, search, free_for(plan, search.period))
    return sorted(slots, key=lambda slot: (abs(slot[0] - search.wish.start), slot[0]))


def granted_slots(plan: Plan, slots: Sequence[Period]) -> Iterator[Decision]:
    """Yield the slots that nothing refuses, in their order; they are decided some at a time."""
    for first in range(0, len(slots), AT_ONCE):
        yield from (decision for decision in decide(plan, slots[first : first + AT_ONCE]) if not decision.refusals)


def offer_until(decision: Decision, *, now: dt.datetime, hours: float) -> dt.datetime:
    """Return when an offer ends: after so many hours, and never later than prior permission must be asked for."""
    facts = decision.plan.facts
    resources = [resource.facts for resource in decision.resources if resource]
    latest = decision.slot[0] - lead_time_of(facts.site, resources=resources, organisation=facts.organisation)
    return min(now + dt.timedelta(hours=hours), latest)
