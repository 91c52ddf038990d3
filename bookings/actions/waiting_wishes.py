"""A wish that waits, as it is kept, and as it is planned anew."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from bookings.actions.offering import asker_for, free_slots, plan_offer
from bookings.actions.plan import Plan, Wish
from bookings.actions.search_slots import Search
from bookings.models import WaitingEntry
from bookings.rules.facts import Period

MOST_LET_GO = 20
# a want that begins at noon of a day beside the slot: more than a day, whatever the clock does
_DAY = dt.timedelta(hours=25)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flexible:
    """When another slot would do too; as in a `Search`."""

    period: Period
    weekdays: frozenset[int] = frozenset()
    earliest: dt.time = dt.time()
    latest: dt.time = dt.time.max


@dataclass(frozen=True, slots=True, kw_only=True)
class Waited:
    """What somebody waits for: the wish for its own slot, or for any that `flexible` allows."""

    wish: Wish
    flexible: Flexible | None = None

    @property
    def search(self) -> Search | None:
        """The search for its slots; None where only its own will do."""
        if self.flexible is None:
            return None
        told = self.flexible
        return Search(
            wish=self.wish,
            period=told.period,
            weekdays=told.weekdays,
            earliest=told.earliest,
            latest=told.latest,
        )

    @property
    def last_start(self) -> dt.datetime:
        """The last start that would do."""
        duration = self.wish.end - self.wish.start
        return self.wish.start if self.flexible is None else self.flexible.period[1] - duration

    def slots(self, plan: Plan) -> list[Period]:
        """Return the slots that would do and may be free, the best first."""
        search = self.search
        return [self.wish.slot] if search is None else free_slots(plan, search)


def kept(waited: Waited) -> dict[str, Any]:
    """Return the columns of an entry that keep what is waited for."""
    return {
        "wish": msgspec.to_builtins(waited.wish),
        "flexible": msgspec.to_builtins(waited.flexible) if waited.flexible else None,
        "until": waited.last_start,
    }


def waited_of(entry: WaitingEntry) -> Waited:
    """Return what an entry waits for.

    Raises:
        msgspec.ValidationError: it was kept in a form that is not read any more.
    """
    flexible = msgspec.convert(entry.flexible, Flexible) if entry.flexible else None
    return Waited(wish=msgspec.convert(entry.wish, Wish), flexible=flexible)


def plan_of_entry(entry: WaitingEntry, waited: Waited, *, now: dt.datetime) -> Plan:
    """Read all that an entry's wish names, as things are now.

    Raises:
        Malformed: it names what is not there any more.
    """
    asker = asker_for(entry.organisation, role=entry.role, label=entry.asked_by)
    return plan_offer(asker, waited.wish, asked_by=entry.identity, now=now)


def touched_by(plan: Plan, waited: Waited) -> tuple[list[int], str]:
    """Return the keys that any answer could claim, and the span (tstzrange) in which it would."""
    slot = waited.wish.slot
    rows = [(need.period(slot), row) for need in plan.needs for choice in need.choices for row in choice.rows]
    before = max((slot[0] - period[0] + row.setup for period, row in rows), default=dt.timedelta())
    after = max((period[1] - slot[1] + row.clearup for period, row in rows), default=dt.timedelta())
    spare = _DAY if any(want.days_before or want.days_after for want in waited.wish.wants) else dt.timedelta()
    first, last = waited.flexible.period if waited.flexible else slot
    span = f"[{(first - before - spare).isoformat()},{(last + after + spare).isoformat()})"
    return sorted({row.key for _, row in rows}), span


def without_let_go(slots: Sequence[Period], entry: WaitingEntry) -> list[Period]:
    """Return the slots that overlap nothing that was offered to the entry and let go."""
    gone = [(dt.datetime.fromisoformat(start), dt.datetime.fromisoformat(end)) for start, end in entry.let_go]
    return [slot for slot in slots if not any(slot[0] < end and start < slot[1] for start, end in gone)]
