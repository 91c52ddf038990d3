"""The API as people of the cast call it."""

import datetime as dt
import json
from typing import Any

from django.test import Client

from bookings.models import Aircraft, Pilot
from testcentre.foundation.clock import to_rfc3339
from tests.factories import aircraft_of, pilot_of, tomorrow
from tests.people import Person

PROBLEM = "application/problem+json"


def get(who: Person, path: str) -> Any:
    return Client().get(f"/api/v1/{path}", headers=who.headers)


def post(who: Person, path: str, body: object = None, **headers: str) -> Any:
    data = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
    return Client(raise_request_exception=False).post(
        f"/api/v1/{path}", data, content_type="application/json", headers={**who.headers, **headers}
    )


def patch(who: Person, path: str, body: object = None, **headers: str) -> Any:
    return Client(raise_request_exception=False).patch(
        f"/api/v1/{path}", json.dumps(body or {}), content_type="application/json", headers={**who.headers, **headers}
    )


def delete(who: Person, path: str, **headers: str) -> Any:
    return Client(raise_request_exception=False).delete(f"/api/v1/{path}", headers={**who.headers, **headers})


def codes(answer: Any) -> list[str]:
    return sorted({error["code"] for error in answer.json()["errors"]})


class Desk:
    """Somebody who books by HTTP, with an aircraft and a pilot of their own."""

    def __init__(self, who: Person) -> None:
        self.who = who
        self.aircraft: Aircraft = aircraft_of(who)
        self.pilot: Pilot = pilot_of(who)

    def body(self, *, start: dt.datetime | None = None, minutes: int = 30, **more: object) -> dict[str, Any]:
        start = start or tomorrow()
        return {
            "aircraft": str(self.aircraft.id),
            "pilot": str(self.pilot.id),
            "purpose": "cargo hover test",
            "start": to_rfc3339(start),
            "end": to_rfc3339(start + dt.timedelta(minutes=minutes)),
            "resources": ["RWY-05-23"],
            **more,
        }

    def book(self, **more: Any) -> Any:
        key = more.pop("key", None)
        return post(self.who, "bookings", self.body(**more), **({"Idempotency-Key": key} if key else {}))
