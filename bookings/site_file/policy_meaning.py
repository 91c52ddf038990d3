"""What types can't say of a site's policy: somebody approves what is asked for, and names are told apart."""

from collections import Counter
from collections.abc import Iterator

from bookings.rules import RULE_CODES
from bookings.rules.gates import COMPUTED
from bookings.site_file.faults import fault
from bookings.site_file.shapes import SiteFile
from testcentre.foundation.errors import Refusal


def faults_of_policy(site: SiteFile) -> Iterator[Refusal]:
    """Yield every fault of the policy's steps of approval, rules and gates."""
    steps = site.policy.approvals
    if all(step.when for step in steps):
        yield fault(
            "policy.approvals",
            expected="at least one step without `when`, so that somebody decides whatever is asked for",
            got="steps for some cases only",
        )
    for name, times in Counter(step.name for step in steps).items():
        if times > 1:
            yield fault("policy.approvals", expected="steps with different names", got=f"{name} {times} times")
    for code in site.policy.rules.keys() - RULE_CODES.keys():
        yield fault(f"policy.rules.{code}", expected="the code of a rule (docs/reference/rules.md)", got=code)
    gates = site.policy.gates
    for name, times in Counter(gate.name for gate in gates).items():
        if times > 1:
            yield fault("policy.gates", expected="gates with different names", got=f"{name} {times} times")
    for i, gate in enumerate(gates):
        if (gate.name in COMPUTED) == bool(gate.roles):
            yield fault(
                f"policy.gates[{i}].roles",
                expected="no roles: it is computed" if gate.name in COMPUTED else "the roles that set it",
                got=gate.roles,
            )
