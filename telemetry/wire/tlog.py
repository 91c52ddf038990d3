"""Read and write .tlog: before each packet its receive time, µs since 1970 UTC, 8 bytes big-endian."""

import struct
from collections.abc import Iterable, Iterator

from telemetry.wire.framing import Frame, frame_at, next_start

_STAMP = struct.Struct(">Q")


def write_tlog(records: Iterable[tuple[int, bytes]]) -> bytes:
    """Return the bytes of a .tlog of (receive_us, whole packet)."""
    return b"".join(_STAMP.pack(receive_us) + packet for receive_us, packet in records)


def read_tlog(data: bytes) -> Iterator[tuple[int, Frame]]:
    """Yield (receive_us, frame) for each packet of a .tlog.

    After damage it goes on at the next packet whose CRC fits, with the eight bytes before it as its time.
    """
    at = _STAMP.size
    while at < len(data):
        frame = frame_at(data, at) or _found_again(data, at)
        if frame is None:
            return
        yield _STAMP.unpack_from(data, frame.start - _STAMP.size)[0], frame
        at = frame.end + _STAMP.size


def _found_again(data: bytes, at: int) -> Frame | None:
    while (at := next_start(data, at + 1)) < len(data):
        frame = frame_at(data, at)
        if frame is not None and frame.is_known:
            return frame
    return None
