"""The frames of the pages: who may open which, and what the scripts get."""

import json
import re
import uuid
from typing import Any

import pytest
from django.test import Client

from tests.factories import load_exercise
from tests.pages.browsers import signed_in

RANGE = {"/range/", "/day/", "/approvals/", "/closures/", "/utilisation/"}
FLIGHT = f"/flights/{uuid.uuid4()}/"
PAGES = [*sorted(RANGE), "/book/", "/bookings/", "/documents/", "/connections/", "/flights/", FLIGHT]
OPEN = {
    "aero/booker": {"/book/", "/bookings/", "/documents/", "/connections/", "/flights/", PAGES[-1]},
    "aero/viewer": {"/bookings/", "/connections/", "/flights/", PAGES[-1]},
    "range/operator": RANGE | {"/bookings/", "/connections/", "/flights/", PAGES[-1]},
    "range/auditor": RANGE | {"/bookings/", "/connections/", "/flights/", PAGES[-1]},
}


@pytest.fixture(autouse=True)
def site(db: None) -> None:
    load_exercise()


def for_script(page: str) -> dict[str, Any]:
    found = re.search(r'<script id="page" type="application/json">(.*?)</script>', page)
    assert found
    facts: dict[str, Any] = json.loads(found[1])
    return facts


@pytest.mark.parametrize("who", OPEN)
def test_a_role_opens_its_pages_and_no_others(who: str) -> None:
    client = signed_in(who)
    answers = {page: client.get(page, headers={"Accept": "text/html"}).status_code for page in PAGES}
    assert answers == {page: 200 if page in OPEN[who] else 403 for page in PAGES}


def test_the_navigation_names_only_what_the_role_opens() -> None:
    page = signed_in("aero/viewer").get("/bookings/").text
    assert re.findall(r'<li><a href="([^"]+)"', page) == ["/bookings/", "/flights/", "/connections/"]
    assert '<a href="/bookings/" aria-current="page">' in page


def test_the_script_learns_who_asks_and_in_which_time_zone() -> None:
    facts = for_script(signed_in("aero/booker").get("/book/").text)
    assert facts["asker"]["slug"] == "aero"
    assert facts["asker"]["range"] is False
    assert "book" in facts["asker"]["may"]
    assert facts["timezone"] == "Europe/Amsterdam"
    assert facts["csrf"]
    assert facts["words"] == {}


def test_dutch_readers_get_every_word_in_dutch() -> None:
    client = signed_in("range/operator")
    client.post("/preferences/", {"language": "nl"})
    facts = for_script(client.get("/range/").text)
    assert facts["language"] == "nl"
    assert facts["words"]["Height AMSL"] == "Hoogte AMSL"


def test_a_page_is_strict_and_not_kept_by_shared_caches() -> None:
    answer = signed_in("aero/booker").get("/book/")
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "private" in answer.headers["Cache-Control"]
    assert re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", answer.text) == [' id="page" type="application/json"']
    assert "style=" not in answer.text


def test_an_exercise_says_so_in_the_header() -> None:
    assert '<span class="exercise">EXERCISE</span>' in signed_in("aero/booker").get("/book/").text


def test_an_unknown_page_is_a_page_that_leads_back() -> None:
    answer = Client().get("/nowhere/", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "Back to the start" in answer.text
