"""Askers without a database."""

import uuid

from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import RANGE_ROLES, Role


def asker(role: Role) -> Asker:
    """Return somebody with that role."""
    return Asker(
        organisation_id=uuid.uuid4(),
        organisation_slug="aero",
        organisation_name="Aero Cargo BV",
        role=role,
        is_range=role in RANGE_ROLES,
        label="test",
        key_id=uuid.uuid4(),
    )
