"""A .tlog is framed packet by packet, whatever lies between the packets."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.simulator.tlog import NotATlog, entries, system_ids
from tests.telemetry.simulator.made_log import (
    AIRCRAFT,
    BEGUN_US,
    GROUND_STATION,
    flight_packets,
    stamped,
)


def test_every_packet_comes_back_with_its_stamp_in_file_order() -> None:
    packets = flight_packets(30)
    found = list(entries(stamped(packets)))
    assert [entry.packet for entry in found] == packets
    assert [entry.stamp_us for entry in found] == [BEGUN_US + n * 20_000 for n in range(len(packets))]


def test_system_ids_are_counted_most_first() -> None:
    assert list(system_ids(stamped(flight_packets(30))).items()) == [(AIRCRAFT, 150), (GROUND_STATION, 3)]


def test_a_cut_last_packet_is_left_out() -> None:
    packets = flight_packets(3)
    assert [entry.packet for entry in entries(stamped(packets)[:-1])] == packets[:-1]


def test_zeros_between_packets_cost_no_packet() -> None:
    packets = flight_packets(4)
    log = stamped(packets[:8]) + bytes(40) + stamped(packets[8:])
    assert [entry.packet for entry in entries(log)] == packets


def test_a_packet_with_a_bad_crc_is_given_as_it_lies() -> None:
    packets = flight_packets(4)
    packets[3] = packets[3][:-1] + bytes([packets[3][-1] ^ 0xFF])
    assert [entry.packet for entry in entries(stamped(packets))] == packets


def test_a_packet_with_a_false_length_costs_only_itself() -> None:
    packets = flight_packets(6)
    damaged = [*packets[:3], packets[3][:1] + b"\xff" + packets[3][2:], *packets[4:]]
    assert [entry.packet for entry in entries(stamped(damaged))] == [*packets[:3], *packets[4:]]


@given(st.binary(max_size=400))
def test_any_bytes_give_packets_of_theirs_or_are_refused(log: bytes) -> None:
    with contextlib.suppress(NotATlog):
        found = list(entries(log))
        assert sum(8 + len(entry.packet) for entry in found) <= len(log)
        assert all(entry.packet in log for entry in found)


@pytest.mark.parametrize(
    ("head", "named"),
    [
        (b"ULog\x01\x12\x35\x01" * 4, "PX4 ULog"),
        (b"\xa3\x95\x80\x80" * 8, "DataFlash"),
        (b"hello, world", "an unknown format"),
        (b"", "nothing"),
    ],
)
def test_another_format_is_refused_by_name(head: bytes, named: str) -> None:
    with pytest.raises(NotATlog, match=named):
        list(entries(head))
