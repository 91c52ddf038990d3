"""What changes accounts: one function per verb, each one transaction with its audit row's facts returned.

The command line and the demo call these; the audit trail stands above accounts, so callers there record it.
"""

import secrets
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.text import slugify

from testcentre.accounts.authenticate import KEY_PREFIX, key_digest
from testcentre.accounts.models import ApiKey, Membership, Organisation, User
from testcentre.accounts.roles import Kind, Role, roles_of
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Malformed, NotFound, Refusal
from testcentre.foundation.outbox import announce


def create_organisation(slug: str, *, name: str, kind: str) -> tuple[Organisation, bool]:
    """Make an organisation, or return the one that has the slug; True when it is new.

    Raises:
        Malformed: the slug or the kind is not one.
    """
    if slug != slugify(slug) or not slug or len(slug) > 40:
        raise Malformed(Refusal("bad_slug", "The slug is not one.", "slug", "a-z, 0-9 and -, at most 40", slug))
    if kind not in set(Kind):
        raise Malformed(Refusal("bad_kind", "There is no such kind of organisation.", "kind", sorted(Kind), kind))
    return Organisation.objects.get_or_create(slug=slug, defaults={"name": name, "kind": kind})


@transaction.atomic
def create_key(slug: str, *, role: str, name: str = "", expires_at: datetime | None = None) -> tuple[ApiKey, str]:
    """Make an API key; returns its row and the key itself, which is stored nowhere.

    Raises:
        NotFound: no such organisation.
        Malformed: organisations of that kind have no such role.
    """
    organisation = _organisation(slug)
    raw = f"{KEY_PREFIX}{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        organisation=organisation,
        role=_role(role, organisation),
        name=name,
        prefix=raw[: len(KEY_PREFIX) + 6],
        digest=key_digest(raw),
        expires_at=expires_at,
    )
    announce("keys_changed", {"organisation": str(organisation.id)})
    return key, raw


@transaction.atomic
def revoke_key(key: ApiKey) -> None:
    """End a key now; gateways and sockets forget it within seconds."""
    key.revoked_at = utc_now()
    key.save(update_fields=["revoked_at"])
    announce("keys_changed", {"organisation": str(key.organisation_id)})


@transaction.atomic
def create_user(email: str, *, slug: str, role: str, password: str, name: str = "") -> tuple[User, bool]:
    """Make a person with a role, or give an existing one that role; True when the person is new.

    An existing person keeps the password.

    Raises:
        NotFound: no such organisation.
        Malformed: bad e-mail address, weak password or a role that the organisation's kind does not have.
    """
    organisation = _organisation(slug)
    role = _role(role, organisation)
    try:
        validate_email(email)
    except ValidationError:
        raise Malformed(Refusal("bad_email", "The e-mail address is not one.", "email", "name@host", email)) from None
    user = User.objects.filter(email=email.lower()).first()
    is_new = user is None
    if user is None:
        _check_password(password, email)
        user = User.objects.create_user(email, password, name=name)
    Membership.objects.update_or_create(user=user, organisation=organisation, defaults={"role": role})
    return user, is_new


def _organisation(slug: str) -> Organisation:
    try:
        return Organisation.objects.get(slug=slug)
    except Organisation.DoesNotExist:
        known = sorted(Organisation.objects.values_list("slug", flat=True))
        raise NotFound(
            Refusal("unknown_organisation", f"There is no organisation {slug!r}.", "org", known, slug,
                    "Make it with `testcentre org create`.")
        ) from None  # fmt: skip


def _role(role: str, organisation: Organisation) -> Role:
    able = roles_of(Kind(organisation.kind))
    if role not in able:
        raise Malformed(Refusal("bad_role", f"A {organisation.kind} has no role {role!r}.", "role", sorted(able), role))
    return Role(role)


def _check_password(password: str, email: str) -> None:
    try:
        validate_password(password, User(email=email))
    except ValidationError as problem:
        raise Malformed(
            Refusal(
                "weak_password", " ".join(problem.messages), "password", "12 characters or more, not a common one", ""
            )
        ) from None
