"""Positions move to the range, everything else stays, and every packet stays readable."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymavlink.dialects.v20 import ardupilotmega as two

from telemetry.simulator.shift import Shift
from tests.telemetry.simulator.made_log import AIRCRAFT, flight_packets


def read(packets: list[bytes]) -> list[two.MAVLink_message]:
    link = two.MAVLink(None)
    link.robust_parsing = False  # a bad CRC raises
    return [message for packet in packets for message in link.parse_buffer(packet) or []]


def test_the_first_position_lands_on_the_wanted_place_and_the_others_keep_their_distance() -> None:
    packets = flight_packets(20)
    shift = Shift(52.2758333, 6.8891667)
    moved = [m for m in read([shift.apply(p) for p in packets]) if m.get_type() == "GLOBAL_POSITION_INT"]
    before = [m for m in read(packets) if m.get_type() == "GLOBAL_POSITION_INT"]
    assert (moved[0].lat, moved[0].lon) == (522_758_333, 68_891_667)
    assert moved[-1].lat - moved[0].lat == before[-1].lat - before[0].lat
    east = [(m[-1].lon - m[0].lon) * math.cos(math.radians(m[0].lat / 1e7)) for m in (before, moved)]
    assert east[1] == pytest.approx(east[0], abs=2.0)
    assert shift.moved == 40


def test_all_but_latitude_and_longitude_stays_as_it_was() -> None:
    packets = flight_packets(20)
    shift = Shift(52.2758333, 6.8891667)
    for before, after in zip(read(packets), read([shift.apply(p) for p in packets]), strict=True):
        kept = {k: v for k, v in before.to_dict().items() if k not in {"lat", "lon"}}
        assert {k: v for k, v in after.to_dict().items() if k not in {"lat", "lon"}} == kept
        assert after.get_seq() == before.get_seq()


def test_no_fix_stays_no_fix() -> None:
    packets = flight_packets(1, latitude_e7=0, longitude_e7=0)
    shift = Shift(52.0, 6.0)
    assert [shift.apply(p) for p in packets] == packets
    assert shift.moved == 0


def test_a_broken_packet_stays_broken() -> None:
    packet = bytearray(flight_packets(2)[7])
    packet[15] ^= 0xFF
    assert Shift(52.0, 6.0).apply(bytes(packet)) == bytes(packet)


def test_a_signed_position_goes_on_unsigned_and_is_counted() -> None:
    link = two.MAVLink(None, srcSystem=AIRCRAFT, srcComponent=1)
    link.signing.secret_key, link.signing.sign_outgoing, link.signing.timestamp = b"k" * 32, True, 1
    packet = bytes(two.MAVLink_global_position_int_message(1, 10, 20, 3, 4, 5, 6, 7, 8).pack(link))
    shift = Shift(52.0, 6.0)
    (message,) = read([shift.apply(packet)])
    assert (message.lat, message.get_signed(), shift.signatures_cut) == (520_000_000, False, 1)


@given(
    st.integers(-890_000_000, 890_000_000),
    st.integers(-1_800_000_000, 1_800_000_000),
    st.floats(-85, 85),
    st.floats(-180, 180),
)
def test_any_position_can_be_moved_anywhere(latitude_e7: int, longitude_e7: int, to_lat: float, to_lon: float) -> None:
    packets = flight_packets(2, latitude_e7=latitude_e7 or 1, longitude_e7=longitude_e7)
    shift = Shift(to_lat, to_lon)
    messages = read([shift.apply(p) for p in packets])
    assert len(messages) == len(packets)
    first = next(m for m in messages if m.get_type() == "GLOBAL_POSITION_INT")
    assert first.lat == round(to_lat * 1e7)
