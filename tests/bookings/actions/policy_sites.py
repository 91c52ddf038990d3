"""Sites with a policy of their own, made from the exercise."""

import tempfile
from pathlib import Path

from bookings.actions.load_site import load_site

TWO_THEN_ONE = """
[[policy.approvals]]
name = "safety"
roles = ["safety"]
due_h = 4
deputy = "manager"

[[policy.approvals]]
name = "spectrum"
roles = ["spectrum"]
due_h = 8

[[policy.approvals]]
name = "duty_officer"
roles = ["duty_officer", "operator"]
order = 2
due_h = 2
"""


def load_policy(text: str) -> None:
    """Load the exercise with a policy laid over it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "site.toml"
        file.write_text(f'extends = "ehtw-exercise"\n{text}')
        load_site(file)
