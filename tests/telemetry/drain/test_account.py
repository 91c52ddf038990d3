"""What came in is what was recorded, was a copy or was refused: through the gateway's intake and the drain."""

import asyncio
import datetime as dt
from collections import Counter
from typing import Any

import pytest
from cryptography.fernet import Fernet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telemetry.bus.batch import Batch, Record, Tally
from telemetry.bus.grants import Grant
from telemetry.bus.stream import StreamWriter
from telemetry.drain import shard as shard_module
from telemetry.drain.seal import seal_flight
from telemetry.gateway.admit import Admission
from telemetry.gateway.counts import Counts as GatewayCounts
from telemetry.gateway.flights import HeardFlights
from telemetry.gateway.intake import Endpoint, Intake
from telemetry.gateway.keep import Keeper
from telemetry.quality.link import LinkQuality
from telemetry.recordings import chunks
from telemetry.recordings.figures import figures_of, link_figures, links_told, packed, quality_of
from telemetry.recordings.models import Flight, FlightLink
from telemetry.wire.encode import Encoder
from telemetry.wire.framing import Frame, Framer, split
from testcentre.foundation.clock import to_rfc3339
from tests.telemetry.keeping import BEGUN, BEGUN_US, SYSTEM, UDP, a_flight, append, batch, drain, kept, position
from tests.telemetry.wire.peer import heard, sender

pytestmark = pytest.mark.django_db

RADIO, TCP = "udp:127.0.0.1:1000", "tcp:127.0.0.1:2000"
HOUR_US = 3_600_000_000


def receive(stream: str, flight: Flight, arrived: list[tuple[str, bytes]]) -> None:
    """Let the gateway's intake take what arrives, (link, bytes), 20 ms after one another, and write it."""
    asyncio.run(_receive(stream, flight, arrived))


async def _receive(stream: str, flight: Flight, arrived: list[tuple[str, bytes]]) -> None:
    now_us = BEGUN_US
    writer, counts, flights = StreamWriter(stream), GatewayCounts(), HeardFlights()
    keeper = Keeper(writer, counts, name="gateway-1", now_us=lambda: now_us)
    admission = Admission(keys_key=Fernet.generate_key().decode())
    admission.load(
        {
            str(flight.id): Grant(
                flight=str(flight.id), organisation="", system_id=SYSTEM, from_us=BEGUN_US - HOUR_US,
                until_us=BEGUN_US + HOUR_US, sources=["127.0.0.1/32"],
            )
        }
    )  # fmt: skip
    intake, framer = Intake(admission, keeper, flights, counts), Framer()
    for n, (link, data) in enumerate(arrived):
        now_us = BEGUN_US + n * 20_000
        pieces = framer.feed(data) if link == TCP else split(data)
        intake.take(pieces, Endpoint(link, "127.0.0.1"), now_us)
        if n % 7 == 0:
            await keeper.flush()
    intake.take(framer.finish(), Endpoint(TCP, "127.0.0.1"), now_us)
    for link in (RADIO, TCP):
        keeper.end(str(flight.id), link)
    await keeper.flush()
    await writer.close()


def sealed(flight: Flight) -> dict[str, dict[str, Any]]:
    """Seal the flight; return what the manifest tells of each link."""
    flight.refresh_from_db()
    flight.phase, flight.ended = "ended", BEGUN + dt.timedelta(hours=1)
    flight.save()
    assert seal_flight(flight.id, now=flight.ended)
    flight.refresh_from_db()
    assert flight.manifest is not None
    return {link["name"]: link for link in flight.manifest["links"]}


def hurt(packet: bytes, fault: tuple[str, int, int]) -> bytes:
    kind, place, value = fault
    at = place % len(packet)
    if kind == "cut":
        return packet[:at]
    if kind == "flipped":
        return packet[:at] + bytes([packet[at] ^ (1 << value % 8)]) + packet[at + 1 :]
    if kind == "noise":
        return bytes([value]) * (place % 20) + packet
    return packet


FAULTS = st.tuples(
    st.sampled_from(["good", "good", "good", "cut", "flipped", "noise", "repeated", "late", "foreign", "joined"]),
    st.integers(0, 299),
    st.integers(0, 255),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from([RADIO, TCP]), FAULTS), max_size=60))
def test_the_sums_meet_for_any_mix_of_good_repeated_late_cut_and_flipped_packets(
    stream: str, mix: list[tuple[str, tuple[str, int, int]]]
) -> None:
    flight, encoder, ground = a_flight(), Encoder(SYSTEM), Encoder(255)
    arrived = [(link, position(encoder, n)) for n, link in enumerate((RADIO, TCP))]  # so both are the flight's
    for n, (link, fault) in enumerate(mix, 2):
        packet = position(ground if fault[0] == "foreign" else encoder, n)
        if fault[0] == "joined":
            packet += position(ground, n) + b"\xfd\x09" + position(encoder, n)
        arrived.append((link, hurt(packet, fault)))
        if fault[0] == "repeated":
            arrived.append((TCP if fault[2] % 2 else RADIO, packet))
        if fault[0] == "late":
            arrived.insert(max(2, len(arrived) - 1 - fault[1] % 10), arrived.pop())

    receive(stream, flight, arrived)
    drain(stream)
    links = sealed(flight)

    assert set(links) == {RADIO, TCP}
    for name, link in links.items():
        sent = [data for link_of, data in arrived if link_of == name]
        pieces = split(b"".join(sent)) if name == TCP else [piece for data in sent for piece in split(data)]
        frames = [piece for piece in pieces if isinstance(piece, Frame)]
        account = link["account"]
        assert account["packets_in"] == len(frames)
        assert account["bytes_in"] == sum(map(len, sent))
        assert account["refused"] == {k: v for k, v in {"foreign": _foreign(frames)}.items() if v}
        assert account["packets_in"] == account["recorded"] + account["duplicates"] + sum(account["refused"].values())
        assert account["bytes_in"] == account["recorded_bytes"] + account["refused_bytes"]
        assert (account["unaccounted"], account["unaccounted_bytes"]) == (0, 0)
    for told in links_told(flight):
        link = links[told["name"]]
        assert (told["unreadable_bytes"], told["gaps"]) == (link["unreadable_bytes"], len(link["gaps"]))
        assert told["account"] == link["account"]


def _foreign(frames: list[Frame]) -> int:
    return sum(frame.system_id != SYSTEM for frame in frames)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(range(12)), st.integers(0, 11))
def test_figures_drained_in_pieces_are_those_of_the_whole_recording(stream: str, order: list[int], cut: int) -> None:
    flight, encoder = a_flight(), Encoder(SYSTEM)
    packets = [position(encoder, n) for n in range(12)]
    records = [(n * 100_000, packets[number]) for n, number in enumerate(order)]
    for part in (records[:cut], records[cut:]):
        append(stream, [batch(flight, *part)])
        drain(stream)

    (link,) = chunks.links_of(flight.id)
    again = LinkQuality()
    for receive_us, data in chunks.records_of(link):
        again.hear(split(data), receive_us)
    assert figures_of(quality_of(link)) == figures_of(again)
    assert packed(quality_of(link)) == packed(again)


def test_the_manifest_tells_lost_late_and_duplicate_packets_of_each_link(stream: str) -> None:
    flight, encoder = a_flight(), Encoder(SYSTEM)
    packets = [position(encoder, n) for n in range(20)]
    order = [*range(5), 7, 6, *range(8, 20), 12]  # 5 is lost, 6 late, 12 comes twice
    append(stream, [batch(flight, *((n * 100_000, packets[i]) for n, i in enumerate(order)))])
    drain(stream)

    quality = sealed(flight)[UDP]["quality"]

    assert [quality[name] for name in ("packets", "lost", "late", "duplicate")] == [20, 1, 1, 1]
    assert (quality["lost_pct"], quality["late_pct"], quality["duplicate_pct"]) == (5.0, 5.0, 5.0)
    assert quality["rate_hz"] == pytest.approx(20 / 1.9, abs=0.01)
    assert quality["jitter_ms"] > 0


def test_a_radio_on_the_link_is_told_and_not_recorded(stream: str) -> None:
    flight, encoder, radio = a_flight(), Encoder(SYSTEM), sender(51)
    radio.radio_status_send(180, 170, 97, 40, 41, 7, 2)
    packets = [position(encoder, n) for n in range(2)]
    receive(stream, flight, [(RADIO, packets[0]), (RADIO, heard(radio)), (RADIO, packets[1])])
    drain(stream)

    link = sealed(flight)[RADIO]

    assert kept(flight) == packets
    assert (link["account"]["refused"], link["account"]["recorded"]) == ({"foreign": 1}, 2)
    assert (link["quality"]["radio"]["rssi"], link["quality"]["radio"]["remote_rssi"]) == (180, 170)


def test_what_lies_around_a_refused_packet_does_not_read_as_one_together(stream: str) -> None:
    flight, encoder, ground = a_flight(), Encoder(SYSTEM), Encoder(255)
    first, last = position(encoder, 0), position(encoder, 1)
    foreign = ground.heartbeat(now_us=BEGUN_US, armed=False, custom_mode=0)
    # The head of a message that no dialect knows, as long as to swallow the last packet were the foreign one not there.
    noise = bytes([0xFD, len(last) - 2, 0, 0, 0, SYSTEM, 1, 0xFE, 0xFF, 0xFF])
    receive(stream, flight, [(RADIO, first + noise + foreign + last)])
    drain(stream)

    link = sealed(flight)[RADIO]

    assert kept(flight) == [first + noise, last]
    assert (link["packets"], link["unreadable_bytes"], link["account"]["unaccounted"]) == (2, len(noise), 0)


def test_lines_count_as_packets(stream: str) -> None:
    flight = a_flight()
    times = [to_rfc3339(BEGUN + dt.timedelta(seconds=n)) for n in range(5)]
    lines = [b'{"time":"%s","latitude_deg":52.27}' % time.encode() for time in times]
    append(stream, [batch(flight, *((n * 1_000_000, line) for n, line in enumerate(lines)), kind="ndjson")])
    drain(stream)

    link = sealed(flight)[UDP]

    assert (link["account"]["packets_in"], link["account"]["recorded"], link["account"]["unaccounted"]) == (5, 5, 0)
    assert (link["quality"]["packets"], link["quality"]["clock"]["state"]) == (5, "good")


def test_a_batch_that_failed_three_times_is_in_the_account(stream: str, monkeypatch: pytest.MonkeyPatch) -> None:
    flight, encoder = a_flight(), Encoder(SYSTEM)
    good, poison = (position(encoder, n) for n in range(2))
    told = Batch(str(flight.id), UDP, "mavlink", "g", [Record(BEGUN_US, poison)], Tally(3, 120, {"foreign": 1}, 40))
    append(stream, [batch(flight, (0, good)), told])
    real = shard_module.take_in

    def fails_on_poison(place: object, entries: list[Any]) -> None:
        if any(entry.batch.tally for entry in entries):
            raise ZeroDivisionError
        real(place, entries)  # type: ignore[arg-type]

    monkeypatch.setattr(shard_module, "take_in", fails_on_poison)
    for _ in range(4):
        with pytest.raises(ZeroDivisionError):
            drain(stream)
    drain(stream)

    account = sealed(flight)[UDP]["account"]
    assert (account["packets_in"], account["recorded"], account["refused"]) == (4, 1, {"foreign": 1, "set_aside": 2})
    assert (account["bytes_in"], account["refused_bytes"]) == (120 + len(good), 120)
    assert (account["unaccounted"], account["unaccounted_bytes"]) == (0, 0)


def test_a_flight_that_was_only_refused_something_has_no_recording_of_it(stream: str) -> None:
    flight = a_flight()
    append(stream, [Batch(str(flight.id), UDP, "mavlink", "g", [], Tally(2, 80, {"foreign": 2}, 80))])
    drain(stream)
    flight.refresh_from_db()
    link = FlightLink.objects.get()
    assert (flight.phase, link.records, link.packets_in, link.refused) == ("expected", 0, 2, {"foreign": 2})
    assert Counter(link_figures(link))["packets"] == 0
