"""The one table of what a role may do."""

from pathlib import Path

import pytest

from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import (
    COMPANY_ROLES,
    RANGE_ROLES,
    ROLE_PERMISSIONS,
    Kind,
    Permission,
    Role,
    roles_of,
    roles_that_may,
)
from testcentre.foundation.errors import Forbidden
from tests.testcentre.accounts.makers import asker


def test_every_role_stands_in_the_table() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role)


def test_every_permission_is_somebody_s() -> None:
    assert [p for p in Permission if not roles_that_may(p)] == []


def test_companies_and_the_range_have_roles_of_their_own() -> None:
    assert roles_of(Kind.COMPANY) == COMPANY_ROLES
    assert roles_of(Kind.RANGE) == RANGE_ROLES
    assert not COMPANY_ROLES & RANGE_ROLES


@pytest.mark.parametrize(
    ("permission", "roles"),
    [
        (Permission.BOOK, {"booker", "admin"}),
        (Permission.WRITE_FLEET, {"booker", "admin"}),
        (Permission.CONFIRM, {"operator", "safety", "manager"}),
        (Permission.REFUSE, {"operator", "safety", "manager"}),
        (Permission.CANCEL, {"booker", "admin", "manager"}),
        (Permission.CHECK_IN, {"booker", "admin", "engineer", "operator"}),
        (Permission.ACTIVATE, {"operator"}),
        (Permission.COMPLETE, {"operator"}),
        (Permission.RELEASE, {"booker", "admin", "operator"}),
        (Permission.SEND_TELEMETRY, {"engineer", "booker", "admin"}),
        (Permission.WATCH_RANGE, set(RANGE_ROLES)),
    ],
)
def test_who_may(permission: Permission, roles: set[str]) -> None:
    assert roles_that_may(permission) == roles


def test_a_refused_role_is_told_who_may() -> None:
    viewer: Asker = asker(Role.VIEWER)
    with pytest.raises(Forbidden) as refused:
        viewer.require(Permission.BOOK)
    assert refused.value.refusals[0].expected == ["admin", "booker"]


def test_the_page_about_roles_says_what_the_table_says() -> None:
    page = (Path(__file__).parents[3] / "docs/reference/roles.md").read_text()
    rows = [f"| {role} | {', '.join(sorted(granted))} |" for role, granted in ROLE_PERMISSIONS.items()]
    assert page.splitlines()[-len(rows) :] == rows
