"""What the gateway counts: by name, and what was refused by reason and source; both bounded."""

from collections import Counter, OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime

from telemetry.bus.feed import RefusedCount, Unadmitted

MOST_SOURCES = 1024
MOST_UNADMITTED = 256
OTHERS = "others"

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
    packets: int
    first_us: int
    last_us: int


class Counts:
    """Count; nothing here is ever lowered while the process lives."""

    def __init__(self) -> None:
        self.named: Counter[str] = Counter(dict.fromkeys(NAMES, 0))
        self._refused: Counter[tuple[str, str]] = Counter()
        self._unadmitted: OrderedDict[tuple[str, int | None, str], _Row] = OrderedDict()

    def add(self, name: str, number: int = 1) -> None:
        """Raise a counter."""
        self.named[name] += number

    def refuse(self, reason: str, *, source: str, system_id: int | None, now_us: int, packets: int = 1) -> None:
        """Count packets of an IP address that were not admitted, and keep the link among the unadmitted ones.

        Beyond 1024 pairs of reason and source new ones are counted together as `others`; of unadmitted links the 256
        that were heard last are kept.
        """
        pair = (reason, source)
        if pair not in self._refused and len(self._refused) >= MOST_SOURCES:
            pair = (reason, OTHERS)
        self._refused[pair] += packets
        key = (source, system_id, reason)
        row = self._unadmitted.setdefault(key, _Row(0, now_us, now_us))
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
            )
            for (source, system_id, reason), row in self._unadmitted.items()
        ]


def _rfc3339(time_us: int) -> str:
    return datetime.fromtimestamp(time_us / 1e6, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
