"""A replay sends every packet once, in order, at the log's pace, and says what it did."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from telemetry.simulator.replay import Target, parse_place, replay
from telemetry.simulator.shift import Shift
from telemetry.simulator.tlog import NotATlog
from tests.telemetry.simulator.made_log import flight_packets, stamped


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
        udp.bind(("127.0.0.1", 0))
        udp.settimeout(0.2)
        yield udp


def received(udp: socket.socket) -> list[bytes]:
    datagrams = []
    while True:
        try:
            datagrams.append(udp.recv(65536))
        except TimeoutError:
            return datagrams


def target(udp: socket.socket) -> Target:
    return Target("127.0.0.1", udp.getsockname()[1])


def test_with_a_speed_each_packet_is_a_datagram_at_the_logs_pace(listener: socket.socket, tmp_path: Path) -> None:
    packets = flight_packets(6)
    (tmp_path / "a.tlog").write_bytes(stamped(packets, every_us=40_000))
    begun, said = time.monotonic(), []
    tally = replay(tmp_path / "a.tlog", to=target(listener), speed=2.0, say=said.append)
    assert time.monotonic() - begun >= (len(packets) - 1) * 0.020
    assert received(listener) == packets
    assert tally.packets == tally.datagrams == len(packets)
    assert "system ids 41 (30 packets), 255 (1 packets)" in said[0]
    assert said[-1].startswith("31 packets in 31 datagrams sent in ")


def test_speed_0_sends_the_same_bytes_in_fewer_datagrams_that_mix_no_senders(
    listener: socket.socket, tmp_path: Path
) -> None:
    packets = flight_packets(60)
    (tmp_path / "a.tlog").write_bytes(stamped(packets, every_us=10_000_000))
    tally = replay(tmp_path / "a.tlog", to=target(listener), speed=0, say=lambda line: None)
    datagrams = received(listener)
    assert b"".join(datagrams) == b"".join(packets)
    assert tally.datagrams == len(datagrams) < len(packets) / 4
    assert max(map(len, datagrams)) <= 1200


@pytest.mark.parametrize("second_us", [0, 1, 2**63])
def test_a_clock_that_jumps_neither_stops_the_replay_nor_goes_unsaid(
    listener: socket.socket, tmp_path: Path, second_us: int
) -> None:
    packets = flight_packets(1)[:3]
    log = stamped(packets[:1]) + stamped(packets[1:2], begun_us=second_us) + stamped(packets[2:])
    (tmp_path / "a.tlog").write_bytes(log)
    begun, said = time.monotonic(), []
    replay(tmp_path / "a.tlog", to=target(listener), speed=5.0, say=said.append)
    assert time.monotonic() - begun < 0.6
    assert received(listener) == packets
    assert "2 gaps of the log's clock cut" in said[-1]


def test_positions_move_on_the_way(listener: socket.socket, tmp_path: Path) -> None:
    packets = flight_packets(4)
    (tmp_path / "a.tlog").write_bytes(stamped(packets))
    said: list[str] = []
    replay(tmp_path / "a.tlog", to=target(listener), speed=0, shift=Shift(52.2758, 6.8892), say=said.append)
    again = Shift(52.2758, 6.8892)
    assert b"".join(received(listener)) == b"".join(again.apply(p) for p in packets)
    assert "8 positions moved" in said[-1]


def test_a_port_where_nobody_listens_is_said(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        to = target(udp)
    (tmp_path / "a.tlog").write_bytes(stamped(flight_packets(4)))
    said: list[str] = []
    replay(tmp_path / "a.tlog", to=to, speed=100.0, say=said.append)
    assert "is the gateway running" in said[-1]


def test_a_ulog_is_refused_before_anything_is_sent(listener: socket.socket, tmp_path: Path) -> None:
    (tmp_path / "a.ulg").write_bytes(b"ULog\x01\x12\x35\x01" * 10)
    with pytest.raises(NotATlog, match="PX4 ULog"):
        replay(tmp_path / "a.ulg", to=target(listener), say=lambda line: None)
    assert received(listener) == []


@pytest.mark.parametrize("text", ["127.0.0.1:14550", "tcp:127.0.0.1:5760", "udp:14550", "udp:host:0", "udp:host:70000"])
def test_another_target_than_udp_host_port_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="--to must be udp:HOST:PORT"):
        Target.parse(text)


def test_targets_and_places_are_read() -> None:
    assert Target.parse("udp:127.0.0.1:14550") == Target("127.0.0.1", 14550)
    assert Target.parse("udp:[::1]:14550") == Target("::1", 14550)
    assert parse_place("52.2758,6.8892") == (52.2758, 6.8892)


@pytest.mark.parametrize("text", ["52", "a,b", "90,0", "52,181", "nan,0", "1,2,3"])
def test_a_place_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="--shift-to must be LAT,LON"):
        parse_place(text)
