import csv
import io

import pytest
from django.test import Client

from telemetry.recordings.models import Flight
from tests.people import person
from tests.telemetry.api.kept import UNKNOWN, booked_flight, flown, keep
from tests.telemetry.keeping import BEGUN, batch

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("exercise", "objects")]


@pytest.fixture
def flight() -> Flight:
    """Return a flight of Aero with twenty positions."""
    return flown(booked_flight())[0]


def get(client: Client, flight: Flight, who: str = "aero/engineer", **query: str):  # type: ignore[no-untyped-def]
    return client.get(f"/api/v1/flights/{flight.id}/track", query, headers=person(who).headers)


def test_a_track_is_a_line_with_times_and_plots(client: Client, flight: Flight) -> None:
    feature = get(client, flight).json()

    assert feature["geometry"]["type"] == "LineString"
    assert feature["geometry"]["coordinates"][:2] == [[6.87, 52.27, 90.0], [6.87001, 52.27, 90.0]]
    told = feature["properties"]
    assert told["times"][1] == BEGUN.replace(microsecond=100_000).isoformat(timespec="milliseconds").replace(
        "+00:00", "Z"
    )
    assert told["height_above_takeoff_m"] == [55.0] * 20
    assert told["ground_speed_m_s"] == [7.0] * 20
    assert told["battery_pct"] == [None] * 20
    assert (told["phase"], told["sealed"]) == ("recording", False)


def test_a_part_of_the_time_and_every_so_many_seconds(client: Client, flight: Flight) -> None:
    after = BEGUN.replace(microsecond=500_000).isoformat()
    assert len(get(client, flight, **{"from": after}).json()["properties"]["times"]) == 15
    assert len(get(client, flight, to=after).json()["properties"]["times"]) == 5
    assert len(get(client, flight, every_s="0.5").json()["properties"]["times"]) == 4


def test_csv_has_a_row_per_state_and_nothing_where_nothing_is_known(client: Client, flight: Flight) -> None:
    answer = get(client, flight, format="csv")

    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert len(rows) == 20
    assert (rows[3]["longitude_deg"], rows[3]["height_above_takeoff_m"], rows[3]["battery_pct"]) == (
        "6.87003",
        "55.0",
        "",
    )


def test_a_flight_that_nobody_heard_has_an_empty_track(client: Client) -> None:
    feature = get(client, booked_flight()).json()
    assert (feature["geometry"], feature["properties"]["times"]) == (None, [])


def test_a_state_without_a_position_is_in_the_csv_and_not_on_the_line(client: Client) -> None:
    flight = booked_flight()
    keep(flight, batch(flight, (0, b'{"time":"2026-09-21T12:00:00Z","battery_pct":50}'), kind="ndjson"))

    assert get(client, flight).json()["geometry"] is None
    assert get(client, flight, format="csv").content.decode().splitlines()[1].startswith("2026-09-21T12:00:00.000Z,,,")


@pytest.mark.parametrize(
    "query",
    [{"from": "yesterday"}, {"to": "2026-09-21T12:00:00"}, {"every_s": "-1"}, {"every_s": "nan"}, {"format": "kml"}],
)
def test_a_bad_parameter_is_400_and_names_its_field(client: Client, flight: Flight, query: dict[str, str]) -> None:
    answer = get(client, flight, **query)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == list(query)


def test_who_may_read_it(client: Client, flight: Flight) -> None:
    who = ("aero/viewer", "aero/pilot", "aero/booker", "heavylift/viewer", "heavylift/engineer", "range/operator")
    assert [get(client, flight, one).status_code for one in who] == [403, 200, 200, 404, 404, 200]
    assert client.get(f"/api/v1/flights/{UNKNOWN}/track", headers=person("aero/viewer").headers).status_code == 404
