"""The sender keeps real time, and lives on without a gateway."""

import socket
import time

from pymavlink.dialects.v20 import common as mavlink

from telemetry.simulator.aircraft import Aircraft
from telemetry.simulator.send import Link, run


def test_two_seconds_of_flight_take_two_seconds_on_the_wire() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024 * 1024)
        udp.bind(("127.0.0.1", 0))
        udp.settimeout(0.1)
        begun = time.monotonic()
        run(Aircraft(1), Link("127.0.0.1", udp.getsockname()[1], 42), keep_on=lambda: time.monotonic() < begun + 2.0)
        assert 2.0 <= time.monotonic() - begun < 2.6
        peer, kinds = mavlink.MAVLink(None), []
        try:
            while True:
                kinds += [message.get_type() for message in peer.parse_buffer(udp.recv(2048)) or []]
        except TimeoutError:
            pass
    assert kinds.count("HEARTBEAT") == 2
    assert 18 <= kinds.count("GLOBAL_POSITION_INT") <= 20


def test_nobody_at_the_port_does_not_stop_it() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        port = udp.getsockname()[1]
    end = time.monotonic() + 0.3
    run(Aircraft(1), Link("127.0.0.1", port, 42), keep_on=lambda: time.monotonic() < end)
