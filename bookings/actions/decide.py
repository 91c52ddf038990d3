"""One function, `decide`, answers for requests, trials, changes, alternatives, searches and offers.

What one of them says of a slot, all of them say: which rules refuse, and what the ledger has left.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bookings.actions.make_room import Move, anybody_moves, room_for
from bookings.actions.plan import Plan
from bookings.claims.choosing import choose
from bookings.claims.ledger import busy_choices
from bookings.claims.needs import Choice, Need
from bookings.models import Resource
from bookings.rules import judge, judge_with_waivers
from bookings.rules.approvals import approvals_for
from bookings.rules.facts import ApprovalStep, BookingFacts, Period, ResourceFacts
from bookings.rules.wants import Want
from bookings.rules.words import period_words
from testcentre.foundation.errors import Refusal


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


def decide(plan: Plan, slots: Sequence[Period] = ()) -> list[Decision]:
    """Judge a plan by all rules in each slot (its own where none is named), and look up every need; reads only."""
    slots = slots or [plan.wish.slot]
    busy = busy_choices(plan.needs, slots, beside=plan.beside)
    decisions = [_decide(plan, slot, taken) for slot, taken in zip(slots, busy, strict=True)]
    crowded = [decision.slot for decision in decisions if decision.clashes and not decision.rules_refuse]
    if not crowded or not anybody_moves(crowded, facts=plan.facts.site, now=plan.facts.now):
        return decisions
    return [_with_room(decision) if decision.slot in crowded else decision for decision in decisions]


def still_granted(decision: Decision) -> bool:
    """Say whether a decision on unchanged facts grants still: nobody has taken what it chose.

    Where room is made for it, the answer is no: who moves is decided anew.
    """
    if decision.refusals or decision.moves:
        return False
    plan = decision.plan
    chosen = [
        replace(need, choices=(choice,)) for need, choice in zip(plan.needs, decision.choices, strict=True) if choice
    ]
    return not busy_choices(chosen, [decision.slot], beside=plan.beside)[0]


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
    """Return the resources as the rules see them: what was chosen, or stands for a choice, is not named twice."""
    by_code = {want.code for want in wants}
    named: list[ResourceFacts] = []
    for want, resource in zip(wants, resources, strict=True):
        if want.code or (resource.code not in by_code and resource not in named):
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
