"""A recording as a telemetry log (.tlog): before each whole packet its time of receipt, 8 bytes big-endian µs UTC.

Bytes that are no whole packet are left out here, as they would cost readers the packets after them; `raw` has them.
Of a packet that came over several links the first copy is kept: identical bytes on another link within 10 s.
"""

import heapq
import struct
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from telemetry.quality.link import GAP_US
from telemetry.recordings import chunks
from telemetry.recordings.models import FlightLink
from telemetry.wire.framing import Frame, split
from telemetry.wire.key_blanking import KeyBlanker

STAMP = struct.Struct(">Q")
SAME_WITHIN_US = 10_000_000
MOST_GAPS = 1000
PIECE_BYTES = 256 * 1024


@dataclass
class LinkAccount:
    """What became of one link's bytes; `gaps` lists silences of more than 5 s as (from µs, to µs), at most 1000.

    `keys_blanked` counts SETUP_SIGNING packets, whose key was made zeros before anything was kept.
    """

    name: str
    kind: str
    records: int = 0
    bytes: int = 0
    packets: int = 0
    unreadable_bytes: int = 0
    duplicates: int = 0
    keys_blanked: int = 0
    first_us: int | None = None
    last_us: int | None = None
    gaps: list[tuple[int, int]] = field(default_factory=list)
    gaps_left_out: int = 0

    def hear(self, receive_us: int, size: int) -> None:
        """Count a record."""
        self.records += 1
        self.bytes += size
        if self.last_us is not None and receive_us - self.last_us > GAP_US:
            if len(self.gaps) < MOST_GAPS:
                self.gaps.append((self.last_us, receive_us))
            else:
                self.gaps_left_out += 1
        self.first_us = receive_us if self.first_us is None else min(self.first_us, receive_us)
        self.last_us = receive_us if self.last_us is None else max(self.last_us, receive_us)


class _Packet(NamedTuple):
    receive_us: int
    account: LinkAccount
    data: bytes


class TelemetryLog:
    """The log of some links of one flight; read it once, then `accounts` are complete."""

    def __init__(self, links: list[FlightLink]) -> None:
        self._links = links
        self.accounts = [LinkAccount(link.name, link.kind) for link in links]

    def pieces(self) -> Iterator[bytes]:
        """Read the log's bytes in order of receipt; within a link in the order of arrival, whatever the clock did."""
        waiting = bytearray()
        for packet in self._first_copies():
            waiting += STAMP.pack(packet.receive_us) + packet.data
            if len(waiting) >= PIECE_BYTES:
                yield bytes(waiting)
                waiting.clear()
        if waiting:
            yield bytes(waiting)

    def _first_copies(self) -> Iterator[_Packet]:
        streams = [_packets(link, account) for link, account in zip(self._links, self.accounts, strict=True)]
        merged = heapq.merge(*streams, key=lambda packet: packet.receive_us)
        if sum(link.kind == "mavlink" for link in self._links) < 2:
            yield from merged
            return
        seen = _Seen()
        for packet in merged:
            if seen.is_copy(packet):
                packet.account.duplicates += 1
            else:
                yield packet


class _Seen:
    """Which packets came within the last 10 s, and how often each link brought them."""

    def __init__(self) -> None:
        self._counts: OrderedDict[bytes, dict[str, int]] = OrderedDict()
        self._last_us: dict[bytes, int] = {}

    def is_copy(self, packet: _Packet) -> bool:
        """Say whether another link has brought these bytes at least as often as this one now has."""
        self._forget(before_us=packet.receive_us - SAME_WITHIN_US)
        counts = self._counts.setdefault(packet.data, {})
        self._counts.move_to_end(packet.data)
        self._last_us[packet.data] = packet.receive_us
        mine = counts[packet.account.name] = counts.get(packet.account.name, 0) + 1
        return any(theirs >= mine for name, theirs in counts.items() if name != packet.account.name)

    def _forget(self, *, before_us: int) -> None:
        while self._counts:
            oldest = next(iter(self._counts))
            if self._last_us[oldest] >= before_us:
                return
            del self._counts[oldest], self._last_us[oldest]


def _packets(link: FlightLink, account: LinkAccount) -> Iterator[_Packet]:
    keys = KeyBlanker()
    for receive_us, data in chunks.records_of(link):
        account.hear(receive_us, len(data))
        if link.kind != "mavlink":
            continue
        for piece in split(data):
            keys.blank(piece)
            account.keys_blanked = keys.blanked
            if isinstance(piece, Frame):
                account.packets += 1
                yield _Packet(receive_us, account, piece.packet)
            else:
                account.unreadable_bytes += piece.end - piece.start
