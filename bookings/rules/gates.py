"""Gates: the go/no-go questions of a day, in the site's order; a later one waits for those before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

# computed from what is known; the others are set by people
COMPUTED = frozenset({"documents", "slot", "notam"})


class GateState(StrEnum):
    """How a gate stands; an open one is neither go nor no-go yet."""

    OPEN = "open"
    GO = "go"
    NO_GO = "no_go"


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate as it stands; `roles` may set it, none: it is computed."""

    name: str
    roles: tuple[str, ...]
    state: GateState
    remark: str = ""

    @property
    def is_computed(self) -> bool:
        """Whether nobody sets it."""
        return not self.roles


def not_go(gates: Sequence[Gate]) -> list[str]:
    """Return the names of the gates that are not go, in order; an empty list is a go for all."""
    return [gate.name for gate in gates if gate.state is not GateState.GO]


def before(gates: Sequence[Gate], name: str) -> Sequence[Gate]:
    """Return the gates that come before one."""
    return gates[: [gate.name for gate in gates].index(name)]


def waits_for(gates: Sequence[Gate], name: str, state: GateState) -> list[str]:
    """Return the earlier gates that must be go before this one is set; a no-go may be said at any time."""
    return not_go(before(gates, name)) if state is GateState.GO else []


def reopened(gates: Sequence[Gate], name: str, state: GateState) -> list[str]:
    """Return the later gates that are open again when this one is set to something else than go."""
    if state is GateState.GO:
        return []
    later = gates[len(before(gates, name)) + 1 :]
    return [gate.name for gate in later if not gate.is_computed and gate.state is not GateState.OPEN]
