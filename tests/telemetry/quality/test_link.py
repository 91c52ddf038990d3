from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.quality.figures import figures, total
from telemetry.quality.link import LinkQuality
from telemetry.wire.framing import split
from telemetry.wire.tlog import read_tlog
from tests.telemetry.wire.peer import NOW_US, heard, sender, some_flight

S = 1_000_000
SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"


def test_each_component_counts_its_own_numbers() -> None:
    autopilot, camera = sender(), sender()
    camera.srcComponent = 100
    quality = LinkQuality()
    for n in range(20):
        autopilot.attitude_send(n * 100, 0, 0, 0, 0, 0, 0)
        camera.heartbeat_send(30, 8, 0, 0, 4)
        for peer in (autopilot, camera):
            packet = heard(peer)
            peer.file.sent.clear()
            if peer is autopilot or n != 5:
                quality.hear(split(packet), NOW_US + n * 100_000)

    found = figures(quality)
    assert [(s["component"], s["packets"], s["lost"]) for s in found["senders"]] == [(1, 20, 0), (100, 19, 1)]
    assert (found["packets"], found["lost"], found["lost_pct"]) == (39, 1, 2.5)


def test_an_autopilot_that_boots_in_flight_has_lost_nothing() -> None:
    quality, before = LinkQuality(), sender()
    quality.hear(split(some_flight(before, 50)), NOW_US)
    after = sender()
    for n in range(3):
        after.heartbeat_send(2, 3, 0x81, 5, 4)
        after.attitude_send(1000 + n, 0, 0, 0, 0, 0, 0)
    quality.hear(split(heard(after)), NOW_US + 20 * S)

    found = figures(quality)
    assert (found["lost"], found["late"], found["duplicate"], found["restarts"]) == (0, 0, 0, 1)


@pytest.mark.parametrize(("waves_ms", "jitter_ms"), [((0, 0), 0.0), ((0, 20), 20.0)])
def test_the_jitter_is_how_unequally_packets_are_delayed(waves_ms: tuple[int, int], jitter_ms: float) -> None:
    quality, peer = LinkQuality(), sender()
    for n in range(200):
        peer.attitude_send(n * 100, 0, 0, 0, 0, 0, 0)
        quality.hear(split(heard(peer)), NOW_US + n * 100_000 + waves_ms[n % 2] * 1000)
        peer.file.sent.clear()
    assert figures(quality)["jitter_ms"] == pytest.approx(jitter_ms, abs=0.1)


def test_there_is_no_jitter_without_times() -> None:
    quality, peer = LinkQuality(), sender()
    peer.heartbeat_send(2, 3, 0x81, 5, 4)
    quality.hear(split(heard(peer)), NOW_US)
    assert figures(quality)["jitter_ms"] is None


def test_the_radio_is_told_as_it_told_itself_last() -> None:
    quality, radio = LinkQuality(), sender(51)
    radio.radio_status_send(180, 255, 97, 40, 41, 7, 2)
    quality.hear(split(heard(radio)), NOW_US)
    assert figures(quality)["radio"] == {
        "rssi": 180, "remote_rssi": None, "noise": 40, "remote_noise": 41, "tx_buffer_pct": 97, "rx_errors": 7,
        "corrected": 2, "heard_us": NOW_US,
    }  # fmt: skip


def test_the_clock_is_the_autopilots_also_where_a_companion_spoke_first() -> None:
    quality, companion, autopilot = LinkQuality(), sender(), sender()
    companion.srcComponent = 191
    companion.system_time_send(NOW_US + 30 * S, 5000)
    autopilot.system_time_send(NOW_US - 1000, 7000)
    companion.system_time_send(NOW_US + 31 * S, 6000)
    first, second = (heard(peer) for peer in (companion, autopilot))
    cut = len(first) // 2
    for data in (first[:cut], second, first[cut:]):
        quality.hear(split(data), NOW_US)
    clock = figures(quality)["clock"]
    assert (clock["state"], clock["offset_ms"], clock["readings"]) == ("good", -1.0, 1)


def test_the_rate_is_that_of_the_last_whole_second() -> None:
    quality, peer = LinkQuality(), sender()
    for n in range(25):
        peer.attitude_send(n * 100, 0, 0, 0, 0, 0, 0)
        quality.hear(split(heard(peer)), NOW_US + n * 100_000)
        peer.file.sent.clear()
    assert quality.rate[0] == 10.0


@given(st.integers(0, 60), st.sets(st.integers(0, 299), max_size=40))
def test_a_link_that_is_put_away_and_taken_up_again_counts_as_if_nothing_had_been(cut: int, dropped: set[int]) -> None:
    pieces = [p for n, p in enumerate(split(some_flight(sender(), 60))) if n not in dropped]
    whole, parts = LinkQuality(), LinkQuality()
    for n, piece in enumerate(pieces):
        whole.hear([piece], NOW_US + n * 20_000)
        parts.hear([piece], NOW_US + n * 20_000)
        if n == cut:
            parts = msgspec.msgpack.decode(msgspec.msgpack.encode(parts), type=LinkQuality)
    assert figures(parts) == figures(whole)
    assert parts == whole


@given(st.lists(st.binary(max_size=40), max_size=30), st.integers(0, 2**63))
def test_any_bytes_are_taken_and_what_is_known_stays_small(parts: list[bytes], receive_us: int) -> None:
    quality, peer = LinkQuality(), sender()
    good = some_flight(peer, 5)
    for n, part in enumerate(parts):
        quality.hear(split(good[: n * 7] + part + good), min(receive_us, 2**62) + n)
    assert total(quality, "lost") >= 0
    assert len(msgspec.msgpack.encode(quality)) < 4096


def test_of_more_senders_than_sixteen_the_rest_is_counted_together() -> None:
    quality, peer = LinkQuality(), sender()
    for component in range(1, 41):
        peer.srcComponent = component
        peer.heartbeat_send(2, 3, 0x81, 5, 4)
    quality.hear(split(heard(peer)), NOW_US)
    found = figures(quality)
    assert (len(found["senders"]), found["packets_of_other_senders"], found["packets"]) == (16, 24, 40)


@pytest.mark.parametrize(
    ("name", "skipped_at_boot", "restarts"),
    # in the flight of 2015 the autopilot booted within six seconds: its numbers went from 31 to 2
    [("small.tlog", 0, 0), ("mavlink_2013.tlog", 0, 0), ("dronekit_flight.tlog", 226, 1)],
)
def test_of_real_flights_what_the_numbers_skip_is_lost_but_for_a_boot(
    name: str, skipped_at_boot: int, restarts: int
) -> None:
    if not (SHARED / name).exists():
        pytest.skip(f"{SHARED / name} is not here")
    quality, numbers = LinkQuality(), []
    for receive_us, frame in read_tlog((SHARED / name).read_bytes()):
        if (frame.system_id, frame.component_id) == (1, 1):
            quality.hear([frame], receive_us)
            numbers.append(frame.sequence)
    skipped = sum((after - before - 1) % 256 for before, after in pairwise(numbers))
    found = figures(quality)
    assert (found["lost"], found["restarts"]) == (skipped - skipped_at_boot, restarts)
    assert (found["late"], found["duplicate"]) == (0, 0)


def test_unreadable_bytes_and_silences_are_counted() -> None:
    quality, data = LinkQuality(), some_flight(sender(), 1)
    for receive_us in (NOW_US, NOW_US + 5 * S, NOW_US + 11 * S, NOW_US + 2 * S):
        quality.hear(split(data + b"noise"), receive_us)
    assert (quality.gaps, quality.unreadable_bytes) == (1, 20)
