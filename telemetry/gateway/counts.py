"""What the gateway counts: by name, and what was refused by reason and source; both bounded."""

from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime

from telemetry.bus.feed import RefusedCount, Unadmitted
from telemetry.wire import dialect
from telemetry.wire.framing import Frame, Unreadable
from telemetry.wire.glance import first_bytes, heartbeat_of, message_name

MOST_SOURCES = 1024
MOST_UNADMITTED = 256
MOST_MESSAGES = 16
OTHERS = "others"
_NO_AUTOPILOT = "MAV_AUTOPILOT_INVALID"

NAMES = (
    "datagrams",
    "bytes",
    "packets",
    "admitted",
    "bad_crc",
    "unreadable_bytes",
    "tcp_connections",
    "tcp_closed_for_noise",
    "udp_kernel_drops",
    "records_kept",
    "records_lost",
    "bytes_lost",
    "feed_failures",
    "unadmitted_forgotten",
)


@dataclass
class _Row:
    first_us: int
    packets: int = 0
    last_us: int = 0
    first_bytes: str = ""
    messages: dict[int, str] = field(default_factory=dict)
    heartbeat: tuple[str, str] | None = None

    def look_at(self, piece: Frame | Unreadable) -> None:
        """Note what tells whose link it is; after the first packets there is little left to do."""
        if not self.packets:
            self.first_bytes = first_bytes(piece.packet)
        if not isinstance(piece, Frame):
            return
        if piece.message_id not in self.messages and len(self.messages) < MOST_MESSAGES:
            self.messages[piece.message_id] = message_name(piece.message_id)
        if piece.message_id == dialect.HEARTBEAT and (self.heartbeat is None or self.heartbeat[1] == _NO_AUTOPILOT):
            self.heartbeat = heartbeat_of(piece)  # a gimbal or camera beats too: the one that flies tells more


class Counts:
    """Count; nothing here is ever lowered while the process lives."""

    def __init__(self) -> None:
        self.named: Counter[str] = Counter(dict.fromkeys(NAMES, 0))
        self._refused: Counter[tuple[str, str]] = Counter()
        self._unadmitted: OrderedDict[tuple[str, int | None, str], _Row] = OrderedDict()

    def add(self, name: str, number: int = 1) -> None:
        """Raise a counter."""
        self.named[name] += number

    def refuse(
        self, reason: str, piece: Frame | Unreadable, *, source: str, system_id: int | None, now_us: int
    ) -> None:
        """Count what of an IP address was not admitted, and keep the link among the unadmitted ones.

        Unreadable bytes count as the packets that they may have been, at least one. Beyond 1024 pairs of reason and
        source new ones are counted together as `others`; of unadmitted links the 256 that were heard last are kept.
        """
        packets = max(piece.bad_crcs, 1) if isinstance(piece, Unreadable) else 1
        pair = (reason, source)
        if pair not in self._refused and len(self._refused) >= MOST_SOURCES:
            pair = (reason, OTHERS)
        self._refused[pair] += packets
        key = (source, system_id, reason)
        row = self._unadmitted.setdefault(key, _Row(now_us))
        row.look_at(piece)
        row.packets += packets
        row.last_us = now_us
        self._unadmitted.move_to_end(key)
        if len(self._unadmitted) > MOST_UNADMITTED:
            self._unadmitted.popitem(last=False)
            self.add("unadmitted_forgotten")

    def refused(self) -> list[RefusedCount]:
        """Return what was refused since the start."""
        return [RefusedCount(reason=reason, source=source, packets=n) for (reason, source), n in self._refused.items()]

    def unadmitted(self) -> list[Unadmitted]:
        """Return the links without a grant, the one heard last at the end."""
        return [
            Unadmitted(
                source=source,
                system_id=system_id,
                reason=reason,
                packets=row.packets,
                first=_rfc3339(row.first_us),
                last=_rfc3339(row.last_us),
                first_bytes=row.first_bytes,
                messages=list(row.messages.values()),
                vehicle=row.heartbeat[0] if row.heartbeat else None,
                autopilot=row.heartbeat[1] if row.heartbeat else None,
            )
            for (source, system_id, reason), row in self._unadmitted.items()
        ]


def _rfc3339(time_us: int) -> str:
    return datetime.fromtimestamp(time_us / 1e6, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
