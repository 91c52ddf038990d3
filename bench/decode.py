"""Measure how quickly live bytes become values, beside pymavlink's parser, turn by turn on the same datagrams.

Each datagram holds one packet, as aircraft send them. Ours cuts it, checks it and takes it into the aircraft's state;
the peer is `MAVLink.parse_buffer` with robust parsing, as pymavlink ships it (`accelerated` says whether it has its
C parser). Neither does anything with what it read: reading the state, which the live picture does ten times a
second whatever comes in, is measured apart. That the values are equal is a test:
tests/telemetry/wire/test_state_equals_pymavlink.py. The log is a simulated flight in which a third of the messages tell
the state, and the others are what autopilots stream beside (in real logs a quarter to a half tell it); telemetry logs
(.tlog) can be named. Prints one JSON line, and fails where the median of the ratios is below the goal.

    python -m bench.decode [--turns 7] [LOG …]
"""

import argparse
import json
import statistics
import sys
import time
from collections import Counter
from itertools import cycle
from pathlib import Path

from pymavlink.dialects.v20 import all as mavlink

from telemetry.simulator.aircraft import Aircraft
from telemetry.wire.encode import Encoder
from telemetry.wire.framing import Frame, split
from telemetry.wire.state import StateBuilder
from telemetry.wire.tlog import read_tlog

GOAL = 5.0
SYSTEM_ID = 77
FLIGHT_S = 600
BEGUN_US = 1_780_000_000_000_000
READS = 2000
OTHERS = (
    mavlink.MAVLink_raw_imu_message(1, 20, -30, -1000, 4, 5, 6, 120, -80, 430),
    mavlink.MAVLink_scaled_pressure_message(1, 1013.2, 0.1, 3500),
    mavlink.MAVLink_servo_output_raw_message(1, 0, 1500, 1500, 1100, 1500, 1900, 1000, 1000, 1000),
    mavlink.MAVLink_rc_channels_message(1, 8, *[1500] * 18, 200),
    mavlink.MAVLink_nav_controller_output_message(1.5, -2.5, 90, 91, 120, 0.5, 0.1, -0.2),
    mavlink.MAVLink_vibration_message(1, 0.1, 0.2, 0.3, 0, 0, 0),
    mavlink.MAVLink_meminfo_message(0, 65_535),
)

Packets = list[tuple[int, bytes]]


def simulated() -> Packets:
    """Return ten minutes of the simulated aircraft as (µs of receipt, packet)."""
    aircraft, encoder, others = Aircraft(seed=1), Encoder(SYSTEM_ID), cycle(OTHERS)
    times_us = range(BEGUN_US, BEGUN_US + FLIGHT_S * 1_000_000, 100_000)
    said = [
        (us, message) for us in times_us for own in aircraft.step(us) for message in (own, next(others), next(others))
    ]
    return [(us, encoder.pack(message, now_us=us)) for us, message in said]


def read(path: Path) -> Packets:
    """Return the packets of a telemetry log."""
    return [(us, frame.packet) for us, frame in read_tlog(path.read_bytes()) if frame.is_known]


def ours_s(packets: Packets, builder: StateBuilder) -> float:
    """Return the CPU time that our side takes for all packets."""
    begun = time.process_time()
    for receive_us, packet in packets:
        for piece in split(packet):
            if isinstance(piece, Frame):
                builder.feed(piece, receive_us)
    return time.process_time() - begun


def theirs_s(packets: Packets) -> float:
    """Return the CPU time that pymavlink takes for all packets.

    Raises:
        RuntimeError: it read another number of messages than there are packets.
    """
    link, messages = mavlink.MAVLink(None), 0
    link.robust_parsing = True
    begun = time.process_time()
    for _, packet in packets:
        messages += len(link.parse_buffer(packet) or ())
    took_s = time.process_time() - begun
    if messages != len(packets):
        raise RuntimeError(f"pymavlink read {messages} messages of {len(packets)} packets")
    return took_s


def read_us(packets: Packets, builder: StateBuilder) -> float:
    """Return the CPU µs of one reading of a state that has changed in all that a moment's messages change."""
    frames = [(us, piece) for us, packet in packets[-READS:] for piece in split(packet) if isinstance(piece, Frame)]
    took_s = 0.0
    for n, (receive_us, frame) in enumerate(frames):
        builder.feed(frame, receive_us)
        if n % 20 == 0:
            begun = time.process_time()
            builder.sample.as_dict()
            took_s += time.process_time() - begun
    return took_s * 1e6 / (len(frames) / 20)


def measure(packets: Packets, turns: int) -> dict[str, float]:
    """Return the figures of one log."""
    ((system_id, _),) = Counter(
        piece.system_id for _, packet in packets for piece in split(packet) if isinstance(piece, Frame)
    ).most_common(1)
    builder = StateBuilder(system_id)
    taken = [(ours_s(packets, builder), theirs_s(packets)) for _ in range(turns)]
    ours, theirs = (statistics.median(side) for side in zip(*taken, strict=True))
    return {
        "messages": len(packets),
        "ours_per_s": round(len(packets) / ours),
        "pymavlink_per_s": round(len(packets) / theirs),
        "ratio": round(statistics.median(their_s / our_s for our_s, their_s in taken), 2),
        "state_read_us": round(read_us(packets, builder), 1),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("logs", nargs="*", type=Path, metavar="LOG")
    parser.add_argument("--turns", type=int, default=7)
    asked = parser.parse_args()
    logs = {"simulated": simulated(), **{path.name: read(path) for path in asked.logs}}
    found = {name: measure(packets, asked.turns) for name, packets in logs.items()}
    ratio = min(figures["ratio"] for figures in found.values())
    accelerated = "mavnative" in sys.modules
    print(json.dumps({"bench": "decode", "accelerated": accelerated, "logs": found, "ratio": ratio, "goal": GOAL}))
    if ratio < GOAL:
        sys.exit(f"decode: {ratio} times pymavlink's rate, the goal is {GOAL}")


if __name__ == "__main__":
    main()
