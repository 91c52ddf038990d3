"""How a refusal leaves a transaction: undone and with its lock free before alternatives are searched."""

from bookings.actions.alternatives import alternatives_to
from bookings.actions.decide import Decision
from testcentre.foundation.errors import Clash, DomainError, Refused


class Refusing(Exception):
    """Carry a decision that refuses out of the transaction."""

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        super().__init__()


def refusal_of(decision: Decision, *, alternatives: bool = True) -> DomainError:
    """Return the error that tells every reason, with alternatives: a clash where clashes are all."""
    kind = Refused if decision.rules_refuse else Clash
    return kind(*decision.refusals, alternatives=alternatives_to(decision.plan) if alternatives else [])
