import datetime as dt
import hashlib
import struct

import pytest
from pymavlink import mavutil

from telemetry.bus.batch import Batch
from telemetry.bus.stream import StreamReader
from telemetry.drain.seal import flights_to_seal, seal_flight
from telemetry.recordings import store
from telemetry.recordings.ending import end_overdue_flights
from telemetry.recordings.models import Chunk, Flight
from telemetry.wire.encode import Encoder
from testcentre.foundation.models import Announcement
from tests.factories import a_booking, load_exercise
from tests.telemetry.keeping import BEGUN, BEGUN_US, HTTP, SYSTEM, UDP, a_flight, append, batch, drain, position

pytestmark = pytest.mark.django_db
ENDED = BEGUN + dt.timedelta(seconds=60)


def ended(flight: Flight) -> Flight:
    flight.refresh_from_db()
    flight.phase, flight.ended = "ended", ENDED
    flight.save()
    return flight


def to_seal(stream: str, after_s: float) -> list[object]:
    return list(flights_to_seal(ENDED + dt.timedelta(seconds=after_s), reader=StreamReader(stream)))


def tlog(records: list[tuple[int, bytes]]) -> bytes:
    return b"".join(struct.pack(">Q", BEGUN_US + after_us) + packet for after_us, packet in records)


def test_the_sealed_log_has_every_packet_with_its_time_of_receipt(stream: str) -> None:
    flight, encoder = a_flight(), Encoder(SYSTEM)
    records = [(n * 100_000, position(encoder, n)) for n in range(20)]
    append(stream, [batch(flight, record) for record in records])
    drain(stream)

    assert seal_flight(ended(flight).id, now=ENDED)

    flight.refresh_from_db()
    whole = store.read(flight.sha256)
    assert whole == tlog(records)
    assert (flight.phase, flight.sha256, flight.tlog_bytes, flight.sealed_at) == (
        "sealed", hashlib.sha256(whole).hexdigest(), len(whole), ENDED,
    )  # fmt: skip
    assert not Chunk.objects.filter(body__isnull=False).exists()
    told = Announcement.objects.get(kind="flight_sealed")
    assert (told.flight_ids, told.payload["sha256"]) == ([flight.id], flight.sha256)


def test_the_booking_is_told_how_long_its_aircraft_was_heard(stream: str) -> None:
    load_exercise()
    booking, encoder = a_booking(), Encoder(SYSTEM)
    flight = a_flight(booking_id=booking.id)
    booking.crew.update(flight_id=flight.id)
    records = [(n * 100_000, position(encoder, n)) for n in range(21)]
    append(stream, [batch(flight, record) for record in records])
    drain(stream)

    assert seal_flight(ended(flight).id, now=ENDED)

    member = booking.crew.get()
    assert (member.flown_from, member.flown_until) == (BEGUN, BEGUN + dt.timedelta(seconds=2))


def test_of_a_packet_on_two_links_the_first_copy_is_kept(stream: str) -> None:
    flight, encoder = a_flight(), Encoder(SYSTEM)
    packets = [position(encoder, n) for n in range(10)]
    first = [(n * 100_000, packet) for n, packet in enumerate(packets) if n != 3]  # lost on this link
    second = [(n * 100_000 + 30_000, packet) for n, packet in enumerate(packets) if n != 7]
    append(stream, [batch(flight, *first), batch(flight, *second, link=HTTP)])
    drain(stream)

    seal_flight(ended(flight).id, now=ENDED)

    flight.refresh_from_db()
    wanted = sorted([*first, (330_000, packets[3])])
    assert store.read(flight.sha256) == tlog(wanted)
    assert flight.manifest is not None
    assert [(link["name"], link["packets"], link["duplicates"]) for link in flight.manifest["links"]] == [
        (UDP, 9, 0),
        (HTTP, 9, 8),
    ]


def test_equal_packets_of_one_link_are_all_kept(stream: str) -> None:
    flight = a_flight()
    heartbeat = Encoder(SYSTEM).heartbeat(now_us=BEGUN_US, armed=True, custom_mode=0)
    append(
        stream, [batch(flight, (0, heartbeat), (1_000_000, heartbeat)), batch(flight, (500_000, heartbeat), link=HTTP)]
    )
    drain(stream)

    seal_flight(ended(flight).id, now=ENDED)

    flight.refresh_from_db()
    assert store.read(flight.sha256) == tlog([(0, heartbeat), (1_000_000, heartbeat)])


def test_the_same_bytes_more_than_ten_seconds_later_on_another_link_are_another_packet(stream: str) -> None:
    flight = a_flight()
    heartbeat = Encoder(SYSTEM).heartbeat(now_us=BEGUN_US, armed=True, custom_mode=0)
    append(stream, [batch(flight, (0, heartbeat)), batch(flight, (10_000_001, heartbeat), link=HTTP)])
    drain(stream)

    seal_flight(ended(flight).id, now=ENDED)

    flight.refresh_from_db()
    assert store.read(flight.sha256) == tlog([(0, heartbeat), (10_000_001, heartbeat)])


def test_what_is_no_whole_packet_is_left_out_and_accounted_for(stream: str) -> None:
    flight, encoder = a_flight(), Encoder(SYSTEM)
    good, cut = position(encoder, 0), position(encoder, 1)[:-4]
    append(stream, [batch(flight, (0, b"noise" + good + cut), (9_000_000, good))])
    drain(stream)

    seal_flight(ended(flight).id, now=ENDED)

    flight.refresh_from_db()
    assert store.read(flight.sha256) == tlog([(0, good), (9_000_000, good)])
    assert flight.manifest is not None
    [link] = flight.manifest["links"]
    assert (link["records"], link["packets"], link["unreadable_bytes"]) == (2, 2, 5 + len(cut))
    assert link["gaps"] == [[BEGUN_US, BEGUN_US + 9_000_000]]


def test_pymavlink_reads_the_sealed_log(stream: str) -> None:
    flight, encoder = a_flight(), Encoder(SYSTEM)
    append(stream, [batch(flight, (n * 100_000, b"\xfe" + position(encoder, n))) for n in range(10)])
    drain(stream)
    seal_flight(ended(flight).id, now=ENDED)
    flight.refresh_from_db()

    reader = mavutil.mavlink_connection(str(store.path_of(flight.sha256)), dialect="common")
    try:
        seen = []
        while (message := reader.recv_msg()) is not None:
            seen.append((message.get_type(), message.time_boot_ms))
    finally:
        reader.close()
    assert seen == [("GLOBAL_POSITION_INT", 1000 + n * 100) for n in range(10)]


def test_a_flight_waits_sixty_seconds_for_the_end_marks_of_its_links(stream: str) -> None:
    flight = a_flight()
    append(stream, [batch(flight, (0, b"a"))])
    drain(stream)
    ended(flight)

    assert to_seal(stream, 59) == []
    assert to_seal(stream, 61) == [flight.id]


def test_a_flight_with_all_end_marks_is_sealed_as_soon_as_everybody_knows_of_the_end(stream: str) -> None:
    flight = a_flight()
    append(stream, [batch(flight, (0, b"a")), Batch(str(flight.id), UDP, "end", "gateway-1", [])])
    drain(stream)
    ended(flight)

    assert to_seal(stream, 4) == []
    assert to_seal(stream, 6) == [flight.id]


def test_a_flight_is_not_sealed_while_the_stream_still_holds_what_came_for_it(stream: str) -> None:
    flight = ended(a_flight())
    append(stream, [batch(flight, (0, b"acknowledged"))])

    assert to_seal(stream, 3600) == []
    drain(stream)
    assert to_seal(stream, 3600) == [flight.id]


def test_a_flight_that_is_not_over_is_not_sealed() -> None:
    assert not seal_flight(a_flight().id, now=ENDED)


def test_sealing_again_changes_nothing(stream: str) -> None:
    flight = ended(a_flight())
    assert seal_flight(flight.id, now=ENDED)
    assert not seal_flight(flight.id, now=ENDED + dt.timedelta(seconds=9))
    flight.refresh_from_db()
    assert flight.sealed_at == ENDED
    assert Announcement.objects.filter(kind="flight_sealed").count() == 1


def test_a_flight_ends_when_its_admission_is_over() -> None:
    over, open_ = a_flight(admit_until=BEGUN), a_flight(admit_until=BEGUN + dt.timedelta(seconds=1))

    assert end_overdue_flights(BEGUN) == 1

    assert list(Flight.objects.filter(phase="ended").values_list("id", "ended")) == [(over.id, BEGUN)]
    assert Flight.objects.get(pk=open_.id).phase == "expected"
