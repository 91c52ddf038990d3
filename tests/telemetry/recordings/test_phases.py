from itertools import product

from telemetry.recordings.phases import TRANSITIONS, Phase, Step, after

ORDER = list(Phase)


def test_no_step_leads_back() -> None:
    for phase, step in product(Phase, Step):
        assert ORDER.index(after(phase, step)) >= ORDER.index(phase)


def test_a_step_that_the_table_does_not_know_changes_nothing() -> None:
    for phase, step in product(Phase, Step):
        if (phase, step) not in TRANSITIONS:
            assert after(phase, step) is phase


def test_every_phase_but_the_first_is_reached() -> None:
    assert set(TRANSITIONS.values()) == set(Phase) - {Phase.EXPECTED}
