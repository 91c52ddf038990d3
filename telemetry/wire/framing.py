"""Find MAVLink 1 and 2 packets in bytes, and go on after noise; nothing is lost: what is no packet is handed over too.

Source: mavlink.io/en/guide/serialization.html. A packet counts when its CRC fits. The CRC of a message that the dialect
does not know can't be checked (it mixes in a byte that only the dialect tells): such a packet counts by its length,
when what follows it is the start of another or the end; its frame says `is_known` False. Packets of MAVLink 2 with
flags that we don't know must be left unread.
"""

import re
import struct

import msgspec
from fastcrc.crc16 import mcrf4xx  # MAVLink's CRC-16/MCRF4XX, called X.25 there

from telemetry.wire.dialect import CRC_EXTRA

V1, V2 = 0xFE, 0xFD
SIGNED = 0x01
SIGNATURE_BYTES = 13
LONGEST = 10 + 255 + 2 + SIGNATURE_BYTES

_START = re.compile(rb"[\xfd\xfe]")
# MAVLink 1: magic, length, sequence, system, component, message; 2: magic, length, flags that must be understood, other
# flags, sequence, system, component and three bytes of message. The rest is not the header's.
_HEADER = struct.Struct("<BBBBBBBI").unpack_from
_WAIT, _NONE, _BAD_CRC = -1, -2, -3


class Frame(msgspec.Struct, frozen=True, gc=False):
    """One packet within `data[start:end]`; `payload_start` and `payload_length` point into the same bytes."""

    data: bytes
    start: int
    end: int
    version: int
    sequence: int
    system_id: int
    component_id: int
    message_id: int
    payload_start: int
    payload_length: int
    is_signed: bool
    is_known: bool

    @property
    def packet(self) -> bytes:
        """Return the whole packet as it came."""
        return self.data[self.start : self.end]

    @property
    def payload(self) -> bytes:
        """Return the payload as it came: MAVLink 2 leaves zeros off its end."""
        return self.data[self.payload_start : self.payload_start + self.payload_length]


class Unreadable(msgspec.Struct, frozen=True, gc=False):
    """A run of bytes that holds no packet; `bad_crcs` of the things in it looked like one but for the CRC."""

    data: bytes
    start: int
    end: int
    bad_crcs: int

    @property
    def packet(self) -> bytes:
        """Return the bytes as they came."""
        return self.data[self.start : self.end]


class Framer:
    """Cut a stream that comes in pieces; holds back at most one packet's length of bytes."""

    def __init__(self) -> None:
        self._tail = b""

    def feed(self, data: bytes) -> list[Frame | Unreadable]:
        """Return what these bytes complete, in order; wherever the stream is cut, the same frames come out."""
        pieces, rest = _cut(self._tail + data, is_end=False)
        self._tail = rest
        return pieces

    def finish(self) -> list[Frame | Unreadable]:
        """Return what was held back, now that nothing more comes."""
        tail, self._tail = self._tail, b""
        return split(tail)


def split(data: bytes) -> list[Frame | Unreadable]:
    """Cut bytes that are whole, such as a datagram; the pieces put together are the bytes."""
    only = _plain_frame(data, 0, len(data))
    if only is not None and only.end == len(data):
        return [only]
    return _cut(data, is_end=True)[0]


def frame_at(data: bytes, at: int) -> Frame | None:
    """Return the packet that starts there, by CRC or, where the dialect has none for it, by length; else None."""
    if not 0 <= at < len(data) or data[at] not in (V1, V2):
        return None
    end = _end_of(data, at, len(data), is_end=True, is_alone=True)
    return _frame(data, at, end) if end >= 0 else None


def next_start(data: bytes, at: int) -> int:
    """Return where the next byte lies that may start a packet; the length of the bytes when there is none."""
    found = _START.search(data, at)
    return found.start() if found else len(data)


def _cut(data: bytes, *, is_end: bool) -> tuple[list[Frame | Unreadable], bytes]:
    pieces: list[Frame | Unreadable] = []
    at = clean = judged = 0  # `clean`: all before is in a piece; `judged`: up to here a failed CRC has been counted
    bad = 0
    size = len(data)
    while at < size:
        frame = _plain_frame(data, at, size)
        if frame is None:
            if data[at] != V1 and data[at] != V2:
                at = next_start(data, at)
                continue
            end = _end_of(data, at, size, is_end=is_end)
            if end == _WAIT:
                break
            if end < 0:
                if end == _BAD_CRC and at >= judged:
                    bad, judged = bad + 1, _claimed_end(data, at)
                at += 1
                continue
            frame = _frame(data, at, end)
        if clean < at:
            pieces.append(Unreadable(data, clean, at, bad))
            bad = 0
        pieces.append(frame)
        at = clean = frame.end
    if clean < at:
        pieces.append(Unreadable(data, clean, at, bad))
    return pieces, data[at:]


def _plain_frame(data: bytes, at: int, size: int) -> Frame | None:
    """Return the packet at `at` when it is all there, known and good, as nearly all are; None: look again, and closer.

    It says nothing that `_end_of` and `_frame` don't say, but in a fraction of their time.
    """
    if at + 12 > size:
        return None
    magic, length, second, third, fourth, fifth, sixth, rest = _HEADER(data, at)
    crc_at = at + length + (10 if magic == V2 else 6)
    if magic == V2 and second <= SIGNED:
        message_id = rest & 0xFFFFFF
        end = crc_at + (2 + SIGNATURE_BYTES if second else 2)
    elif magic == V1:
        message_id, end = fifth, crc_at + 2
    else:
        return None
    extra = CRC_EXTRA.get(message_id)
    if end > size or extra is None:
        return None
    crc = mcrf4xx(extra, mcrf4xx(data[at + 1 : crc_at]))
    if data[crc_at] | data[crc_at + 1] << 8 != crc:
        return None
    if magic == V1:
        return Frame(data, at, end, 1, second, third, fourth, message_id, at + 6, length, False, True)
    return Frame(data, at, end, 2, fourth, fifth, sixth, message_id, at + 10, length, second == SIGNED, True)


def _end_of(data: bytes, at: int, size: int, *, is_end: bool, is_alone: bool = False) -> int:
    """Return where the packet at `at` ends, or why there is none: wait for more bytes, none here, or a bad CRC.

    With `is_alone` it does not matter what follows a message that the dialect does not know.
    """
    is_v2 = data[at] == V2
    header = 10 if is_v2 else 6
    short = _NONE if is_end else _WAIT
    if at + 3 <= size and is_v2 and data[at + 2] & ~SIGNED:
        return _NONE
    if at + header > size:
        return short
    end = _claimed_end(data, at)
    if end > size:
        return short
    extra = CRC_EXTRA.get(_message_id(data, at))
    if extra is None:
        if end < size:
            return end if is_alone or data[end] in (V1, V2) else _NONE
        return end if is_end else _WAIT
    crc_at = at + header + data[at + 1]
    crc = mcrf4xx(extra, mcrf4xx(data[at + 1 : crc_at]))
    return end if data[crc_at] | data[crc_at + 1] << 8 == crc else _BAD_CRC


def _claimed_end(data: bytes, at: int) -> int:
    if data[at] == V1:
        return at + data[at + 1] + 8
    return at + data[at + 1] + (12 + SIGNATURE_BYTES if data[at + 2] & SIGNED else 12)


def _message_id(data: bytes, at: int) -> int:
    return data[at + 5] if data[at] == V1 else data[at + 7] | data[at + 8] << 8 | data[at + 9] << 16


def _frame(data: bytes, at: int, end: int) -> Frame:
    message_id, length = _message_id(data, at), data[at + 1]
    known = message_id in CRC_EXTRA
    if data[at] == V1:
        return Frame(
            data, at, end, 1, data[at + 2], data[at + 3], data[at + 4], message_id, at + 6, length, False, known
        )
    signed = bool(data[at + 2] & SIGNED)
    return Frame(data, at, end, 2, data[at + 4], data[at + 5], data[at + 6], message_id, at + 10, length, signed, known)
