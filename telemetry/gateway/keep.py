"""Bring batches into the stream: each at most 50 ms or 64 KiB, in order, again after a failure, and never doubled.

UDP and TCP have no acknowledgement: what was not in the stream when the process died is lost (one batch window). While
the stream is away up to 32 MiB and 60 s wait; then the oldest is dropped and counted.
"""

import asyncio
import contextlib
import logging
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from telemetry.bus import Down, Full
from telemetry.bus.batch import Batch, Record
from telemetry.bus.stream import StreamWriter
from telemetry.gateway.counts import Counts

log = logging.getLogger(__name__)

WINDOW_S = 0.05
BATCH_BYTES = 64 * 1024
CALL_BYTES = 1024 * 1024
MOST_WAITING_BYTES = 32 * 1024 * 1024
LONGEST_WAIT_US = 60_000_000
AGAIN_S = 0.25


@dataclass(frozen=True)
class _Waiting:
    number: int
    batch: Batch
    size: int
    since_us: int


class Keeper:
    """Collect records by flight and link, and write them; `now_us` is the process's clock."""

    def __init__(self, writer: StreamWriter, counts: Counts, *, name: str, now_us: Callable[[], int]) -> None:
        self._writer, self._counts, self._name, self._now_us = writer, counts, name, now_us
        self._mark = f"{name}:{uuid.uuid4().hex}"  # of this run: numbers begin anew with each
        self._number = 0
        self._open: dict[tuple[str, str], list[Record]] = {}
        self._open_bytes: dict[tuple[str, str], int] = {}
        self._waiting: deque[_Waiting] = deque()
        self._waiting_bytes = 0
        self._full = asyncio.Event()

    def keep(self, flight: str, link: str, record: Record) -> None:
        """Take a record of a flight's link."""
        key = (flight, link)
        self._open.setdefault(key, []).append(record)
        size = self._open_bytes[key] = self._open_bytes.get(key, 0) + len(record.data)
        if size >= BATCH_BYTES:
            self._close(key)
            self._full.set()

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
        for key in list(self._open):
            self._close(key)
        self._drop_old()
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
                self._counts.add("records_kept", len(waiting.batch.records))

    def _close(self, key: tuple[str, str]) -> None:
        flight, link = key
        self._wait(Batch(flight, link, "mavlink", self._name, self._open.pop(key)), self._open_bytes.pop(key))

    def _wait(self, batch: Batch, size: int) -> None:
        self._number += 1
        self._waiting.append(_Waiting(self._number, batch, size, self._now_us()))
        self._waiting_bytes += size
        while self._waiting_bytes > MOST_WAITING_BYTES:
            self._drop()

    def _drop_old(self) -> None:
        before_us = self._now_us() - LONGEST_WAIT_US
        while self._waiting and self._waiting[0].since_us < before_us:
            self._drop()

    def _drop(self) -> None:
        dropped = self._waiting.popleft()
        self._waiting_bytes -= dropped.size
        self._counts.add("records_lost", len(dropped.batch.records))
        self._counts.add("bytes_lost", dropped.size)
