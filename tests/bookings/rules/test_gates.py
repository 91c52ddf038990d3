from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bookings.rules.gates import Gate, GateState, not_go, reopened, waits_for

GATES = [
    Gate("documents", (), GateState.GO),
    Gate("briefing", ("operator",), GateState.OPEN),
    Gate("weather", ("operator",), GateState.OPEN),
    Gate("release", ("operator",), GateState.OPEN),
]


def test_a_computed_gate_is_one_that_nobody_sets() -> None:
    assert [gate.name for gate in GATES if gate.is_computed] == ["documents"]


def test_go_waits_for_all_before_it_and_no_go_for_nothing() -> None:
    assert waits_for(GATES, "briefing", GateState.GO) == []
    assert waits_for(GATES, "release", GateState.GO) == ["briefing", "weather"]
    assert waits_for(GATES, "release", GateState.NO_GO) == []


@given(st.lists(st.tuples(st.sampled_from(GATES[1:]), st.sampled_from(GateState)), max_size=30))
def test_whatever_is_said_a_go_never_stands_behind_what_is_not_go(said: list[tuple[Gate, GateState]]) -> None:
    gates = list(GATES)
    for gate, state in said:
        if waits_for(gates, gate.name, state):
            continue
        dropped = reopened(gates, gate.name, state)
        gates = [
            replace(row, state=state if row.name == gate.name else GateState.OPEN)
            if row.name in {gate.name, *dropped}
            else row
            for row in gates
        ]
        goes = [row.state is GateState.GO for row in gates]
        assert goes == sorted(goes, reverse=True)
        assert not_go(gates) == [row.name for row in gates if row.state is not GateState.GO]
