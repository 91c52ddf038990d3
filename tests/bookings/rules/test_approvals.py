from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.rules.approvals import (
    UNDECIDED,
    Outcome,
    StepState,
    approvals_for,
    is_routine,
    open_steps,
    outcome_of,
)
from bookings.rules.facts import (
    ApprovalCase,
    ApprovalStep,
    BookingFacts,
    Classification,
    Hazard,
    OrganisationFacts,
    ResourceKind,
)
from tests.bookings.rules.cases import AERO, booking, resource, site, volume

RANGE = ApprovalStep("range", ("operator",), 2, 24)


def steps(facts: BookingFacts, *more: ApprovalStep, waived: bool = False, **policy: Any) -> list[str]:
    policied = replace(facts.site, approvals=(RANGE, *more), **policy)
    return [step.name for step in approvals_for(replace(facts, site=policied), waived=waived)]


def when(*cases: ApprovalCase) -> ApprovalStep:
    return ApprovalStep("more", ("safety",), 1, 24, when=cases)


@pytest.mark.parametrize(
    ("case", "spoilt", "kept"),
    [
        (
            ApprovalCase(hazards=frozenset({Hazard.AREA})),
            booking(resources=(resource("LASER-SECTOR"),)),
            booking(resources=(resource("GNSS-BAND"),)),
        ),
        (
            ApprovalCase(resource_kinds=frozenset({ResourceKind.RUNWAY})),
            booking(),
            booking(resources=(resource("TEST-N"),)),
        ),
        (ApprovalCase(above_ft_amsl=400), booking(), booking(volumes=(volume(ceiling_ft_amsl=400),))),
        (ApprovalCase(above_ft_amsl=400), booking(), booking(volumes=())),
        (
            ApprovalCase(above_label=Classification.UNCLASSIFIED),
            booking(classification=Classification.DEP_V),
            booking(),
        ),
        (
            ApprovalCase(organisation_kinds=frozenset({"company"})),
            booking(),
            booking(organisation=replace(AERO, kind="range")),
        ),
    ],
)
def test_a_step_is_needed_in_its_case_only(case: ApprovalCase, spoilt: BookingFacts, kept: BookingFacts) -> None:
    assert steps(spoilt, when(case)) == ["more", "range"]
    assert steps(kept, when(case)) == ["range"]


def test_everything_that_a_case_states_must_hold_and_one_case_is_enough() -> None:
    high = ApprovalCase(above_ft_amsl=400)
    high_on_a_stand = replace(high, resource_kinds=frozenset({ResourceKind.STAND}))

    assert steps(booking(), when(high_on_a_stand)) == ["range"]
    assert steps(booking(), when(high_on_a_stand, high)) == ["more", "range"]


def test_where_the_site_confirms_at_once_nobody_is_asked() -> None:
    assert steps(booking(), confirm_at_once=True) == []


ROUTINE = frozenset({"aero"})


@pytest.mark.parametrize(
    ("facts", "straight"),
    [
        (booking(), True),
        (booking(organisation=OrganisationFacts(id=AERO.id, slug="new", kind="company")), False),
        (booking(organisation=OrganisationFacts(id=AERO.id, slug="range", kind="range")), True),
        (booking(classification=Classification.DEP_V), False),
        (booking(resources=(resource("LASER-SECTOR"),)), False),
        (booking(volumes=(volume(ceiling_ft_amsl=516),)), False),
        (booking(volumes=(volume(ceiling_ft_amsl=515),)), True),
    ],
)
def test_routine_is_confirmed_straight(facts: BookingFacts, straight: bool) -> None:
    assert is_routine(replace(facts, site=replace(site(), routine_for=ROUTINE))) is straight
    assert steps(facts, routine_for=ROUTINE) == ([] if straight else ["range"])


def test_what_somebody_waived_is_no_routine() -> None:
    assert steps(booking(), routine_for=ROUTINE, waived=True) == ["range"]


def test_without_a_word_about_routine_nothing_is() -> None:
    assert not is_routine(booking())


@dataclass
class Row:
    order: int
    state: str


ROWS = st.lists(st.builds(Row, st.integers(1, 4), st.just(StepState.WAITING)), min_size=1, max_size=8)


@given(ROWS, st.data())
def test_orders_open_one_after_the_other_and_the_last_approval_approves(rows: list[Row], data: st.DataObject) -> None:
    decided: list[int] = []
    while outcome_of(rows) is Outcome.WAITING:
        places = open_steps(rows)
        assert places, "somebody can always go on"
        assert len({rows[place].order for place in places}) == 1
        assert all(rows[place].order >= order for place in places for order in decided)
        assert all(row.order >= rows[places[0]].order for row in rows if row.state in UNDECIDED)
        row = rows[data.draw(st.sampled_from(places))]
        row.state = data.draw(st.sampled_from([StepState.APPROVED, StepState.APPROVED, StepState.DELEGATED]))
        if row.state == StepState.APPROVED:
            decided.append(row.order)

    assert outcome_of(rows) is Outcome.APPROVED
    assert decided == sorted(decided)
    assert len(decided) == len(rows)


@given(ROWS, st.lists(st.sampled_from([StepState.APPROVED, StepState.DELEGATED]), max_size=6), st.data())
def test_one_rejection_rejects_and_leaves_nothing_open(
    rows: list[Row], before: list[StepState], data: st.DataObject
) -> None:
    for state in before:
        if places := open_steps(rows):
            rows[data.draw(st.sampled_from(places))].state = state
    if places := open_steps(rows):
        rows[data.draw(st.sampled_from(places))].state = StepState.REJECTED

        assert outcome_of(rows) is Outcome.REJECTED
        assert open_steps(rows) == []


def test_no_steps_are_an_approval() -> None:
    assert (outcome_of([]), open_steps([])) == (Outcome.APPROVED, [])
