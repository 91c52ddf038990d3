"""Move a log's positions to another place, packet by packet."""

import math
import struct

from fastcrc.crc16 import mcrf4xx

from telemetry.wire.dialect import CRC_EXTRA, GLOBAL_POSITION_INT, GPS_RAW_INT
from telemetry.wire.framing import SIGNED, Frame, split

_OFFSETS = {GLOBAL_POSITION_INT: 4, GPS_RAW_INT: 8}
"""Where latitude and longitude lie in the payload; MAVLink common.xml."""
_LAT_LON = struct.Struct("<ii")
_DEG_E7 = 10_000_000


class Shift:
    """Move GLOBAL_POSITION_INT and GPS_RAW_INT so that the first position of a log comes to a wanted place.

    Distances east-west keep their length in metres; heights stay. Other messages, and positions of exactly 0 / 0 (no
    fix), pass unchanged. A packet that is changed gets a new CRC, and loses its signature, which no longer fits.
    """

    def __init__(self, latitude_deg: float, longitude_deg: float) -> None:
        self._to = (latitude_deg, longitude_deg)
        self._from: tuple[float, float] | None = None
        self._stretch = 1.0
        self.moved = 0
        self.signatures_cut = 0

    def apply(self, packet: bytes) -> bytes:
        """Return the packet with its position moved, or the packet itself."""
        frame = split(packet)[0]
        # A packet that came broken stays broken: a fresh CRC would make a false position look sound.
        if not isinstance(frame, Frame) or frame.end != len(packet) or frame.message_id not in _OFFSETS:
            return packet
        offset = _OFFSETS[frame.message_id]
        payload = bytearray(frame.payload.ljust(offset + _LAT_LON.size, b"\0"))
        latitude, longitude = _LAT_LON.unpack_from(payload, offset)
        if latitude == 0 and longitude == 0:
            return packet
        _LAT_LON.pack_into(payload, offset, *self._move(latitude / _DEG_E7, longitude / _DEG_E7))
        return self._rebuild(frame, bytes(payload))

    def _move(self, latitude_deg: float, longitude_deg: float) -> tuple[int, int]:
        if self._from is None:
            self._from = (latitude_deg, longitude_deg)
            self._stretch = math.cos(math.radians(latitude_deg)) / math.cos(math.radians(self._to[0]))
        self.moved += 1
        moved_lat = self._to[0] + latitude_deg - self._from[0]
        moved_lon = self._to[1] + self._stretch * ((longitude_deg - self._from[1] + 180.0) % 360.0 - 180.0)
        return round(max(-90.0, min(90.0, moved_lat)) * _DEG_E7), round(((moved_lon + 180.0) % 360.0 - 180.0) * _DEG_E7)

    def _rebuild(self, frame: Frame, payload: bytes) -> bytes:
        header = bytearray(frame.packet[: frame.payload_start - frame.start])
        if frame.version == 2:
            payload = payload.rstrip(b"\0") or b"\0"  # MAVLink 2 leaves zeros off the end
            self.signatures_cut += frame.is_signed
            header[2] &= ~SIGNED
        header[1] = len(payload)
        body = bytes(header[1:]) + payload
        return bytes(header[:1]) + body + mcrf4xx(body + CRC_EXTRA[frame.message_id]).to_bytes(2, "little")
