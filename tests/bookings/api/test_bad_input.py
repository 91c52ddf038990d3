"""Input of strangers: whatever comes, the answer is a problem that says why, nothing is stored, nothing breaks."""

import json
import math
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings.api.booking_form import BOOKING
from bookings.api.fields import Field, read_object
from bookings.api.fleet_shapes import AIRCRAFT, PILOT
from bookings.models import Aircraft, Booking, Pilot
from testcentre.foundation.errors import Refusal
from tests.bookings.api.client import PROBLEM, Desk, get, post

RING = [[6.889, 52.275], [6.891, 52.275], [6.891, 52.277], [6.889, 52.275]]


def area(coordinates: object, floor: object = 100) -> dict[str, Any]:
    polygon = {"type": "Polygon", "coordinates": coordinates}
    return {"volumes": [{"polygon": polygon, "floor_ft_amsl": floor, "ceiling_ft_amsl": 400}]}


BAD_BOOKINGS: dict[str, dict[str, Any]] = {
    "local time in the DST gap": {"start": "2027-03-28T02:30:00", "end": "2027-03-28T03:10:00"},
    "named zone": {"start": "2027-03-28T02:30:00[Europe/Amsterdam]"},
    "year 1": {"start": "0001-01-01T00:00:00+14:00"},
    "year 9999": {"end": "9999-12-31T23:59:59-14:00"},
    "leap second": {"start": "2026-12-31T23:59:60Z"},
    "start is a list": {"start": [1]},
    "start is zero": {"start": 0},
    "NUL in purpose": {"purpose": "a\0b"},
    "lone surrogate": {"purpose": "\ud800"},
    "purpose is an object": {"purpose": {}},
    "long purpose": {"purpose": "x" * 501},
    "aircraft of nobody": {"aircraft": str(uuid4())},
    "aircraft is an object": {"aircraft": {"id": 1}},
    "aircraft 10^30": {"aircraft": 10**30},
    "resources is a text": {"resources": "RWY-05-23"},
    "resources with null": {"resources": [None]},
    "5,000 resources": {"resources": ["RWY-05-23"] * 5000},
    "a resource twice": {"resources": ["RWY-05-23"] * 2},
    "polygon of one point": area([[[6.889, 52.275]]]),
    "open ring": area([RING[:3]]),
    "empty polygon": area([]),
    "bow tie": area([[RING[0], RING[2], RING[1], [6.889, 52.277], RING[0]]]),
    "latitude 520": area([[[6.8, 520.0], [6.9, 520.0], [6.9, 521.0], [6.8, 520.0]]]),
    "polygon of NaN": area([[[math.nan, 52.0]] * 4]),
    "whole earth": area([[[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]]),
    "height 10^400": area([RING], floor=10**400),
    "height infinite": area([RING], floor=math.inf),
    "50,000 corners": area([[[6.88 + i * 1e-7, 52.27] for i in range(20_000)]]),
    "volumes is a text": {"volumes": "here"},
    "a volume is null": {"volumes": [None]},
    "dry_run is a text": {"dry_run": "maybe"},
    "classification is a number": {"classification": 7},
    "crew is an object": {"crew": {"aircraft": 1}},
    "crew of null": {"crew": [None]},
}


@pytest.mark.parametrize("name", BAD_BOOKINGS)
def test_a_bad_booking_is_refused_with_its_reasons_also_in_a_dry_run(aero: Desk, name: str) -> None:
    bad = {**aero.body(), **BAD_BOOKINGS[name]}
    real = post(aero.who, "bookings", bad)
    dry = post(aero.who, "bookings", {"dry_run": True, **bad})

    assert real.status_code in {400, 422}
    assert real.headers["Content-Type"] == PROBLEM
    assert real.json()["errors"]
    # a rule's refusal is the answer to a dry run, a fault of form is none
    assert dry.status_code == (400 if real.status_code == 400 else 200)
    assert dry.json()["errors"] == real.json()["errors"]
    assert Booking.objects.count() == 0


BAD_BODIES: dict[str, bytes] = {
    "cut JSON": b'{"a":',
    "100,000 deep": b"[" * 100_000 + b"]" * 100_000,
    "100,000 deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "nothing": b"",
    "a list": b"[1]",
    "null": b"null",
    "no UTF-8": b'{"purpose":"\xff\xfe"}',
    "NUL bytes": b"\0" * 100,
    "escaped NUL": b'{"name":"a\\u0000b"}',
    "5,000 digits": b'{"mtom_kg":' + b"9" * 5000 + b"}",
    "1e400": b'{"mtom_kg":1e400}',
    "NaN": b'{"mtom_kg":NaN}',
    "2,000 unknown fields": json.dumps({f"field{n}": n for n in range(2000)}).encode(),
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_a_bad_body_is_refused_everywhere(aero: Desk, name: str) -> None:
    booking = aero.book().json()["id"]
    before = [list(model.objects.values()) for model in (Aircraft, Pilot, Booking)]
    for path in ("bookings", "aircraft", "pilots", f"bookings/{booking}/cancel"):
        if (path.endswith("cancel"), name) == (True, "nothing"):
            continue  # a verb needs no body
        answer = post(aero.who, path, BAD_BODIES[name])
        assert (answer.status_code, answer.headers["Content-Type"]) == (400, PROBLEM), answer.content[:200]
        assert len(answer.content) < 20_000
    assert [list(model.objects.values()) for model in (Aircraft, Pilot, Booking)] == before


@pytest.mark.parametrize(
    "path",
    [
        "bookings?limit=" + "9" * 30,
        "bookings?limit=-1",
        "bookings?cursor=garbage",
        "bookings?cursor=%FF%FE",
        "bookings?cursor=cD0lMDA%3D",
        "bookings?cursor=MDAwMS0wMS0wMVQwMDowMDowMCsxNDowMAp4",
        "aircraft?cursor=QQp4",
        "bookings?from=x&to=y",
        "bookings?from=0001-01-01T00:00:00%2B14:00",
    ],
)
def test_a_bad_query_is_refused(aero: Desk, path: str) -> None:
    answer = get(aero.who, path)

    assert (answer.status_code, answer.headers["Content-Type"]) == (400, PROBLEM)


def test_other_methods_and_kinds_of_body_are_told_apart(aero: Desk) -> None:
    client = Client()
    put = client.put("/api/v1/bookings", b"{}", "application/json", headers=aero.who.headers)
    xml = client.post("/api/v1/bookings", b"<a/>", "text/xml", headers=aero.who.headers)

    assert [(a.status_code, a.headers["Content-Type"]) for a in (put, xml)] == [(405, PROBLEM), (415, PROBLEM)]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)


@pytest.mark.parametrize("fields", [AIRCRAFT, PILOT, BOOKING], ids=["aircraft", "pilot", "booking"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_reading_any_values_ends_in_faults_or_values_never_in_an_error(
    fields: dict[str, Field], data: st.DataObject
) -> None:
    body = data.draw(st.dictionaries(st.sampled_from([*fields, "other"]), anything, max_size=8))
    faults: list[Refusal] = []

    values = read_object(body, fields, faults)

    assert set(values) == set(fields)
    json.dumps([fault.as_dict() for fault in faults])
    assert ("other" in body) == any(fault.code == "unknown_field" and fault.field == "other" for fault in faults)
