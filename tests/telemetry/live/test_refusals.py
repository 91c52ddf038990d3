"""Who may watch, and how everybody else is sent away."""

import time
from collections.abc import Callable
from uuid import uuid4

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from testcentre.accounts.actions import create_user, revoke_key
from testcentre.accounts.models import ApiKey, Membership
from testcentre.accounts.roles import Kind, roles_of
from tests.people import person
from tests.telemetry.live.makers import flight
from tests.telemetry.live.serving import Server


def test_who_is_not_signed_in_is_closed_with_4401(server: Server) -> None:
    for key in (None, "tck_nobody", "", "x" * 500):
        assert server.open("/ws/range", key).close_code() == 4401


def test_no_company_watches_the_range_or_another_ones_flight(server: Server) -> None:
    theirs = flight("aero")
    for role in roles_of(Kind.COMPANY):
        key = person(f"heavylift/{role}").key
        assert server.open("/ws/range", key).close_code() == 4403
        assert server.open(f"/ws/flights/{theirs.id}", key).close_code() == 4403


def test_what_is_not_there_is_refused_as_what_is_not_yours(server: Server) -> None:
    key = person("range/operator").key
    for path in (f"/ws/flights/{uuid4()}", "/ws/flights/7", "/ws/nothing", "/"):
        assert server.open(path, key).close_code() == 4403


def test_all_range_staff_watch_the_range_and_every_flight(server: Server) -> None:
    flown = flight("aero")
    for role in roles_of(Kind.RANGE):
        key = person(f"range/{role}").key
        assert server.open("/ws/range", key).opening()["type"] == "snapshot"
        assert server.open(f"/ws/flights/{flown.id}", key).opening()["type"] == "snapshot"


def test_a_key_in_the_subprotocol_is_taken_and_the_subprotocol_selected(server: Server) -> None:
    offered = f"bearer.{person('range/operator').key}"
    socket = server.open("/ws/range", subprotocols=["other", offered])
    assert socket.connection.subprotocol == offered
    assert socket.opening()["type"] == "snapshot"


def test_a_revoked_key_loses_its_socket_within_5_s_and_nobody_else_does(
    server: Server, publish_outbox: Callable[[], None]
) -> None:
    gone, stays = person("range/operator"), person("range/operator")
    socket, other = server.open("/ws/range", gone.key), server.open("/ws/range", stays.key)
    socket.opening()
    revoke_key(ApiKey.objects.get(pk=gone.asker.key_id))
    begun = time.monotonic()
    assert socket.close_code() == 4403
    assert time.monotonic() - begun < 6
    assert other.wait_for(lambda frame: frame["type"] == "tick")


def test_a_revocation_that_was_announced_closes_at_once(server: Server, publish_outbox: Callable[[], None]) -> None:
    gone = person("range/operator")
    socket = server.open("/ws/range", gone.key)
    socket.opening()
    revoke_key(ApiKey.objects.get(pk=gone.asker.key_id))
    begun = time.monotonic()
    publish_outbox()
    assert socket.close_code() == 4403
    assert time.monotonic() - begun < 1.5


def session_of(email: str, slug: str, role: str) -> tuple[str, object]:
    person(f"{slug}/{role}")
    user, _ = create_user(email, slug=slug, role=role, password="correct horse battery staple")
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"sessionid={session.session_key}", user.pk


def test_a_session_watches_from_its_own_origin_only(server: Server) -> None:
    cookie, _ = session_of("op@example.org", "range", "operator")
    own = f"http://127.0.0.1:{server.port}"
    for origin, first in ((own, "snapshot"), ("http://evil.example", 4401), (None, 4401)):
        socket = server.open("/ws/range", cookie=cookie, origin=origin)
        assert (socket.opening()["type"] if first == "snapshot" else socket.close_code()) == first


def test_a_person_who_left_loses_the_socket(server: Server) -> None:
    cookie, user = session_of("op@example.org", "range", "operator")
    socket = server.open("/ws/range", cookie=cookie, origin=f"http://127.0.0.1:{server.port}")
    socket.opening()
    Membership.objects.filter(user_id=user).delete()
    assert socket.close_code() == 4403
