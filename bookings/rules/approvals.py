"""Approvals: which steps a request needs, which of them are open, and what they come to."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Protocol

from bookings.rules.facts import ApprovalCase, ApprovalStep, BookingFacts, Classification, Hazard
from bookings.rules.notam import needs_notam


class StepState(StrEnum):
    """How far one step is; a delegated one still waits, for whoever it was delegated to."""

    WAITING = "waiting"
    DELEGATED = "delegated"
    APPROVED = "approved"
    REJECTED = "rejected"


UNDECIDED = frozenset({StepState.WAITING, StepState.DELEGATED})


class Outcome(StrEnum):
    """What all steps of a request come to."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"


class Standing(Protocol):
    """A step as it stands; those of the same `order` are side by side."""

    order: int
    state: str


def approvals_for(facts: BookingFacts, *, waived: bool) -> tuple[ApprovalStep, ...]:
    """Return the steps that a request needs, in order; none: it is confirmed at once.

    `waived` says that a rule was waived for it: then it is no routine.
    """
    site = facts.site
    if site.confirm_at_once or (not waived and is_routine(facts)):
        return ()
    needed = (step for step in site.approvals if _is_needed(step, facts))
    return tuple(sorted(needed, key=lambda step: step.order))


def is_routine(facts: BookingFacts) -> bool:
    """Say whether the site confirms it straight: known people, no hazard, no label, below the height of NOTAMs."""
    site, organisation = facts.site, facts.organisation
    if site.routine_for is None:
        return False
    known = organisation.kind == "range" or organisation.slug in site.routine_for | site.home_based
    return (
        known
        and facts.classification is Classification.UNCLASSIFIED
        and all(resource.hazard is Hazard.NONE for resource in facts.resources)
        and not any(needs_notam(volume, site=site) for volume in facts.volumes)
    )


def open_steps(steps: Iterable[Standing]) -> list[int]:
    """Return the places of the steps that can be decided now: the undecided ones of the lowest order that has some.

    Nothing is open once a step is rejected.
    """
    rows = list(steps)
    if outcome_of(rows) is not Outcome.WAITING:
        return []
    lowest = min(step.order for step in rows if step.state in UNDECIDED)
    return [place for place, step in enumerate(rows) if step.state in UNDECIDED and step.order == lowest]


def outcome_of(steps: Sequence[Standing]) -> Outcome:
    """Return what the steps come to: one rejection rejects, the last approval approves; no step is an approval."""
    if any(step.state == StepState.REJECTED for step in steps):
        return Outcome.REJECTED
    if any(step.state in UNDECIDED for step in steps):
        return Outcome.WAITING
    return Outcome.APPROVED


def _is_needed(step: ApprovalStep, facts: BookingFacts) -> bool:
    return not step.when or any(_holds(case, facts) for case in step.when)


def _holds(case: ApprovalCase, facts: BookingFacts) -> bool:
    """Say whether everything that the case states holds."""
    hazards = {resource.hazard for resource in facts.resources}
    kinds = {resource.kind for resource in facts.resources}
    ceiling_ft_amsl = max((volume.ceiling_ft_amsl for volume in facts.volumes), default=None)
    return (
        (not case.hazards or not case.hazards.isdisjoint(hazards))
        and (not case.resource_kinds or not case.resource_kinds.isdisjoint(kinds))
        and (not case.organisation_kinds or facts.organisation.kind in case.organisation_kinds)
        and (case.above_label is None or facts.classification.rank > case.above_label.rank)
        and (case.above_ft_amsl is None or (ceiling_ft_amsl is not None and ceiling_ft_amsl > case.above_ft_amsl))
    )
