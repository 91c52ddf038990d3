"""What bytes of an unknown sender tell at a glance: so much that somebody can guess whose they are, and no secret."""

import re

from telemetry.wire import dialect
from telemetry.wire.framing import Frame

MOST_SHOWN_BYTES = 64
_HEARTBEAT_TYPE, _HEARTBEAT_AUTOPILOT = 4, 5  # after the custom mode of 4 bytes
_V2_HEADER_BYTES = 10
# SETUP_SIGNING (256) carries a key: wherever its header stands, nothing behind it is shown. MAVLink 1 can't send it
_SETUP_SIGNING = re.compile(rb"\xfd.{6}\x00\x01\x00", re.DOTALL)


def first_bytes(data: bytes) -> str:
    """Return the first bytes as hex digits, 64 bytes at most; of a message that sets a signing key its header alone."""
    secret = _SETUP_SIGNING.search(data)
    end = secret.start() + _V2_HEADER_BYTES if secret else MOST_SHOWN_BYTES
    return data[: min(end, MOST_SHOWN_BYTES)].hex()


def message_name(message_id: int) -> str:
    """Return the dialect's name of a message, `#ID` where it has none."""
    return dialect.NAMES.get(message_id, f"#{message_id}")


def heartbeat_of(frame: Frame) -> tuple[str, str]:
    """Return what a HEARTBEAT says of its sender, as names of MAV_TYPE and MAV_AUTOPILOT (`#N` for unknown ones)."""
    payload = frame.payload.ljust(_HEARTBEAT_AUTOPILOT + 1, b"\0")  # MAVLink 2 leaves zeros off the end
    return (
        dialect.VEHICLES.get(payload[_HEARTBEAT_TYPE], f"#{payload[_HEARTBEAT_TYPE]}"),
        dialect.AUTOPILOTS.get(payload[_HEARTBEAT_AUTOPILOT], f"#{payload[_HEARTBEAT_AUTOPILOT]}"),
    )
