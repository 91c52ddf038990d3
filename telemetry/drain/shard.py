"""One run over one shard: read on from the committed offset, commit data and new offset together, trim."""

import time
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError, transaction

from telemetry.bus.connection import Down
from telemetry.bus.stream import Entry, StreamReader
from telemetry.drain import account, losses, suspects
from telemetry.drain.intake import take_in
from telemetry.drain.place import Fenced, Place, adopt, advance, lease_name, leave
from testcentre.foundation import lease
from testcentre.foundation.errors import StorageFull, Unavailable

RUN_S = 30.0
READ_COUNT = 100
RENEW_S = 1.0
NOT_THE_ENTRYS_FAULT = (OperationalError, InterfaceError, OSError, StorageFull, Unavailable, Down, Fenced)


@dataclass(frozen=True)
class Outcome:
    """What a run did: entries drained, and whether the shard has more."""

    entries: int
    more: bool


def drain_shard(shard: int, *, reader: StreamReader, holder: str, run_s: float = RUN_S) -> Outcome:
    """Drain a shard for at most `run_s` seconds; at once done when somebody else holds its lease.

    Raises:
        Fenced: we lost the shard meanwhile; nothing was committed after that.
        StorageFull, Down, OperationalError: an engine failed; the next run goes on from the committed offset.
    """
    token = lease.take(lease_name(shard), holder=holder)
    if token is None:
        return Outcome(0, more=False)
    try:
        return _Run(shard, token, reader).go(until=time.monotonic() + run_s)
    finally:
        lease.release(lease_name(shard), token)


class _Run:
    def __init__(self, shard: int, token: int, reader: StreamReader) -> None:
        self._reader = reader
        self._place, died = adopt(shard, token=token)
        # A holder that died had at most one read in its hands: look at as many entries one by one.
        self._careful = READ_COUNT if died else 0
        self._renewed = time.monotonic()

    def go(self, *, until: float) -> Outcome:
        """Drain until two reads in a row found less than they could take, or time is over."""
        self._enter_generation()
        drained, empty = 0, 0
        while empty < 2 and time.monotonic() < until:
            self._renew()
            entries = self._reader.read(
                self._place.shard, after=self._place.entry_id, count=1 if self._careful else READ_COUNT
            )
            if entries:
                self._drain(entries)
                self._reader.trim_through(self._place.shard, last=self._place.entry_id)
            drained += len(entries)
            empty = 0 if entries and (len(entries) == READ_COUNT or self._careful) else empty + 1
        leave(self._place)
        return Outcome(drained, more=empty < 2)

    def _enter_generation(self) -> None:
        generation = self._reader.generation()
        if generation == self._place.generation:
            return
        with transaction.atomic():
            if self._place.generation:
                losses.note_new_generation(self._place, generation)
            self._place = advance(self._place, generation=generation, entry_id="0-0", number=0)

    def _renew(self) -> None:
        if time.monotonic() - self._renewed < RENEW_S:
            return
        if not lease.renew(lease_name(self._place.shard), self._place.token):
            raise Fenced(f"shard {self._place.shard}: the lease is somebody else's")
        self._renewed = time.monotonic()

    def _drain(self, entries: list[Entry]) -> None:
        if not self._careful:
            self._place = commit(self._place, entries)
            return
        self._careful -= 1
        self._place = _commit_suspect(self._place, entries[0])


def commit(place: Place, entries: list[Entry]) -> Place:
    """Write entries and the offset behind them in one transaction.

    Raises:
        Fenced: the shard is somebody else's; nothing was written.
    """
    with transaction.atomic():
        # First: it locks the offset's row, so that of two drains one waits here and then finds it moved.
        moved = advance(place, generation=place.generation, entry_id=entries[-1].id, number=entries[-1].number)
        losses.note_gaps(place, entries)
        take_in(moved, entries)
    return moved


def _commit_suspect(place: Place, entry: Entry) -> Place:
    if not suspects.begin_attempt(place, entry):
        with transaction.atomic():
            moved = advance(place, generation=place.generation, entry_id=entry.id, number=entry.number)
            losses.note_gaps(place, [entry])
            suspects.set_aside(moved, entry, reason=f"its drain failed {suspects.MOST_ATTEMPTS} times")
            account.count_set_aside(entry.batch)
        return moved
    try:
        with transaction.atomic():
            moved = commit(place, [entry])
            suspects.clear(place, entry)
    except NOT_THE_ENTRYS_FAULT:
        suspects.withdraw_attempt(place, entry)
        raise
    return moved
