import hashlib
import struct

import pytest
from django.test import Client

from telemetry.drain.seal import seal_flight
from telemetry.recordings.chunks import body_of, unpack
from telemetry.recordings.models import Flight
from testcentre.foundation.clock import utc_now
from tests.people import person
from tests.telemetry.api.kept import booked_flight, flown, keep
from tests.telemetry.keeping import BEGUN_US, HTTP, UDP, batch

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("exercise", "objects")]


def get(
    client: Client, flight: Flight, who: str = "aero/engineer", *, headers: dict[str, str] | None = None, **query: str
):  # type: ignore[no-untyped-def]
    return client.get(
        f"/api/v1/flights/{flight.id}/recording", query, headers={**person(who).headers, **(headers or {})}
    )


def status(client: Client, flight: Flight, who: str, **query: str) -> int:
    answer = get(client, flight, who, **query)
    if answer.streaming:
        answer.getvalue()  # to its end, which closes the file
    return int(answer.status_code)


def tlog(records: list[tuple[int, bytes]]) -> bytes:
    return b"".join(struct.pack(">Q", BEGUN_US + after_us) + packet for after_us, packet in records)


def sealed(flight: Flight) -> Flight:
    Flight.objects.filter(pk=flight.pk).update(phase="ended", ended=utc_now())
    assert seal_flight(flight.id, now=utc_now())
    flight.refresh_from_db()
    return flight


def test_what_is_stored_so_far_comes_with_the_hash_of_this_very_answer(client: Client) -> None:
    flight, records = flown(booked_flight())

    answer = get(client, flight)

    whole = answer.getvalue()
    assert (answer.status_code, whole) == (200, tlog(records))
    assert answer.headers["ETag"] == f'"{hashlib.sha256(whole).hexdigest()}"'
    assert answer.headers["Content-Disposition"].startswith(f'attachment; filename="flight-{flight.id}.tlog"')


def test_a_sealed_recording_has_the_flights_hash_as_its_etag_and_obeys_ranges(client: Client) -> None:
    flight, records = flown(booked_flight())
    sealed(flight)

    whole = get(client, flight)
    part = get(client, flight, headers={"Range": "bytes=8-17", "If-Range": f'"{flight.sha256}"'})

    assert whole.getvalue() == tlog(records)
    assert whole.headers["ETag"] == f'"{flight.sha256}"'
    assert (part.status_code, part.getvalue()) == (206, tlog(records)[8:18])
    assert get(client, flight, headers={"If-None-Match": f'"{flight.sha256}"'}).status_code == 304


def test_raw_has_every_byte_with_its_time_of_receipt(client: Client) -> None:
    flight, records = flown(booked_flight())
    keep(flight, batch(flight, (5_000_000, b"\xfd noise")))

    whole = get(client, flight, format="raw").getvalue()

    assert list(unpack(body_of(whole))) == [
        *((BEGUN_US + after_us, packet) for after_us, packet in records),
        (BEGUN_US + 5_000_000, b"\xfd noise"),
    ]


def test_one_link_can_be_asked_for(client: Client) -> None:
    flight, records = flown(booked_flight(), link=UDP)
    keep(flight, batch(flight, *records[:3], link=HTTP))

    assert get(client, flight).getvalue() == tlog(records)
    assert get(client, flight, link=HTTP).getvalue() == tlog(records[:3])


@pytest.mark.parametrize("query", [{"format": "csv"}, {"link": "udp:nowhere"}])
def test_an_unknown_format_or_link_is_400_and_tells_the_known_ones(client: Client, query: dict[str, str]) -> None:
    flight, _ = flown(booked_flight())
    answer = get(client, flight, **query)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["expected"] == (["tlog", "raw"] if "format" in query else [UDP])


def test_head_tells_size_and_etag(client: Client) -> None:
    flight, records = flown(booked_flight())
    headers = person("aero/engineer").headers
    answer = client.head(f"/api/v1/flights/{flight.id}/recording", headers=headers)
    assert (answer.status_code, answer.headers["Content-Length"]) == (200, str(len(tlog(records))))
    assert answer.headers["ETag"].startswith('"')


def test_who_may_read_it(client: Client) -> None:
    flight, _ = flown(booked_flight())
    who = ("aero/viewer", "aero/pilot", "heavylift/viewer", "heavylift/admin", "range/operator")
    assert [status(client, flight, one) for one in who] == [403, 200, 404, 404, 200]
