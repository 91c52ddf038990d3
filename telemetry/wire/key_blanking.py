"""Take signing keys out of what is kept: SETUP_SIGNING (MAVLink message 256) carries one in the clear.

Source: mavlink.io/en/guide/message_signing.html ("logging"): a log must not hold it. The 32 bytes of the key become
zeros. A whole packet gets the CRC of its new bytes, so that it stays one that readers take; its signature, where it has
one, stays as it came and fits no more. In bytes that are no whole packet the key is found behind its packet's head,
also where the cut went through the packet and the rest came later on the same link.
"""

import re

from fastcrc.crc16 import mcrf4xx

from telemetry.wire.dialect import CRC_EXTRA, SETUP_SIGNING
from telemetry.wire.framing import Frame, Unreadable

# initial_timestamp (8 bytes), target_system, target_component; then the key. Only MAVLink 2 has ids above 255.
_KEY_AT, _KEY_BYTES = 10, 32
_HEAD_BYTES = 10
_FIRST, _LAST = _HEAD_BYTES + _KEY_AT, _HEAD_BYTES + _KEY_AT + _KEY_BYTES
_HEAD = re.compile(rb"(?=\xfd.{6}" + re.escape(SETUP_SIGNING.to_bytes(3, "little")) + rb")", re.DOTALL)


class KeyBlanker:
    """Blank the keys of one link's pieces, which come in order; `blanked` counts the packets that had a key's place."""

    def __init__(self) -> None:
        self.blanked = 0
        self._before = b""  # the end of unreadable bytes: a packet that begins there may go on in the next ones

    def blank(self, piece: Frame | Unreadable) -> bytes:
        """Return the piece's bytes as they may be kept; the same length, and the same bytes where there is no key."""
        if isinstance(piece, Unreadable) or not piece.is_known:  # no CRC vouches that it is none by chance
            return self._blank_uncertain(piece.packet)
        self._before = b""
        if piece.message_id != SETUP_SIGNING:
            return piece.packet
        self.blanked += 1
        return _blank_packet(piece)

    def _blank_uncertain(self, data: bytes) -> bytes:
        known = len(self._before)
        joined = self._before + data
        clean = bytearray(joined)
        for head in _HEAD.finditer(joined):
            first, last = head.start() + _FIRST, min(head.start() + _LAST, len(joined))
            if first < last:
                clean[first:last] = bytes(last - first)
                self.blanked += known <= first
        self._before = joined[1 - _LAST :]
        return bytes(clean[known:])


def _blank_packet(frame: Frame) -> bytes:
    packet, payload_at = bytearray(frame.packet), frame.payload_start - frame.start
    payload_end = payload_at + frame.payload_length
    key_at = min(payload_at + _KEY_AT, payload_end)  # zeros at the payload's end are left off
    packet[key_at:payload_end] = bytes(payload_end - key_at)
    crc = mcrf4xx(CRC_EXTRA[SETUP_SIGNING], mcrf4xx(bytes(packet[1:payload_end])))
    packet[payload_end : payload_end + 2] = crc.to_bytes(2, "little")
    return bytes(packet)
