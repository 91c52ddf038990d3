"""The newest state of every flight that one process knows of, and what of it a tick tells."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from telemetry.live.link_state import LIMITS, Limits, LinkState, link_state

US_PER_S = 1_000_000


@dataclass
class Entry:
    """A flight's newest state; `unread` counts the updates since the last tick, of which only the newest is told."""

    sample: Mapping[str, Any]
    links: Mapping[str, Any]
    received_us: int
    unread: int = 0
    told: LinkState | None = None


@dataclass
class Picture:
    """Keep the newest state per flight; older ones are replaced, never queued.

    Bound: one entry per flight that has not ended and was heard, see `keep_only`.
    """

    limits: Limits = LIMITS
    entries: dict[str, Entry] = field(default_factory=dict)

    def hear(self, flight: str, *, sample: Mapping[str, Any], links: Mapping[str, Any], received_us: int) -> None:
        """Take a state from the feed, unless a newer one is here already."""
        known = self.entries.get(flight)
        if known is None:
            self.entries[flight] = Entry(sample, links, received_us, unread=1)
        elif received_us >= known.received_us:
            known.sample, known.links, known.received_us = sample, links, received_us
            known.unread += 1

    def recall(self, flight: str, *, sample: Mapping[str, Any], received_us: int) -> None:
        """Take a state that was kept while this process did not listen; what was heard since is newer."""
        if flight not in self.entries:
            self.entries[flight] = Entry(sample, {}, received_us)

    def keep_only(self, open_flights: Iterable[str], *, heard_since_us: int) -> None:
        """Forget flights that have ended, but never one that was heard since they were counted."""
        wanted = set(open_flights)
        self.entries = {f: e for f, e in self.entries.items() if f in wanted or e.received_us >= heard_since_us}

    def row(self, flight: str, now_us: int, *, skipped: int = 0) -> dict[str, Any]:
        """Return a flight as frames tell it: `{id, sample, link, age_s, links}`, all null or empty when never heard.

        `age_s` counts from the arrival at the gateway, not from the aircraft's own time.
        """
        entry = self.entries.get(flight)
        if entry is None:
            return {"id": flight, "sample": None, "link": None, "age_s": None, "links": {}}
        age_s = max(0.0, (now_us - entry.received_us) / US_PER_S)
        row = {
            "id": flight,
            "sample": entry.sample,
            "link": link_state(age_s, limits=self.limits),
            "age_s": round(age_s, 3),
            "links": entry.links,
        }
        return {**row, "skipped": skipped} if skipped else row

    def rows(self, now_us: int) -> list[dict[str, Any]]:
        """Return every flight that was ever heard and has not ended."""
        return [self.row(flight, now_us) for flight in self.entries]

    def changes(self, now_us: int) -> list[dict[str, Any]]:
        """Return the flights with a new state or another link state since the last call, and count them as told."""
        found = []
        for flight, entry in self.entries.items():
            link = link_state((now_us - entry.received_us) / US_PER_S, limits=self.limits)
            if entry.unread or link is not entry.told:
                found.append(self.row(flight, now_us, skipped=max(0, entry.unread - 1)))
                entry.unread, entry.told = 0, link
        return found
