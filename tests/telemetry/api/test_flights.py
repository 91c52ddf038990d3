import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from bookings.rules.facts import Classification
from telemetry.recordings.models import Flight
from testcentre.foundation.clock import to_rfc3339
from tests.factories import tomorrow
from tests.people import person
from tests.telemetry.api.kept import UNKNOWN, booked_flight, flown
from tests.telemetry.keeping import BEGUN, UDP

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("exercise", "objects")]


def get(client: Client, path: str, who: str):  # type: ignore[no-untyped-def]
    return client.get(f"/api/v1/{path}", headers=person(who).headers)


def test_a_company_sees_its_own_flights_and_no_others(client: Client) -> None:
    own, theirs = booked_flight("aero/booker"), booked_flight("heavylift/booker", start=tomorrow(14))

    assert [row["id"] for row in get(client, "flights", "aero/viewer").json()["results"]] == [str(own.id)]
    assert [row["id"] for row in get(client, "flights", "range/operator").json()["results"]] == [
        str(theirs.id),
        str(own.id),
    ]


def test_a_flight_tells_what_it_belongs_to_and_its_newest_state(client: Client) -> None:
    flight, records = flown(booked_flight())

    answer = get(client, f"flights/{flight.id}", "aero/viewer").json()

    assert answer["booking"] == str(flight.booking_id)
    assert answer["organisation_name"] == "Aero Cargo BV"
    assert (answer["phase"], answer["sealed"], answer["sha256"]) == ("recording", False, None)
    assert (answer["samples"], answer["bytes"]) == (20, sum(len(data) for _, data in records))
    assert answer["sample"]["altitude_amsl_m"] == 90.0
    assert answer["link"] == "fresh" or answer["link"] == "lost"


def test_a_flight_tells_of_each_link_what_came_and_how_well(client: Client) -> None:
    flight, records = flown(booked_flight())

    (link,) = get(client, f"flights/{flight.id}", "aero/viewer").json()["links"]

    size = sum(len(data) for _, data in records)
    assert (link["name"], link["kind"], link["records"], link["bytes"]) == (UDP, "mavlink", 20, size)
    assert (link["packets_in"], link["bytes_in"], link["refused"]) == (20, size, {})
    assert (link["first"], link["unreadable_bytes"], link["gaps"], link["account"]) == (to_rfc3339(BEGUN), 0, 0, None)
    assert {name: link["quality"][name] for name in ("lost", "late", "duplicate", "restarts", "jitter_ms")} == {
        "lost": 0, "late": 0, "duplicate": 0, "restarts": 0, "jitter_ms": 0.0,
    }  # fmt: skip
    assert "links" not in get(client, "flights", "aero/viewer").json()["results"][0]


def test_a_foreign_and_an_unknown_flight_answer_alike(client: Client) -> None:
    flight = booked_flight()

    theirs, nobody = (get(client, f"flights/{key}", "heavylift/admin") for key in (flight.id, UNKNOWN))

    assert (theirs.status_code, theirs.json()) == (nobody.status_code, nobody.json())
    assert theirs.status_code == 404
    assert theirs.headers["Content-Type"] == "application/problem+json"


def test_range_staff_without_need_to_know_see_a_restricted_flight_without_company_or_name(client: Client) -> None:
    flight, _ = flown(booked_flight(classification=Classification.DEP_V))

    seen = get(client, f"flights/{flight.id}", "range/operator").json()
    known = get(client, f"flights/{flight.id}", "range/safety").json()

    hidden = (
        "booking",
        "booking_number",
        "organisation",
        "organisation_name",
        "aircraft",
        "aircraft_name",
        "manifest",
        "links",
    )
    assert [seen[name] for name in hidden] == [None] * len(hidden)
    assert seen["sample"]["height_above_takeoff_m"] == 55.0
    assert known["organisation_name"] == "Aero Cargo BV"
    assert get(client, f"flights/{flight.id}/recording", "range/operator").status_code == 403
    assert get(client, f"flights/{flight.id}/track", "range/operator").status_code == 200
    recording = get(client, f"flights/{flight.id}/recording", "range/safety")
    assert (recording.status_code, len(recording.getvalue()) > 0) == (200, True)


def test_pages_follow_one_another_without_gap_or_repeat(client: Client) -> None:
    flights = [booked_flight(start=tomorrow(hour)) for hour in (8, 10, 12)]

    path, seen = "flights?limit=2", []
    while path:
        page = get(client, path, "aero/viewer").json()
        seen += [row["id"] for row in page["results"]]
        path = (page["next"] or "").removeprefix("/api/v1/")

    assert seen == [str(flight.id) for flight in reversed(flights)]


@pytest.mark.parametrize("query", ["cursor=%00", "cursor=eA", "cursor=MjAyNgp4", "limit=0", "limit=-1", "limit=x"])
def test_a_bad_cursor_or_limit_is_400(client: Client, query: str) -> None:
    answer = get(client, f"flights?{query}", "aero/viewer")
    assert answer.status_code == 400


def test_a_list_of_three_takes_no_more_queries_than_one_of_one(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    headers = person("aero/viewer").headers
    booked_flight()
    client.get("/api/v1/flights", headers=headers)
    with django_assert_num_queries(4):
        client.get("/api/v1/flights", headers=headers)
    booked_flight(start=tomorrow(12))
    booked_flight(start=tomorrow(14))
    with django_assert_num_queries(4):
        client.get("/api/v1/flights", headers=headers)
    assert Flight.objects.count() == 3


def test_nobody_without_a_key_sees_flights(client: Client) -> None:
    assert client.get("/api/v1/flights").status_code == 401
