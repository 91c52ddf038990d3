"""Whatever is made quick in reading live bytes: the values are those that pymavlink reads, at every message."""

import random
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymavlink.dialects.v20 import all as dialect

from telemetry.simulator.aircraft import Aircraft
from telemetry.wire.encode import Encoder
from telemetry.wire.framing import Frame, split
from telemetry.wire.state import StateBuilder
from telemetry.wire.tlog import read_tlog
from tests.telemetry.wire.peer import NOW_US
from tests.telemetry.wire.plain_state import PlainState

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
STATE_MESSAGES = (
    dialect.MAVLink_heartbeat_message,
    dialect.MAVLink_system_time_message,
    dialect.MAVLink_global_position_int_message,
    dialect.MAVLink_gps_raw_int_message,
    dialect.MAVLink_attitude_message,
    dialect.MAVLink_vfr_hud_message,
    dialect.MAVLink_sys_status_message,
    dialect.MAVLink_battery_status_message,
)
EDGES_OF_FLOATS = (0.0, -0.0, 1.25, -3.1, 7.0, 2e4, 2e5, -2e4, float("nan"), float("inf"), -float("inf"))
BITS = {"int8_t": 8, "int16_t": 16, "int32_t": 32, "uint8_t": 8, "uint16_t": 16, "uint32_t": 32, "uint64_t": 64}


def compare(packets: Iterable[tuple[int, bytes]], system_id: int, *, read_every: int = 1) -> int:
    """Compare each packet's header, and the state after so many that told something; returns how many told."""
    ours, theirs, reader = StateBuilder(system_id), PlainState(system_id), dialect.MAVLink(None)
    told = 0
    for receive_us, packet in packets:
        (frame,), (message,) = split(packet), reader.parse_buffer(packet)
        assert isinstance(frame, Frame)
        header = message.get_header()
        assert (frame.sequence, frame.system_id, frame.component_id, frame.message_id, frame.payload_length) == (
            *(header.seq, header.srcSystem, header.srcComponent, header.msgId, header.mlen),
        )
        has_told = theirs.feed(message, receive_us)
        assert ours.feed(frame, receive_us) is has_told
        told += has_told
        if has_told and told % read_every == 0:
            assert ours.sample.as_dict() == theirs.told, message
    return told


def test_a_simulated_flight_has_the_values_that_pymavlink_reads() -> None:
    aircraft, encoder = Aircraft(seed=1), Encoder(7)
    times_us = (NOW_US + n * 100_000 for n in range(1500))
    packets = [(us, encoder.pack(message, now_us=us)) for us in times_us for message in aircraft.step(us)]
    assert compare(packets, 7) > 1500


@pytest.mark.parametrize("name", ["small.tlog", "mavlink_2013.tlog", "dronekit_flight.tlog"])
def test_a_real_log_has_the_values_that_pymavlink_reads(name: str) -> None:
    if not (SHARED / name).exists():
        pytest.skip(f"{SHARED / name} is not here")
    rows = [(us, frame) for us, frame in read_tlog((SHARED / name).read_bytes()) if frame.is_known]
    ((system_id, _),) = Counter(frame.system_id for _, frame in rows).most_common(1)
    assert compare([(us, frame.packet) for us, frame in rows], system_id) > 100


@given(st.integers(0, 2**32), st.integers(1, 4))
def test_messages_at_the_edges_of_what_they_may_say_have_the_values_that_pymavlink_reads(seed: int, every: int) -> None:
    """Each value is one of the few that decide something, so that every way of holding and leaving out is gone."""
    dice, encoder, us = random.Random(seed), Encoder(7), NOW_US
    packets = []
    for _ in range(30):
        kind = dice.choice(STATE_MESSAGES)
        many = dict(zip(kind.ordered_fieldnames, kind.array_lengths, strict=True))
        kinds = zip(kind.fieldnames, kind.fieldtypes, strict=True)
        values = [
            [value(dice, one) for _ in range(n)] if (n := many[name]) else value(dice, one) for name, one in kinds
        ]
        us += dice.choice((1000, 500_000, 1_999_999, 2_000_000, -3_000_000))
        packets.append((us, encoder.pack(kind(*values), now_us=NOW_US)))
    compare(packets, 7, read_every=every)


def value(dice: random.Random, kind: str) -> float:
    if kind not in BITS:
        return dice.choice(EDGES_OF_FLOATS)
    bits, lowest = BITS[kind], -(1 << BITS[kind] - 1) if kind[0] == "i" else 0
    highest = lowest + (1 << bits) - 1
    edges = (0, 1, 3, 6, 8, 42, 100, 3000, 36_000, 900_000_000, 1_800_000_001, NOW_US, lowest, highest)
    return dice.choice([edge for edge in edges if lowest <= edge <= highest])
