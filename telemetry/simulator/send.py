"""Send the simulated aircraft's messages over UDP in real time, signed when it has a key."""

import contextlib
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

from telemetry.simulator.aircraft import Aircraft
from telemetry.simulator.flight_model import STEP_S
from telemetry.wire.encode import Encoder

_MOST_BEHIND_S = 1.0


@dataclass(frozen=True)
class Link:
    """Name where the aircraft sends and as whom; `signing_key` is 32 bytes, None sends unsigned."""

    host: str
    port: int
    system_id: int
    signing_key: bytes | None = None


def run(aircraft: Aircraft, link: Link, *, keep_on: Callable[[], bool] = lambda: True) -> None:
    """Step the aircraft in real time and send what it says, until `keep_on` says no.

    A process that was held up goes on from now: what it missed by more than a second is not sent in a burst.

    Raises:
        OSError: the host's name is not known.
    """
    encoder = Encoder(link.system_id, signing_key=link.signing_key)
    family, kind, protocol, _, address = socket.getaddrinfo(link.host, link.port, type=socket.SOCK_DGRAM)[0]
    due_s = time.monotonic()
    with socket.socket(family, kind, protocol) as udp:
        while keep_on():
            now_us = time.time_ns() // 1000
            for message in aircraft.step(now_us):
                # An aircraft does not wait for a gateway that is not there.
                with contextlib.suppress(OSError):
                    udp.sendto(encoder.pack(message, now_us=now_us), address)
            due_s = max(due_s + STEP_S, time.monotonic() - _MOST_BEHIND_S)
            time.sleep(max(0.0, due_s - time.monotonic()))
