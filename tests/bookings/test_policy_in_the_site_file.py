from pathlib import Path

import pytest

from bookings.rules.gates import COMPUTED
from bookings.site_file import read_site_file
from bookings.site_file.facts import site_facts
from bookings.site_file.shapes import ApproverRole
from testcentre.accounts.roles import Permission, roles_that_may
from testcentre.foundation.errors import Malformed


def faults(text: str, folder: Path) -> list[str]:
    file = folder / "site.toml"
    file.write_text(f'extends = "ehtw"\n{text}')
    with pytest.raises(Malformed) as refused:
        read_site_file(file)
    return [refusal.field for refusal in refused.value.refusals]


STEP = '[[policy.approvals]]\nname = "{}"\nroles = ["safety"]\ndue_h = 4\n'


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (STEP.format("a") + "when = [{ above_ft_amsl = 500 }]\n", "policy.approvals"),
        (STEP.format("a") + STEP.format("a"), "policy.approvals"),
        ('[policy.rules]\nno_such_rule = { not_for = ["range"] }\n', "policy.rules.no_such_rule"),
        ('[policy]\ngates = [{ name = "weather" }]\n', "policy.gates[0].roles"),
        ('[policy]\ngates = [{ name = "notam", roles = ["operator"] }]\n', "policy.gates[0].roles"),
        ('[policy]\ngates = [{ name = "slot" }, { name = "slot" }]\n', "policy.gates"),
        (STEP.format("a").replace("safety", "auditor"), "policy.approvals[0].roles[0]"),
    ],
)
def test_a_policy_that_makes_no_sense_is_a_fault_with_its_path(text: str, field: str, tmp_path: Path) -> None:
    assert faults(text, tmp_path) == [field]


def test_a_case_comes_through_with_all_that_it_states(tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    file.write_text(
        f'extends = "ehtw"\n{STEP.format("a")}{STEP.format("b")}'
        'order = 2\ndeputy = "manager"\nwhen = [{ hazards = ["area"],'
        ' resource_kinds = ["runway"], organisation_kinds = ["company"], above_ft_amsl = 500,'
        ' above_label = "ongerubriceerd" }]\n'
    )
    first, second = site_facts(read_site_file(file).site).approvals

    assert (first.order, first.deputy, first.when) == (1, "", ())
    assert (second.order, second.deputy, second.due_h) == (2, "manager", 4)
    (case,) = second.when
    stated = (case.hazards, case.resource_kinds, case.organisation_kinds, case.above_ft_amsl, case.above_label)
    assert stated == ({"area"}, {"runway"}, {"company"}, 500, "ongerubriceerd")


def test_the_roles_of_the_file_are_those_that_approve() -> None:
    assert set(ApproverRole.__args__) == {str(role) for role in roles_that_may(Permission.APPROVE)}  # type: ignore[attr-defined]


@pytest.mark.parametrize(("name", "required", "quota"), [("ehtw", True, True), ("ehtw-exercise", False, False)])
def test_the_shipped_sites_have_one_step_and_all_gates(name: str, required: bool, quota: bool) -> None:
    facts = site_facts(read_site_file(name).site)

    assert [step.roles for step in facts.approvals] == [("operator", "safety", "manager")]
    assert [gate.name for gate in facts.gates if not gate.roles] == ["documents", "slot", "notam"]
    assert {gate.name for gate in facts.gates} > COMPUTED
    assert (facts.gates_required, facts.quota is not None, facts.routine_for) == (required, quota, None)
