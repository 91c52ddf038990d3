from pathlib import Path

from bookings.rules import FORM_CODES, RULE_CODES
from bookings.rules.listing import rules_page, states_page

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"


def test_the_page_of_rules_is_what_the_code_says() -> None:
    assert (REFERENCE / "rules.md").read_text() == rules_page()


def test_the_page_of_states_is_what_the_table_says() -> None:
    assert (REFERENCE / "booking-states.md").read_text() == states_page()


def test_no_code_is_used_for_a_rule_and_for_a_fault_of_form() -> None:
    assert RULE_CODES.keys() & FORM_CODES.keys() == set()
