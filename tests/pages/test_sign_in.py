"""Signing in and out, and what is kept in cookies."""

import pytest
from django.test import Client

from testcentre.accounts.actions import create_user
from testcentre.accounts.models import Membership
from tests.pages.browsers import PASSWORD, signed_in
from tests.people import organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def booker() -> str:
    organisation("aero")
    create_user("booker@aero.example", slug="aero", role="booker", password=PASSWORD)
    return "booker@aero.example"


def test_who_is_not_signed_in_is_led_to_the_sign_in_page() -> None:
    assert Client().get("/").headers["Location"] == "/sign-in/"


@pytest.mark.parametrize(
    ("who", "home"),
    [("aero/booker", "/book/"), ("aero/engineer", "/bookings/"), ("range/operator", "/range/")],
)
def test_everybody_lands_where_their_work_begins(who: str, home: str) -> None:
    assert signed_in(who).get("/").headers["Location"] == home


def test_a_wrong_password_says_what_to_do_and_opens_no_session(booker: str) -> None:
    client = Client()
    answer = client.post("/sign-in/", {"email": booker, "password": "wrong"})
    assert answer.status_code == 422
    assert "Check both" in answer.text
    assert f'value="{booker}"' in answer.text
    assert "sessionid" not in client.cookies


@pytest.mark.parametrize("email", ["", "nobody@aero.example", "a\0b@aero.example", "x" * 5000])
def test_an_address_that_nobody_has_is_refused_with_the_same_words(email: str) -> None:
    answer = Client().post("/sign-in/", {"email": email, "password": PASSWORD})
    assert answer.status_code == 422
    assert "E-mail address and password do not fit." in answer.text


def test_somebody_without_an_organisation_is_told_whom_to_ask(booker: str) -> None:
    Membership.objects.all().delete()
    client = Client()
    answer = client.post("/sign-in/", {"email": booker, "password": PASSWORD})
    assert answer.status_code == 422
    assert "no organisation" in answer.text
    assert client.get("/book/").status_code == 302


def test_the_page_that_was_asked_for_opens_after_signing_in(booker: str) -> None:
    client = Client()
    asked = client.get("/flights/?phase=sealed")
    assert asked.headers["Location"] == "/sign-in/?next=%2Fflights%2F%3Fphase%3Dsealed"
    form = client.get(asked.headers["Location"])
    assert 'name="next" value="/flights/?phase=sealed"' in form.text
    fields = {"email": booker, "password": PASSWORD, "next": "/flights/?phase=sealed"}
    assert client.post("/sign-in/", fields).headers["Location"] == "/flights/?phase=sealed"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil.example"]
)
def test_signing_in_never_leads_to_another_host(booker: str, elsewhere: str) -> None:
    fields = {"email": booker, "password": PASSWORD, "next": elsewhere}
    assert Client().post("/sign-in/", fields).headers["Location"] == "/book/"


def test_a_form_without_its_token_is_refused(booker: str) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post("/sign-in/", {"email": booker, "password": PASSWORD}).status_code == 403
    assert client.post("/sign-out/").status_code == 403


def test_signing_out_ends_the_session() -> None:
    client = signed_in("aero/booker")
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").headers["Location"] == "/sign-in/"
    assert client.get("/book/").status_code == 302


def test_language_and_theme_are_kept_and_others_ignored() -> None:
    client = Client()
    answer = client.post("/preferences/", {"language": "nl", "theme": "dark", "next": "/sign-in/"})
    assert answer.headers["Location"] == "/sign-in/"
    page = client.get("/sign-in/").text
    assert '<html lang="nl" data-theme="dark">' in page
    assert "Aanmelden bij het testcentrum" in page
    client.post("/preferences/", {"language": "xx", "theme": "pink", "next": "//evil.example"})
    assert '<html lang="nl" data-theme="dark">' in client.get("/sign-in/").text
