"""pymavlink as the other end of the link."""

from typing import Any

from pymavlink.dialects.v10 import ardupilotmega as v1
from pymavlink.dialects.v20 import all as v2

KEY = bytes(range(32))
NOW_US = 1_780_000_000_000_000
STAMP = (NOW_US - 1_420_070_400_000_000) // 10


def sender(system_id: int = 7, *, key: bytes | None = None, link_id: int = 0, is_v1: bool = False) -> Any:
    """Return a pymavlink sender; `heard(sender)` gives what it sent."""

    class Wire:
        def __init__(self) -> None:
            self.sent = bytearray()

        def write(self, data: bytes) -> None:
            self.sent += data

    peer = (v1 if is_v1 else v2).MAVLink(Wire(), srcSystem=system_id, srcComponent=1)
    if key is not None:
        peer.signing.secret_key, peer.signing.sign_outgoing = key, True
        peer.signing.link_id, peer.signing.timestamp = link_id, STAMP
    return peer


def heard(peer: Any) -> bytes:
    """Return all bytes that the peer sent."""
    return bytes(peer.file.sent)


def some_flight(peer: Any, moments: int = 3) -> bytes:
    """Send what an aircraft sends, for so many moments, and return all of it."""
    for n in range(moments):
        peer.heartbeat_send(2, 3, 0x81, 5, 4)
        peer.global_position_int_send(n * 100, 522758333 + n, 68891667, 90_000, 55_000, 200, -100, -50, 35_999)
        peer.gps_raw_int_send(NOW_US + n * 100_000, 3, 522758333, 68891667, 90_000, 90, 120, 224, 33_344, 14)
        peer.attitude_send(n * 100, 0.02, -0.05, 1.0, 0, 0, 0)
        peer.sys_status_send(0, 0, 0, 250, 48_000, 2500, 83, 0, 0, 0, 0, 0, 0)
    return heard(peer)
