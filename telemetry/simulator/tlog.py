"""Read a .tlog to send it again: 8 bytes of big-endian µs since 1970 before each raw MAVLink packet, no sync word.

`telemetry.wire.tlog` gives the packets that can be trusted; a replay also wants those that can't, as they flew.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from telemetry.wire.framing import SIGNATURE_BYTES, SIGNED, V1, V2, Frame, split

STAMP = struct.Struct(">Q")
_OTHERS = {b"ULog": "a PX4 ULog", b"\xa3\x95": "an ArduPilot DataFlash log"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One packet of a log with the time at which the logging station had it."""

    stamp_us: int
    packet: bytes

    @property
    def system_id(self) -> int:
        """Give the sender's system id."""
        return self.packet[3] if self.packet[0] == V1 else self.packet[5]


class NotATlog(ValueError):
    """The file is no .tlog; the text says what it looks like and what to do."""


def entries(log: bytes) -> Iterator[Entry]:
    """Give the packets of a log in file order; bytes that begin no stamped packet are stepped over.

    A packet counts when its CRC fits, or when its length leads to the next stamped packet or the end: so messages of
    an unknown dialect and packets that were broken on their way are given too, as they lie in the file.

    Raises:
        NotATlog: at the first step, when no packet begins at the head of the file.
    """
    if _packet_end(log, STAMP.size) == 0:
        raise NotATlog(_what_it_is(log))
    at = 0
    while at + STAMP.size < len(log):
        start = at + STAMP.size
        end = _packet_end(log, start)
        if end and (_leads_on(log, end) or _is_sound(log[start:end])):
            yield Entry(stamp_us=STAMP.unpack_from(log, at)[0], packet=log[start:end])
            at = end
        else:
            at += 1


def system_ids(log: bytes) -> dict[int, int]:
    """Return how many packets each system id has in a log, most first."""
    counts: dict[int, int] = {}
    for entry in entries(log):
        counts[entry.system_id] = counts.get(entry.system_id, 0) + 1
    return dict(sorted(counts.items(), key=lambda pair: -pair[1]))


def _packet_end(log: bytes, start: int) -> int:
    """Return where the packet that seems to start there ends, 0 where none does or the file ends before it."""
    if start + 3 > len(log) or log[start] not in (V1, V2):
        return 0
    if log[start] == V1:
        end = start + log[start + 1] + 8
    else:
        end = start + log[start + 1] + (12 + SIGNATURE_BYTES if log[start + 2] & SIGNED else 12)
    return end if end <= len(log) else 0


def _leads_on(log: bytes, end: int) -> bool:
    return end == len(log) or (end + STAMP.size < len(log) and log[end + STAMP.size] in (V1, V2))


def _is_sound(packet: bytes) -> bool:
    frame = split(packet)[0]
    return isinstance(frame, Frame) and frame.is_known and frame.end == len(packet)


def _what_it_is(log: bytes) -> str:
    kind = next((name for head, name in _OTHERS.items() if log.startswith(head)), "an unknown format")
    return (
        "expected a .tlog (time stamps and MAVLink packets), the only format that can be replayed; "
        f"got {kind if log else 'nothing'}, beginning with {log[:8].hex(' ') or 'no byte'}."
    )
