"""Making organisations, keys and people."""

from datetime import timedelta

import pytest

from testcentre.accounts.actions import create_key, create_organisation, create_user, revoke_key
from testcentre.accounts.authenticate import asker_of_key, asker_of_user
from testcentre.accounts.models import ApiKey, Organisation, User
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Malformed, NotFound
from testcentre.foundation.models import Announcement
from tests.people import organisation

pytestmark = pytest.mark.django_db

PASSWORD = "correct-Horse-7-battery"


def test_making_an_organisation_twice_keeps_the_first() -> None:
    first, is_new = create_organisation("aero", name="Aero Cargo BV", kind="company")
    again, is_new_again = create_organisation("aero", name="Another", kind="range")
    assert (first, is_new, is_new_again) == (again, True, False)
    assert Organisation.objects.get().name == "Aero Cargo BV"


@pytest.mark.parametrize(
    ("slug", "kind"), [("Aero Cargo", "company"), ("", "company"), ("a" * 41, "company"), ("aero", "shop")]
)
def test_an_organisation_with_a_bad_slug_or_kind_is_refused(slug: str, kind: str) -> None:
    with pytest.raises(Malformed):
        create_organisation(slug, name="x", kind=kind)


def test_a_key_is_stored_as_a_digest_only() -> None:
    organisation("aero")
    row, raw = create_key("aero", role="booker", name="booking tool")
    stored = ApiKey.objects.values().get()
    assert raw not in str(stored)
    assert raw.startswith(row.prefix)
    found = asker_of_key(raw)
    assert found is not None
    assert (found.organisation_slug, found.role, found.is_range) == ("aero", "booker", False)


def test_a_key_that_is_nobody_s_finds_nobody() -> None:
    assert asker_of_key("tck_" + "x" * 43) is None
    assert asker_of_key("wrong") is None
    assert asker_of_key("k" * 20_000) is None


def test_a_revoked_key_ends_now_and_says_so() -> None:
    organisation("aero")
    row, raw = create_key("aero", role="booker")
    revoke_key(row)
    assert asker_of_key(raw) is None
    assert [a.kind for a in Announcement.objects.all()] == ["keys_changed", "keys_changed"]


def test_a_key_past_its_date_ends() -> None:
    organisation("aero")
    _, raw = create_key("aero", role="booker", expires_at=utc_now() - timedelta(seconds=1))
    assert asker_of_key(raw) is None


def test_a_company_has_no_operators() -> None:
    organisation("aero")
    with pytest.raises(Malformed) as refused:
        create_key("aero", role="operator")
    assert refused.value.refusals[0].code == "bad_role"


def test_a_key_for_nobody_is_refused() -> None:
    with pytest.raises(NotFound):
        create_key("nobody", role="booker")


def test_a_person_signs_in_with_the_address_in_any_case() -> None:
    organisation("aero")
    user, is_new = create_user("Ada@Example.org", slug="aero", role="booker", password=PASSWORD)
    assert is_new
    assert User.objects.get_by_natural_key("ADA@example.ORG") == user
    assert user.check_password(PASSWORD)


def test_a_person_who_is_there_already_gets_the_role_and_keeps_the_password() -> None:
    organisation("aero")
    organisation("heavylift")
    create_user("ada@example.org", slug="aero", role="booker", password=PASSWORD)
    user, is_new = create_user("ada@example.org", slug="heavylift", role="viewer", password="something-Else-9-entirely")
    assert not is_new
    assert user.check_password(PASSWORD)
    in_heavylift = asker_of_user(user.id, organisation("heavylift").id)
    assert in_heavylift is not None
    assert in_heavylift.role == "viewer"


@pytest.mark.parametrize(("email", "password"), [("no address", PASSWORD), ("ada@example.org", "short")])
def test_a_bad_address_or_a_weak_password_is_refused(email: str, password: str) -> None:
    organisation("aero")
    with pytest.raises(Malformed):
        create_user(email, slug="aero", role="booker", password=password)
