"""What the aircraft says is real MAVLink, at the stated rates, the same for the same seed."""

from collections import Counter
from functools import cache
from itertools import pairwise

import pytest
from pymavlink.dialects.v20 import common as mavlink

from telemetry.simulator.aircraft import LONGEST_FLIGHT_S, Aircraft
from telemetry.wire.encode import Encoder

STEPS_PER_S = 20
NOW_US = 1_760_000_000_000_000


@cache
def said(seed: int, seconds: int) -> tuple[mavlink.MAVLink_message, ...]:
    aircraft = Aircraft(seed)
    return tuple(message for n in range(seconds * STEPS_PER_S) for message in aircraft.step(NOW_US + n * 50_000))


def packets(messages: tuple[mavlink.MAVLink_message, ...], key: bytes | None = None) -> list[bytes]:
    encoder = Encoder(42, signing_key=key)
    return [encoder.pack(message, now_us=NOW_US) for message in messages]


def test_the_messages_come_at_their_rates() -> None:
    counts = Counter(message.get_type() for message in said(1, 60))
    texts = counts.pop("STATUSTEXT")
    assert counts == {
        "HEARTBEAT": 60,
        "SYSTEM_TIME": 60,
        "SYS_STATUS": 60,
        "BATTERY_STATUS": 60,
        "VFR_HUD": 240,
        "GPS_RAW_INT": 300,
        "ATTITUDE": 600,
        "GLOBAL_POSITION_INT": 600,
    }
    assert texts == 3


def test_packets_are_read_by_a_peer_with_rising_sequence_numbers() -> None:
    peer = mavlink.MAVLink(None)
    peer.robust_parsing = False
    read = [message for packet in packets(said(1, 20)) for message in peer.parse_buffer(packet) or []]
    assert [message.get_type() for message in read] == [message.get_type() for message in said(1, 20)]
    assert [message.get_seq() for message in read] == [n % 256 for n in range(len(read))]
    assert {(message.get_srcSystem(), message.get_srcComponent()) for message in read} == {(42, 1)}


def test_signed_packets_are_verified_by_a_peer_and_refused_with_another_key() -> None:
    signed = packets(said(1, 3), b"k" * 32)
    for key, fits in ((b"k" * 32, True), (b"x" * 32, False)):
        peer = mavlink.MAVLink(None)
        peer.robust_parsing = True  # a refused packet is a message of its own
        peer.signing.secret_key = key
        peer.signing.allow_unsigned_callback = lambda *_: False
        read = [message for packet in signed for message in peer.parse_buffer(packet) or []]
        assert [message.get_type() != "BAD_DATA" for message in read] == [fits] * len(signed)
        assert (peer.signing.badsig_count == 0) is fits


def test_the_same_seed_says_the_same_but_for_the_clock() -> None:
    one, other = Aircraft(9), Aircraft(9)
    for n in range(600):
        first, second = one.step(NOW_US + n), other.step(NOW_US - n)
        clocks = {"time_unix_usec", "time_usec"}
        assert [{k: v for k, v in m.to_dict().items() if k not in clocks} for m in first] == [
            {k: v for k, v in m.to_dict().items() if k not in clocks} for m in second
        ]


def test_position_heights_and_speeds_agree_with_each_other() -> None:
    heights = [m for m in said(2, 90) if m.get_type() == "GLOBAL_POSITION_INT"]
    assert {m.alt - m.relative_alt for m in heights} <= {35_051, 35_052, 35_053}  # the field: 115 ft
    assert max(m.relative_alt for m in heights) > 55_000
    for before, after in pairwise(heights):
        assert after.time_boot_ms - before.time_boot_ms == 100
        assert (after.lat - before.lat) * 0.0111 == pytest.approx((before.vx + after.vx) / 2 * 0.001, abs=0.06)


def test_each_flight_begins_with_a_full_battery_and_another_wind() -> None:
    aircraft = Aircraft(3)
    steps = round(LONGEST_FLIGHT_S * STEPS_PER_S)
    texts = [m.text for n in range(steps * 2) for m in aircraft.step(NOW_US) if m.get_type() == "STATUSTEXT"]
    assert aircraft.flights >= 2
    assert [text for text in texts if text.startswith("take-off")][:2] == ["take-off, battery 100 %"] * 2
    assert len({text for text in texts if text.startswith("landed")}) >= 1


def test_it_waits_on_the_pad_until_it_may_fly_and_is_heard_there() -> None:
    answers = iter([False, False, True, *[False] * 100])
    aircraft = Aircraft(4, ready=lambda: next(answers))
    armed = [
        bool(m.base_mode & mavlink.MAV_MODE_FLAG_SAFETY_ARMED)
        for n in range(4 * STEPS_PER_S)
        for m in aircraft.step(NOW_US)
        if m.get_type() == "HEARTBEAT"
    ]
    assert armed == [False, False, True, True]
