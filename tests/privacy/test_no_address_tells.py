"""Every address of the API, as every role: nobody reads whose booking it is without need to know.

The addresses come from Django's own list, so that a new one is walked, or fails the test until its parts are known.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from http import HTTPStatus
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver

from bookings.api.notam import ACTIONS as NOTAM_VERBS
from bookings.api.verbs import ACTIONS as VERBS
from bookings.models import Booking, Delivery, Mail
from bookings.outgoing.mail_texts import text_of
from bookings.rules.facts import Classification
from testcentre.accounts.roles import COMPANY_ROLES, RANGE_ROLES, ROLE_PERMISSIONS, Permission
from testcentre.foundation.clock import to_rfc3339
from tests.bookings.outgoing.cast import member
from tests.factories import load_exercise, tomorrow
from tests.people import Person, person
from tests.privacy.planted import Planted, plant

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(240)]

UNKNOWING = sorted(role for role in RANGE_ROLES if Permission.SEE_RESTRICTED not in ROLE_PERMISSIONS[role])
WRITERS = ("operator", "duty_officer")
# what fills a part of an address that is nobody's own
FIXED: dict[str, list[str]] = {
    "number": ["1"],
    "name": ["briefing", "weather"],
    "month": [f"{tomorrow():%Y-%m}"],
    "closure_id": [str(uuid4())],
    "emergency_id": [str(uuid4())],
}
# addresses of which nobody reads anything here, and why
SILENT = {
    "me/notifications": "people have them, keys have none: tests/bookings/outgoing",
    "invoices/<str:organisation>/<str:month>.xml": "the month is not over: tests/bookings/api/test_money.py",
    "bookings.ics": "needs a token: tests/bookings/outgoing/test_calendar_feed.py",
}


@cache
def views() -> dict[str, Any]:
    """Return the view of every address below /api/v1/ as Django lists them."""

    def below(patterns: list[Any], head: str) -> Iterator[tuple[str, Any]]:
        for one in patterns:
            if isinstance(one, URLResolver):
                yield from below(one.url_patterns, head + str(one.pattern))
            elif "api/v1/" in head:
                yield head + str(one.pattern), getattr(one.callback, "view_class")  # noqa: B009 - of class views only

    found = below(get_resolver().url_patterns, "")
    return {route.removeprefix("api/v1/"): view for route, view in found}


def routes(*methods: str) -> list[tuple[str, str]]:
    """Return each address with each of the methods that it takes."""
    return [(route, method) for route, view in views().items() for method in methods if hasattr(view, method.lower())]


def paths(route: str, planted: Planted) -> list[str]:
    """Return the address with each of what is planted in its parts."""
    parts = re.findall(r"<\w+:(\w+)>", route)
    known = planted.names | FIXED | {"verb": list(NOTAM_VERBS if "notam" in route else VERBS)}
    missing = [part for part in parts if part not in known]
    assert not missing, f"{route}: say in FIXED or in planted.py what {missing} are"
    filled = []
    for values in product(*(known[part] for part in parts)):
        path = route
        for part, value in zip(parts, values, strict=True):
            path = re.sub(rf"<\w+:{part}>", value, path)
        filled.append(path)
    return filled


def queries(route: str) -> list[str]:
    """Return the queries under which an address answers most."""
    day = f"from={to_rfc3339(tomorrow(-24))}&to={to_rfc3339(tomorrow(24))}&minutes=30&resources=RWY-05-23"
    match route:
        case "utilisation":
            return [
                f"{day}&by={by}&format={form}" for by in ("resource", "company", "half_day") for form in ("json", "csv")
            ]
        case "invoice-lines":
            return [day, f"{day}&format=csv", f"{day}&organisation=umbra", f"{day}&organisation=aero"]
        case "approvals":
            return ["", "whose=all"]
        case "day":
            return [f"date={tomorrow():%Y-%m-%d}"]
        case _:
            return [day]


class Walk:
    """Ask as one person and look for the words in all that comes back: body, headers, and how often."""

    def __init__(self, who: str, *hidden: Planted) -> None:
        self.who: Person = person(who)
        self.words = [word for planted in hidden for word in planted.words if word]
        self.told: list[str] = []
        self.client = Client(raise_request_exception=False)  # one for all: each new one lists all static files anew
        self.answered = 0
        self.read: set[str] = set()

    def ask(self, method: str, path: str, query: str = "", body: object = None) -> int:
        """Ask, undo what it did, and keep what it told."""
        sent = json.dumps(body if body is not None else {})
        with transaction.atomic():
            answer = self.client.generic(
                method,
                f"/api/v1/{path}" + (f"?{query}" if query else ""),
                sent if method != "GET" else "",
                content_type="application/json",
                headers={**self.who.headers, "If-Match": "*"},
            )
            content = answer.getvalue() if answer.streaming else answer.content
            transaction.set_rollback(True)
        assert answer.status_code < 500 or answer.status_code == 503, f"{method} {path}: {answer.status_code}"
        self.answered += answer.status_code < 300
        said = (content.decode(errors="replace") + str(dict(answer.headers))).lower()
        asked = f"{path} {query} {sent}".lower()
        told = [word for word in self.words if word.lower() in said and word.lower() not in asked]
        self.told += [f"{method} {path}?{query} {answer.status_code}: {word}" for word in told]
        return int(answer.status_code)


@pytest.fixture
def planted() -> tuple[Planted, Planted]:
    """Return a company's open bookings and a defence unit's classified ones."""
    load_exercise()
    member("range/operator")
    member("umbra/booker")
    return (
        plant("aero", hour=8, label=Classification.UNCLASSIFIED),
        plant("umbra", hour=14, label=Classification.DEP_V),
    )


def read_all(who: str, hidden: tuple[Planted, ...], everything: tuple[Planted, ...]) -> Walk:
    walk = Walk(who, *hidden)
    for route, _ in routes("GET"):
        for path in sorted({path for one in everything for path in paths(route, one)}):
            for query in queries(route):
                if walk.ask("GET", path, query) == HTTPStatus.OK:
                    walk.read.add(route)
    return walk


def test_a_rival_reads_of_neither_in_any_role(planted: tuple[Planted, Planted]) -> None:
    walks = [read_all(f"heavylift/{role}", planted, planted) for role in sorted(COMPANY_ROLES)]

    assert [told for walk in walks for told in walk.told] == []


def test_range_staff_without_need_to_know_read_of_the_classified_that_it_is_there_and_no_more(
    planted: tuple[Planted, Planted],
) -> None:
    _, umbra = planted
    walks = [read_all(f"range/{role}", (umbra,), planted) for role in UNKNOWING]

    assert [told for walk in walks for told in walk.told] == []
    listed = Client().get("/api/v1/bookings", headers=walks[0].who.headers).json()["results"]
    assert {one["id"] for one in listed} >= set(umbra.names["booking_id"])


def bodies(planted: tuple[Planted, Planted]) -> dict[str, list[object]]:
    """Return what is sent to addresses that need more than an empty object."""
    rival = plant("heavylift", hour=20, label=Classification.UNCLASSIFIED)
    slot = {
        "aircraft": rival.names["aircraft_id"][0],
        "pilot": rival.names["pilot_id"][0],
        "purpose": "x",
        "start": to_rfc3339(tomorrow(14)),
        "end": to_rfc3339(tomorrow(14.5)),
        "resources": ["RWY-05-23"],
    }
    theirs = [planted[1].names["booking_id"][0], planted[1].names["booking_id"][1]]
    within = {"from": to_rfc3339(tomorrow(14)), "to": to_rfc3339(tomorrow(18))}
    period = {"start": to_rfc3339(tomorrow(13)), "end": to_rfc3339(tomorrow(16))}
    link = {"source": "198.51.100.8", "reason": "x"}
    closing = {"resources": ["RWY-05-23"], **period, "cause": "weather", "reason": "fog"}
    return {
        "bookings": [slot, slot | {"dry_run": True}, slot | {"organisation": "heavylift"}],
        "bookings/search": [slot | {"within": within}],
        "bookings/series": [slot | {"series": {"every_days": 1, "count": 2}}],
        "bookings/swap": [{"first": theirs[0], "second": theirs[1]}, {"bookings": theirs}],
        "bookings/<str:booking_id>": [{"start": to_rfc3339(tomorrow(15)), "dry_run": True}, {"end": slot["end"]}],
        "bookings/<str:booking_id>/approvals/<str:number>/delegate": [{"to": "safety", "reason": "x"}],
        "bookings/<str:booking_id>/weather-check": [{"accepted": True, "reason": "x"}],
        "bookings/<str:booking_id>/gates/<str:name>": [{"state": "go"}],
        "waiting": [slot],
        "range/admitted-sources": [
            link | {"system_id": system_id, name: its_id}
            for system_id in (1, 222)
            for name, its_id in (("flight", planted[1].names["flight_id"][0]), ("booking", theirs[0]))
        ],
        "range/emergency-admissions": [link | {"system_id": 1, "kind": "multirotor"}],
        "closures": [closing, closing | {"dry_run": True}],
    }


def test_what_is_written_answers_no_more_than_what_is_read(planted: tuple[Planted, Planted]) -> None:
    sent = bodies(planted)
    walks = [Walk("heavylift/admin", *planted), *(Walk(f"range/{role}", planted[1]) for role in WRITERS)]
    for walk, (route, method) in product(walks, routes("POST", "PATCH", "PUT", "DELETE")):
        for path in sorted({path for one in planted for path in paths(route, one)}):
            for body in sent.get(route, [{}]):
                walk.ask(method, path, body=body)

    assert [told for walk in walks for told in walk.told] == []
    assert all(walk.answered for walk in walks)


def test_who_needs_to_know_reads_it_at_every_address_that_is_read(planted: tuple[Planted, Planted]) -> None:
    walks = [read_all(who, (), planted[1:]) for who in ("range/security", "range/manager", "umbra/admin")]
    detail = Client().get(f"/api/v1/bookings/{planted[1].names['booking_id'][0]}", headers=walks[0].who.headers)

    read = {route for walk in walks for route in walk.read}
    assert {route for route, _ in routes("GET")} - read == SILENT.keys()
    assert detail.json()["purpose"] == "zqumbra purpose"
    assert detail.json()["hazard_details"]["unit"] == "zqumbra unit"


def test_no_message_about_the_classified_says_more_than_that_there_is_something(
    planted: tuple[Planted, Planted],
) -> None:
    umbra = planted[1]
    hidden = [word.lower() for word in umbra.words if word]
    bookings = Booking.objects.filter(id__in=umbra.names["booking_id"])
    bodies = [delivery.body for delivery in Delivery.objects.filter(booking__in=bookings)]
    mails = [text_of(mail, language="en") for mail in Mail.objects.filter(booking__in=bookings)]

    assert bodies
    assert {mail.organisation.slug for mail in Mail.objects.filter(booking__in=bookings)} == {"range", "umbra"}
    said = " ".join([*bodies, *(f"{mail.subject} {mail.body}" for mail in mails)]).lower()
    assert [word for word in hidden if word in said] == []
