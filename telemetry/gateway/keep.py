"""Bring batches into the stream: each at most 50 ms or 64 KiB, in order, again after a failure, and never doubled.

UDP and TCP have no acknowledgement: what was not in the stream when the process died is lost (one batch window). While
the stream is away up to 32 MiB and 60 s wait; then the oldest is dropped and counted.
"""

import asyncio
import contextlib
import logging
import uuid
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from msgspec import structs

from telemetry.bus import Down, Full
from telemetry.bus.batch import Batch, Record, Tally
from telemetry.bus.stream import StreamWriter
from telemetry.gateway.counts import Counts

log = logging.getLogger(__name__)

WINDOW_S = 0.05
BATCH_BYTES = 64 * 1024
CALL_BYTES = 1024 * 1024
MOST_WAITING_BYTES = 32 * 1024 * 1024
LONGEST_WAIT_US = 60_000_000
AGAIN_S = 0.25
MOST_BESIDE = 64
NOT_KEPT = "not_kept"  # the reason of what waited for the stream too long


@dataclass(frozen=True)
class _Waiting:
    number: int
    batch: Batch
    size: int
    since_us: int


@dataclass
class _Told:
    """A tally in the making."""

    packets: int = 0
    bytes: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    refused_bytes: int = 0
    beside: list[Record] = field(default_factory=list)

    def done(self) -> Tally:
        return Tally(self.packets, self.bytes, dict(self.refused), self.refused_bytes, self.beside)


class Keeper:
    """Collect records by flight and link, and write them; `now_us` is the process's clock."""

    def __init__(self, writer: StreamWriter, counts: Counts, *, name: str, now_us: Callable[[], int]) -> None:
        self._writer, self._counts, self._name, self._now_us = writer, counts, name, now_us
        self._mark = f"{name}:{uuid.uuid4().hex}"  # of this run: numbers begin anew with each
        self._number = 0
        self._open: dict[tuple[str, str], list[Record]] = {}
        self._open_bytes: dict[tuple[str, str], int] = {}
        self._told: dict[tuple[str, str], _Told] = {}
        self._dropped: dict[int, Batch] = {}  # without records: only what they told, until the next batch tells it
        self._waiting: deque[_Waiting] = deque()
        self._waiting_bytes = 0
        self._full = asyncio.Event()

    def keep(self, flight: str, link: str, record: Record, *, packets: int = 1) -> None:
        """Take a record of a flight's link, which holds so many packets."""
        key = (flight, link)
        told = self._told.setdefault(key, _Told())
        told.packets += packets
        told.bytes += len(record.data)
        self._open.setdefault(key, []).append(record)
        size = self._open_bytes[key] = self._open_bytes.get(key, 0) + len(record.data)
        if size >= BATCH_BYTES:
            self._close(key)
            self._full.set()

    def refuse(self, flight: str, link: str, reason: str, record: Record, *, is_beside: bool) -> None:
        """Count a packet that came on a flight's link and is not kept; up to 64 a batch that tell of the link go along.

        It is told with the link's next batch, which may have no records.
        """
        key = (flight, link)
        self._open.setdefault(key, [])
        self._open_bytes.setdefault(key, 0)
        told = self._told.setdefault(key, _Told())
        told.packets += 1
        told.bytes += len(record.data)
        told.refused[reason] += 1
        told.refused_bytes += len(record.data)
        if is_beside and len(told.beside) < MOST_BESIDE:
            told.beside.append(record)
            self._open_bytes[key] += len(record.data)

    def end(self, flight: str, link: str) -> None:
        """Say that nothing more comes on a link."""
        if (flight, link) in self._open:
            self._close((flight, link))
        self._wait(Batch(flight, link, "end", self._name, []), 0)

    async def write_window(self) -> None:
        """Wait until a window is over or a batch is full, then write; one turn of the gateway's writing job."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(WINDOW_S):  # wait_for of Python 3.11 may swallow the cancel that ends us
                await self._full.wait()
        self._full.clear()
        try:
            await self.flush()
        except (Down, Full) as problem:
            log.warning("the stream takes nothing, %d bytes wait: %s", self._waiting_bytes, problem)
            self._drop_old()
            await asyncio.sleep(AGAIN_S)

    async def flush(self) -> None:
        """Write all that there is.

        Raises:
            Down, Full: the rest waits; what of it was kept already is not kept again.
        """
        self._drop_old()
        self._tell_dropped()
        for key in list(self._open):
            self._close(key)
        while self._waiting:
            call, size = [], 0
            for waiting in self._waiting:
                call.append(waiting)
                size += waiting.size
                if size >= CALL_BYTES:
                    break
            await self._writer.append_rising(
                [w.batch for w in call], writer=self._mark, numbers=[w.number for w in call]
            )
            for waiting in call:
                if self._waiting and self._waiting[0] is waiting:  # else it was dropped meanwhile, but kept after all
                    self._waiting.popleft()
                    self._waiting_bytes -= waiting.size
                self._dropped.pop(waiting.number, None)
                self._counts.add("records_kept", len(waiting.batch.records))

    def _close(self, key: tuple[str, str]) -> None:
        flight, link = key
        tally = self._told.pop(key, _Told()).done()
        self._wait(Batch(flight, link, "mavlink", self._name, self._open.pop(key), tally), self._open_bytes.pop(key))

    def _wait(self, batch: Batch, size: int) -> None:
        self._number += 1
        self._waiting.append(_Waiting(self._number, batch, size, self._now_us()))
        self._waiting_bytes += size
        while self._waiting_bytes > MOST_WAITING_BYTES:
            self._drop()

    def _tell_dropped(self) -> None:
        """Let the next batch of each link say what of it was dropped since the last flush."""
        for batch in self._dropped.values():
            if batch.tally is None:
                continue
            key = (batch.flight, batch.link)
            self._open.setdefault(key, [])
            self._open_bytes.setdefault(key, 0)
            told, tally = self._told.setdefault(key, _Told()), batch.tally
            told.packets += tally.packets
            told.bytes += tally.bytes
            told.refused.update(tally.refused)
            told.refused[NOT_KEPT] += tally.packets - sum(tally.refused.values())
            told.refused_bytes += tally.bytes
        self._dropped.clear()

    def _drop_old(self) -> None:
        before_us = self._now_us() - LONGEST_WAIT_US
        while self._waiting and self._waiting[0].since_us < before_us:
            self._drop()

    def _drop(self) -> None:
        dropped = self._waiting.popleft()
        self._waiting_bytes -= dropped.size
        self._dropped[dropped.number] = structs.replace(dropped.batch, records=[])
        self._counts.add("records_lost", len(dropped.batch.records))
        self._counts.add("bytes_lost", dropped.size)
