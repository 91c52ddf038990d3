"""The reference pages that are printed from the code: ``python -m bookings.rules.listing DIRECTORY``."""

import sys
from pathlib import Path

from bookings.rules import FORM_CODES, RULE_CODES
from bookings.rules.states import CLAIMING_STATES, FINAL_STATES, TRANSITIONS, BookingState

_RULES_HEAD = """# Rules of booking

Printed from `bookings/rules` by `python -m bookings.rules.listing docs/reference`; a test compares the two.

A booking is told every refusal at once, each as `{code, field, message, expected, got, remedy, waivable_by}`; `dry_run`
tells the same list. Who may waive a rule names its code in `waive` and writes a `waiver_reason`; the refusal is then
kept with the booking as waived. Clashes with other bookings come from the ledger, not from a rule, and are never
waived.
"""
_STATES_HEAD = """# States of a booking

Printed from `bookings/rules/states.py` by `python -m bookings.rules.listing docs/reference`; a test compares the two.

A booking that is asked for begins as `draft`, which is never stored. States marked *claims* hold their resources,
people and volumes in the ledger; the others hold nothing. Final states are never left.
"""


def rules_page() -> str:
    """Return docs/reference/rules.md."""
    return "\n".join(
        [
            _RULES_HEAD,
            "## Rules (422)\n",
            "| code | means | waivable by |",
            "|---|---|---|",
            *(
                f"| `{code.code}` | {code.means} | {', '.join(code.waivable_by) or 'nobody'} |"
                for code in RULE_CODES.values()
            ),
            "\n## Faults of form (400)\n",
            "| code | means |",
            "|---|---|",
            *(f"| `{code.code}` | {code.means} |" for code in FORM_CODES.values()),
            "",
        ]
    )


def states_page() -> str:
    """Return docs/reference/booking-states.md."""
    lines = [_STATES_HEAD, "| state | | verb → state |", "|---|---|---|"]
    for state in BookingState:
        mark = "claims" if state in CLAIMING_STATES else "final" if state in FINAL_STATES else ""
        verbs = [f"{verb} → `{after}`" for (before, verb), after in TRANSITIONS.items() if before is state]
        lines.append(f"| `{state}` | {mark} | {' · '.join(verbs)} |")
    return "\n".join([*lines, ""])


def main(directory: str) -> None:
    """Write both pages into a folder."""
    (Path(directory) / "rules.md").write_text(rules_page())
    (Path(directory) / "booking-states.md").write_text(states_page())


if __name__ == "__main__":
    main(sys.argv[1])
