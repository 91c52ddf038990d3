"""From a key or a session to an asker: the only place that decides who somebody is."""

import hashlib
import hmac
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from testcentre.accounts.asker import Asker
from testcentre.accounts.models import ApiKey, Membership, User
from testcentre.accounts.roles import Kind, Role
from testcentre.foundation.clock import utc_now

KEY_PREFIX = "tck_"
LONGEST_KEY = 200
BEARER = "bearer"
SUBPROTOCOL = "bearer."
SESSION_ORGANISATION = "organisation"


def key_digest(raw: str) -> str:
    """Return the HMAC-SHA-256 of a key under the server's secret, in hex: what tables and grants carry."""
    return hmac.new(settings.SECRET_KEY.encode(), b"api-key:" + raw.encode(), hashlib.sha256).hexdigest()


def asker_of_key(raw: str) -> Asker | None:
    """Return who has this key, or None when nobody has it, it is over, or it was revoked."""
    if not raw.startswith(KEY_PREFIX) or len(raw) > LONGEST_KEY:
        return None
    key = _valid_key(digest=key_digest(raw))
    if key is None:
        return None
    today = utc_now().date()
    if key.last_used_on != today:
        ApiKey.objects.filter(pk=key.pk).update(last_used_on=today)
    return _asker_of(key)


def asker_of_key_id(key_id: UUID | None) -> Asker | None:
    """Return who a key is, for what was made with it; None when it is over or was revoked."""
    key = _valid_key(pk=key_id)
    return _asker_of(key) if key else None


def is_still_valid(asker: Asker) -> bool:
    """Say whether somebody still is who they were when their request came in: key, membership and role."""
    if asker.key_id is not None:
        now_is = asker_of_key_id(asker.key_id)
    else:
        now_is = asker_of_user(asker.user_id, asker.organisation_id) if asker.user_id else None
    return now_is is not None and now_is.role == asker.role


def _valid_key(**which: object) -> ApiKey | None:
    key = ApiKey.objects.select_related("organisation").filter(**which, revoked_at=None).first()
    return None if key is None or (key.expires_at is not None and key.expires_at <= utc_now()) else key


def _asker_of(key: ApiKey) -> Asker:
    return Asker(
        organisation_id=key.organisation_id,
        organisation_slug=key.organisation.slug,
        organisation_name=key.organisation.name,
        role=Role(key.role),
        is_range=key.organisation.kind == Kind.RANGE,
        label=key.name or key.prefix,
        key_id=key.id,
    )


def asker_of_user(user_id: UUID, organisation_id: UUID | None = None) -> Asker | None:
    """Return a person in the chosen organisation, or in the first one by name."""
    rows = Membership.objects.select_related("user", "organisation").filter(user_id=user_id, user__is_active=True)
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    membership = rows.order_by("organisation__name").first()
    if membership is None:
        return None
    return Asker(
        organisation_id=membership.organisation_id,
        organisation_slug=membership.organisation.slug,
        organisation_name=membership.organisation.name,
        role=Role(membership.role),
        is_range=membership.organisation.kind == Kind.RANGE,
        label=membership.user.name or membership.user.email,
        user_id=membership.user_id,
    )


def asker_of_request(request: HttpRequest) -> Asker | None:
    """Return who asks by the session of a page (Django's own middleware has checked it)."""
    if not request.user.is_authenticated:
        return None
    return asker_of_user(request.user.pk, _chosen(request.session.get(SESSION_ORGANISATION)))


def bearer_of(value: str) -> str | None:
    """Return the key of an `Authorization: Bearer KEY` header's value."""
    scheme, _, key = value.partition(" ")
    return key.strip() if scheme.lower() == BEARER and key.strip() else None


def bearer_of_scope(scope: Mapping[str, Any]) -> str | None:
    """Return the key of an ASGI scope: header, or the WebSocket subprotocol `bearer.KEY`."""
    raw = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
    offered = [p.removeprefix(SUBPROTOCOL) for p in scope.get("subprotocols", []) if p.startswith(SUBPROTOCOL)]
    return bearer_of(raw) or (offered[0] if offered else None)


def asker_of_scope(scope: Mapping[str, Any]) -> Asker | None:
    """Return who opens a WebSocket: a key, or the session of a page of the same origin.

    A blocking call (database): async code goes through `database_sync_to_async`.
    """
    key = bearer_of_scope(scope)
    if key is not None:
        return asker_of_key(key)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    if urlsplit(headers.get("origin", "")).netloc != headers.get("host"):
        return None  # another site's page would otherwise ride on the person's cookie
    return asker_of_cookie(headers.get("cookie", ""))


def asker_of_cookie(header: str) -> Asker | None:
    """Return whose session a Cookie header carries, checked as Django's own middleware does."""
    try:
        morsel = SimpleCookie(header).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return None
    if morsel is None:
        return None
    session = import_module(settings.SESSION_ENGINE).SessionStore(morsel.value)
    user_id = _chosen(session.get(SESSION_KEY))
    user = User.objects.filter(pk=user_id).first() if user_id else None
    if user is None or not constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash()):
        return None  # the password was changed since
    return asker_of_user(user.id, _chosen(session.get(SESSION_ORGANISATION)))


def _chosen(value: object) -> UUID | None:
    try:
        return UUID(str(value)) if value else None
    except ValueError:
        return None
