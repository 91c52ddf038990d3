"""One shape for every error, also for those that no view of ours makes."""

import json
from typing import Any

import pytest
from django.test import Client

from testcentre.accounts.actions import create_user
from tests.people import Person, organisation, person

pytestmark = pytest.mark.django_db

KEYS = {"type", "title", "status", "detail", "errors", "alternatives"}


@pytest.fixture
def booker() -> Person:
    return person("aero/booker")


def problem(response: Any, status: int) -> dict[str, Any]:
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = json.loads(response.content)
    assert set(body) == KEYS
    assert body["status"] == status
    return body


@pytest.mark.parametrize("path", ["/api/v1/no-such-thing", "/api/v9/resources", "/api/v1/bookings/%00x", "/ws/range"])
def test_an_unknown_address_is_a_problem(client: Client, booker: Person, path: str) -> None:
    response = client.get(path, headers=booker.headers)
    problem(response, 400 if "%00" in path else 404)


def test_a_wrong_method_is_a_problem(client: Client, booker: Person) -> None:
    problem(client.delete("/api/v1/resources", headers=booker.headers), 405)


@pytest.mark.parametrize("accept", ["image/png", "application/json; version=9", "text/html"])
def test_a_refusal_is_told_whatever_the_client_accepts(client: Client, accept: str) -> None:
    problem(client.get("/api/v1/bookings", headers={"Accept": accept}), 401)


@pytest.mark.parametrize(
    "header", ["Bearer wrong-key", "Bearer ", "Bearer", "Basic YTpi", "Bearer tck_" + "k" * 20_000]
)
def test_a_key_that_is_nobody_s_is_401_with_a_challenge(client: Client, header: str) -> None:
    response = client.get("/api/v1/bookings", headers={"Authorization": header})
    problem(response, 401)
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("body", [b"null", b"[1]", b'"text"', b'{"a":', b"[" * 100_000])
def test_a_body_that_is_no_object_is_400_with_the_reason(client: Client, booker: Person, body: bytes) -> None:
    response = client.post("/api/v1/bookings", body, content_type="application/json", headers=booker.headers)
    assert problem(response, 400)["errors"][0]["expected"]


def test_a_body_of_another_type_is_415(client: Client, booker: Person) -> None:
    response = client.post("/api/v1/bookings", b"<a/>", content_type="text/xml", headers=booker.headers)
    problem(response, 415)


def test_a_body_over_the_limit_is_413_with_both_sizes(client: Client, booker: Person) -> None:
    body = b'{"purpose":"' + b"x" * 2_000_000 + b'"}'
    response = client.post("/api/v1/bookings", body, content_type="application/json", headers=booker.headers)
    refusal = problem(response, 413)["errors"][0]
    assert (refusal["expected"], refusal["got"]) == ("at most 1048576 bytes", f"{len(body)} bytes")


def test_a_browser_gets_a_page_for_an_unknown_address(client: Client) -> None:
    response = client.get("/no-such-page", headers={"Accept": "text/html"})
    assert response.status_code == 404
    assert response.headers["Content-Type"].startswith("text/html")


def test_a_session_needs_the_csrf_token_to_change_something() -> None:
    organisation("aero")
    user, _ = create_user("ada@example.org", slug="aero", role="booker", password="correct-Horse-7-battery")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)
    assert browser.get("/api/v1/bookings").status_code == 200
    refused = browser.post("/api/v1/bookings", b"{}", content_type="application/json")
    assert "CSRF" in problem(refused, 403)["detail"]


def test_answers_are_kept_out_of_shared_caches(client: Client, booker: Person) -> None:
    response = client.get("/api/v1/resources", headers=booker.headers)
    assert "no-store" in response.headers["Cache-Control"]
