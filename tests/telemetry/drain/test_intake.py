import datetime as dt
import hashlib

import pytest
from pytest_django import DjangoAssertNumQueries

from telemetry.bus.batch import Batch
from telemetry.drain.chunking import close_old_chunks
from telemetry.recordings import chunks, store
from telemetry.recordings.models import Chunk, Flight, FlightLink, Suspect
from telemetry.recordings.queries import track_of
from telemetry.sample import Sample
from telemetry.wire.encode import Encoder
from testcentre.foundation.clock import utc_now
from testcentre.foundation.models import Announcement
from tests.telemetry.keeping import BEGUN, BEGUN_US, HTTP, SYSTEM, UDP, a_flight, append, batch, drain, kept, position

pytestmark = pytest.mark.django_db


def test_the_first_batch_makes_an_expected_flight_a_recorded_one(stream: str) -> None:
    flight, encoder = a_flight(), Encoder(SYSTEM)
    append(stream, [batch(flight, (n * 100_000, position(encoder, n))) for n in range(20)])

    drain(stream)

    flight.refresh_from_db()
    assert (flight.phase, flight.started, flight.samples) == ("recording", BEGUN, 20)
    assert flight.bytes == sum(map(len, kept(flight)))
    assert flight.last_sample is not None
    assert flight.last_sample["height_above_takeoff_m"] == 55.0
    assert flight.last_received == BEGUN + dt.timedelta(seconds=1.9)
    assert Announcement.objects.get(kind="flight_recording").flight_ids == [flight.id]


def test_the_track_has_the_positions_at_their_times(stream: str) -> None:
    flight, encoder = a_flight(), Encoder(SYSTEM)
    append(stream, [batch(flight, (n * 100_000, position(encoder, n))) for n in range(20)])

    drain(stream)

    rows = track_of(flight)
    assert list(rows["time_us"]) == [BEGUN_US + n * 100_000 for n in range(20)]
    assert list(rows["longitude_deg"]) == pytest.approx([6.87 + n * 1e-5 for n in range(20)], abs=1e-7)


def test_forty_moments_in_four_bodies_are_forty_points_in_order(stream: str) -> None:
    flight, encoder = a_flight(), Encoder(SYSTEM)
    for body in range(4):
        data = b"".join(position(encoder, n) for n in range(body * 10, body * 10 + 10))
        append(stream, [batch(flight, (body * 20_000, data), link=HTTP)])
        drain(stream)

    rows = track_of(flight)
    assert list(rows["longitude_deg"]) == pytest.approx([6.87 + n * 1e-5 for n in range(40)], abs=1e-7)
    assert rows["time_us"][-1] <= BEGUN_US + 60_000


def test_fifty_positions_a_second_become_ten_in_the_track_and_all_stay_in_the_raw_bytes(stream: str) -> None:
    flight, encoder = a_flight(), Encoder(SYSTEM)
    records = []
    for n in range(250):
        now_us = BEGUN_US + n * 20_000
        packet = encoder.global_position(
            now_us=now_us, boot_ms=n * 20, latitude_deg=52.0, longitude_deg=6.9, altitude_amsl_m=90.0,
            height_above_takeoff_m=1.0, north_m_s=0, east_m_s=0, up_m_s=0, heading_deg=None,
        )  # fmt: skip
        records.append((n * 20_000, packet))
    append(stream, [batch(flight, *records)])

    drain(stream)

    assert 50 <= len(track_of(flight)) <= 52
    assert len(kept(flight)) == 250


def test_a_second_link_adds_its_bytes_but_no_second_track(stream: str) -> None:
    flight, encoder = a_flight(), Encoder(SYSTEM)
    packets = [position(encoder, n) for n in range(20)]
    append(stream, [batch(flight, (n * 100_000, packet)) for n, packet in enumerate(packets)])
    append(stream, [batch(flight, (n * 100_000 + 5_000, packet), link=HTTP) for n, packet in enumerate(packets)])

    drain(stream)

    assert kept(flight, name=UDP) == kept(flight, name=HTTP) == packets
    assert len(track_of(flight)) <= 22


def test_lines_are_kept_as_lines_and_their_samples_are_the_track(stream: str) -> None:
    flight = a_flight()
    lines = [
        b'{"time":"2026-09-21T12:00:0%d.5+02:00","latitude_deg":52.27,"longitude_deg":6.8%d}' % (n, n) for n in range(5)
    ]
    append(stream, [batch(flight, *((n, line) for n, line in enumerate(lines)), link=HTTP, kind="ndjson")])

    drain(stream)

    assert kept(flight, kind="ndjson") == lines
    rows = track_of(flight)
    assert list(rows["longitude_deg"]) == pytest.approx([6.80, 6.81, 6.82, 6.83, 6.84])
    assert rows["time_us"][0] == round(dt.datetime(2026, 9, 21, 10, 0, 0, 500_000, tzinfo=dt.UTC).timestamp() * 1e6)


def test_a_line_that_the_database_could_not_take_is_kept_raw(stream: str) -> None:
    flight = a_flight()
    lines = [b'{"time":"2026-09-21T12:00:00Z","mode":"a\\u0000b"}', b'{"time":"2026-09-21T12:00:01Z","mode":"\xfa"}']
    append(stream, [batch(flight, *enumerate(lines), link=HTTP, kind="ndjson")])

    drain(stream)

    assert kept(flight, kind="ndjson") == lines
    assert not Suspect.objects.exists()


def test_unreadable_bytes_of_an_admitted_link_are_kept(stream: str) -> None:
    flight = a_flight()
    append(stream, [batch(flight, (0, b"\xfd\x00 noise \xfe"))])

    drain(stream)

    assert kept(flight) == [b"\xfd\x00 noise \xfe"]


def test_the_state_goes_on_over_runs_of_the_drain(stream: str) -> None:
    flight, encoder = a_flight(), Encoder(SYSTEM, component_id=7)
    append(stream, [batch(flight, (0, encoder.heartbeat(now_us=BEGUN_US, armed=True, custom_mode=0)))])
    drain(stream)
    append(stream, [batch(flight, (100_000, position(encoder, 1)))])
    drain(stream)

    flight.refresh_from_db()
    assert flight.last_sample is not None
    assert flight.last_sample["armed"] is True
    assert flight.last_sample["longitude_deg"] == pytest.approx(6.87001)
    assert Sample(**{k: v for k, v in flight.last_sample.items() if k != "time"}).armed is True


def test_a_full_chunk_goes_to_the_object_store_and_the_next_names_its_hash(stream: str) -> None:
    flight = a_flight()
    half = bytes(600_000)
    for n in range(4):
        append(stream, [batch(flight, (n, half))])
        drain(stream)

    first, second = Chunk.objects.order_by("number")
    assert (first.body, second.body) == (None, None)
    assert hashlib.sha256(store.read(first.sha256)).hexdigest() == first.sha256
    assert (first.previous, second.previous) == ("", first.sha256)
    assert chunks.damage_of(FlightLink.objects.get()) == []
    assert kept(flight) == [half] * 4


def test_a_changed_chunk_breaks_the_chain(stream: str) -> None:
    flight = a_flight()
    append(stream, [batch(flight, (0, bytes(1_100_000)))])
    drain(stream)
    path = store.path_of(Chunk.objects.get().sha256)
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")

    [damage] = chunks.damage_of(FlightLink.objects.get())
    assert (damage.link, damage.number, damage.reason.partition(" the hash")[0]) == (UDP, 1, "expected")


def test_an_old_open_chunk_is_closed_and_reads_the_same(stream: str) -> None:
    flight = a_flight()
    append(stream, [batch(flight, (0, b"a"))])
    drain(stream)

    assert close_old_chunks(utc_now()) == 0
    assert close_old_chunks(utc_now() + dt.timedelta(seconds=11)) == 1

    assert Chunk.objects.get().body is None
    append(stream, [batch(flight, (1, b"b"))])
    drain(stream)
    assert kept(flight) == [b"a", b"b"]
    assert [chunk.number for chunk in Chunk.objects.order_by("number")] == [1, 2]


def test_an_end_mark_ends_its_link_and_data_after_it_opens_it_again(stream: str) -> None:
    flight = a_flight()
    end = Batch(str(flight.id), UDP, "end", "gateway-1", [])
    append(stream, [batch(flight, (0, b"a")), batch(flight, (0, b"a"), link=HTTP), end])
    drain(stream)
    assert dict(FlightLink.objects.values_list("name", "ended")) == {UDP: True, HTTP: False}

    append(stream, [batch(flight, (1, b"b"))])
    drain(stream)
    assert dict(FlightLink.objects.values_list("name", "ended")) == {UDP: False, HTTP: False}


def test_what_comes_for_a_sealed_flight_is_set_aside_and_not_added(stream: str) -> None:
    flight = a_flight(phase="sealed", sealed_at=BEGUN, sha256="0" * 64)
    append(stream, [batch(flight, (0, b"late"))])

    drain(stream)

    assert kept(flight) == []
    assert Suspect.objects.get().reason == "its flight is sealed"


def test_the_number_of_queries_does_not_grow_with_the_batches(
    stream: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    flight, encoder = a_flight(), Encoder(SYSTEM)
    append(stream, [batch(flight, (n * 100_000, position(encoder, n))) for n in range(80)])

    with django_assert_max_num_queries(45):
        drain(stream)

    assert Flight.objects.get().samples == 80
