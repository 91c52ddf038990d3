"""Sets, holds, changes, swaps and series at the API."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from testcentre.foundation.clock import to_rfc3339
from tests.bookings.api.client import Desk, codes, get, post
from tests.factories import tomorrow
from tests.people import Person

HOUR = dt.timedelta(hours=1)


def patch(who: Person, path: str, body: dict[str, Any], **headers: str) -> Any:
    return Client(raise_request_exception=False).patch(
        f"/api/v1/{path}", body, content_type="application/json", headers={**who.headers, **headers}
    )


def within(first: dt.datetime, last: dt.datetime, **more: object) -> dict[str, Any]:
    return {"from": to_rfc3339(first), "to": to_rfc3339(last), **more}


def test_any_of_a_kind_is_asked_for_and_answered_with_the_one_that_was_chosen(aero: Desk) -> None:
    wants = [
        "RWY-05-23",
        {"kind": "safety_officer", "qualification": "laser_class_4"},
        {"code": "HANGAR", "days_before": 1},
    ]

    booking = aero.book(resources=wants, may_rechoose=True).json()

    assert booking["resources"] == ["RWY-05-23", "LASER-OFFICER", "HANGAR"]
    assert booking["wants"][1]["kind"] == "safety_officer"
    assert booking["wants"][2]["start"] < booking["start"]
    assert booking["may_rechoose"] is True


@pytest.mark.parametrize(
    "want",
    [
        {},
        {"code": "HANGAR", "kind": "hangar_bay"},
        {"kind": "spaceship"},
        {"code": "HANGAR", "before_min": -1},
        {"code": "HANGAR", "before_min": 1.5},
        {"code": "HANGAR", "qualification": "laser_class_4"},
        7,
        ["HANGAR"],
    ],
)
def test_a_want_that_is_none_is_a_fault_of_form(aero: Desk, want: object) -> None:
    answer = aero.book(resources=[want])

    assert answer.status_code == 400
    assert all(error["field"].startswith("resources[0]") for error in answer.json()["errors"])


def test_a_search_answers_whole_slots_and_says_what_each_is_best_at(aero: Desk, heavylift: Desk) -> None:
    heavylift.book(start=tomorrow(10), minutes=60)
    body = aero.body(start=tomorrow(10), minutes=60) | {"within": within(tomorrow(8), tomorrow(34), weekdays=[])}

    answer = post(aero.who, "bookings/search", body)

    found = answer.json()
    assert answer.status_code == 200, found
    assert {why for slot in found["answers"] for why in slot["why"]} >= {"earliest", "least_changed"}
    assert [error["code"] for error in found["errors"]] == ["resource_busy"]
    assert sum(found["starts_by_day"].values()) >= len(found["answers"]) > 0
    first = found["answers"][0]
    again = aero.body() | {"start": first["start"], "end": first["end"], "dry_run": True}
    assert post(aero.who, "bookings", again).json()["errors"] == []


def test_a_search_tells_all_faults_at_once(aero: Desk) -> None:
    body = aero.body() | {"purpose": "", "within": within(tomorrow(8), tomorrow(24 * 60), weekdays=[8])}

    answer = post(aero.who, "bookings/search", body)

    assert answer.status_code == 400
    fields = {error["field"] for error in answer.json()["errors"]}
    assert {"purpose", "within.weekdays[0]"} <= fields


def test_a_hold_is_asked_for_tried_and_submitted(aero: Desk) -> None:
    slot = {"start": tomorrow(24 * 5), "as": "hold"}
    assert post(aero.who, "bookings", aero.body(**slot, dry_run=True)).json()["would"] == "hold"

    held = aero.book(**slot).json()

    assert (held["state"], held["actions"]) == ("held", ["submit", "change", "cancel"])
    assert held["hold_until"]
    assert post(aero.who, f"bookings/{held['id']}/submit").json()["state"] == "requested"


def test_a_change_needs_the_version_that_was_read(aero: Desk) -> None:
    booking = aero.book().json()
    later = {"start": to_rfc3339(tomorrow(12)), "end": to_rfc3339(tomorrow(13))}

    assert patch(aero.who, f"bookings/{booking['id']}", later).status_code == 428
    assert patch(aero.who, f"bookings/{booking['id']}", later, **{"If-Match": '"9"'}).status_code == 412
    moved = patch(aero.who, f"bookings/{booking['id']}", later, **{"If-Match": '"1"'})
    assert (moved.status_code, moved.json()["start"], moved.headers["ETag"]) == (200, later["start"], '"2"')
    assert moved.json()["purpose"] == booking["purpose"]


def test_a_change_that_clashes_tells_alternatives_and_changes_nothing(aero: Desk, heavylift: Desk) -> None:
    booking = aero.book().json()
    heavylift.book(start=tomorrow(14))
    to_two = {"start": to_rfc3339(tomorrow(14)), "end": to_rfc3339(tomorrow(14.5))}

    tried = patch(aero.who, f"bookings/{booking['id']}", to_two | {"dry_run": True}, **{"If-Match": '"1"'})
    refused = patch(aero.who, f"bookings/{booking['id']}", to_two, **{"If-Match": '"1"'})

    assert (tried.json()["would"], refused.status_code) == ("refuse", 409)
    assert codes(refused) == [error["code"] for error in tried.json()["errors"]] == ["resource_busy"]
    assert refused.json()["alternatives"]
    assert get(aero.who, f"bookings/{booking['id']}").json()["start"] == booking["start"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"end": "2020-01-01T00:00:00Z"}, "end_not_after_start"),
        ({"start": "tomorrow"}, "invalid_time"),
        ({"state": "confirmed"}, "unknown_field"),
        ({"waive": ["lead_time_too_short"]}, "range_staff_only"),
    ],
)
def test_faults_of_form_of_a_change_are_told(aero: Desk, change: dict[str, object], code: str) -> None:
    booking = aero.book().json()

    answer = patch(aero.who, f"bookings/{booking['id']}", change, **{"If-Match": '"1"'})

    assert answer.status_code == 400
    assert len(answer.json()["errors"]) == 1, code


def test_two_bookings_swap(aero: Desk) -> None:
    first, second = aero.book(start=tomorrow(9)).json(), aero.book(start=tomorrow(13)).json()

    answer = post(aero.who, "bookings/swap", {"first": first["id"], "second": second["id"]})

    assert [booking["start"] for booking in answer.json()["bookings"]] == [second["start"], first["start"]]


def test_a_series_tells_what_became_of_each_date(aero: Desk, heavylift: Desk) -> None:
    heavylift.book(start=tomorrow(24 * 7 + 10))
    body = aero.body() | {"series": {"every_days": 7, "count": 3}}

    tried = post(aero.who, "bookings/series", body | {"dry_run": True}).json()
    asked = post(aero.who, "bookings/series", body).json()

    assert [date["outcome"] for date in tried["dates"]] == ["possible", "refused", "possible"]
    assert [date["outcome"] for date in asked["dates"]] == ["requested", "refused", "requested"]
    assert asked["dates"][0]["booking"]["series"] == asked["series"]


def test_a_series_without_end_is_refused(aero: Desk) -> None:
    answer = post(aero.who, "bookings/series", aero.body() | {"series": {"every_days": 1, "count": 10_000}})

    assert (answer.status_code, codes(answer)) == (400, ["series_too_long"])
