"""The tasks that feed a hub: they listen, tick, ask again for rights, and never end while the process lives."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress
from functools import partial

from django.conf import settings
from django.db import DatabaseError

from telemetry import bus
from telemetry.bus.events import EventReader
from telemetry.bus.feed import FeedReader, subscribe
from telemetry.live.hub import TICK_S, Counts, Hub
from telemetry.live.rights import without_right
from telemetry.live.scene import Scenes
from telemetry.live.threads import in_thread

log = logging.getLogger(__name__)

PULSE_S = 0.4
BEATS_S = 0.4
REFRESH_S = 5.0
AGAIN_S = 0.2
LONGEST_STALL_S = 0.2

_hubs: dict[asyncio.AbstractEventLoop, "Listening"] = {}


def hub_of_process() -> Hub:
    """Return the hub of the running event loop; the first call starts its tasks."""
    loop = asyncio.get_running_loop()
    for ended in [other for other in _hubs if other.is_closed()]:
        del _hubs[ended]
    if loop not in _hubs:
        _hubs[loop] = Listening(settings.REDIS_URL, settings.REDIS_STREAM_URL)
    return _hubs[loop].hub


def counts_of_process() -> tuple[int, Counts]:
    """Return the number of live sockets of this process, and what it has done for them."""
    hubs = [listening.hub for listening in _hubs.values()]
    total = Counts(
        ticks=sum(hub.counts.ticks for hub in hubs),
        events=sum(hub.counts.events for hub in hubs),
        closed_too_slow=sum(hub.counts.closed_too_slow for hub in hubs),
    )
    return sum(len(hub.seats) for hub in hubs), total


class Listening:
    """Own a hub's tasks and connections."""

    def __init__(self, feed_url: str, stream_url: str) -> None:
        self._feed_url = feed_url
        self._beats = FeedReader(feed_url)
        self._tail = EventReader(stream_url)
        self._pulse = EventReader(stream_url)
        self.hub = Hub(events=EventReader(stream_url), scenes=Scenes(FeedReader(feed_url)))
        jobs = (self._hear_feed, self._follow_events, self._prove_events, self._prove_feed, self._tick, self._ask_again)
        self.tasks = [asyncio.create_task(_forever(job), name=job.__name__) for job in jobs]
        self.tasks.append(asyncio.create_task(self._close_at_the_end()))

    async def _close_at_the_end(self) -> None:
        """Wait for the end of the event loop, which cancels its tasks, and close what is open.

        The loop cancels once, and redis-py swallows a cancellation that comes while it reads an answer: tell the others
        until each of them has ended, or the process never would.
        """
        try:
            await asyncio.Event().wait()
        finally:
            others = self.tasks[:-1]
            while others:
                for task in others:
                    task.cancel()
                _, pending = await asyncio.wait(others, timeout=AGAIN_S)
                others = list(pending)
            self._beats.close()
            self.hub.scenes.close()
            for reader in (self._tail, self._pulse, self.hub.events):
                await reader.close()

    async def _hear_feed(self) -> None:
        async with aclosing(subscribe(self._feed_url)) as messages:
            async for message in messages:
                if message is not None:
                    self.hub.hear(message)
                    self.hub.prove("feed")

    async def _follow_events(self) -> None:
        self.hub.attach(await self._tail.epoch(), await self._tail.last_position())
        while True:
            for event in await self._tail.tail(self.hub.position):
                self.hub.dispatch(event)

    async def _prove_events(self) -> None:
        while True:
            epoch = await self._pulse.epoch()
            if self.hub.epoch is not None and epoch != self.hub.epoch:
                self.hub.attach(epoch, await self._pulse.last_position())
            self.hub.prove("events")
            await asyncio.sleep(PULSE_S)

    async def _prove_feed(self) -> None:
        while True:
            for beat in await asyncio.to_thread(self._beats.heartbeats):
                self.hub.hear(beat)
            self.hub.prove("feed")
            await asyncio.sleep(BEATS_S)

    async def _tick(self) -> None:
        number, due_s = 0, time.monotonic()
        while True:
            due_s += TICK_S
            await asyncio.sleep(max(0.0, due_s - time.monotonic()))
            late_s = time.monotonic() - due_s
            if late_s > LONGEST_STALL_S:  # it was this process that slept, not the engines
                self.hub.excuse(late_s)
                due_s = time.monotonic()
            number += 1
            self.hub.tick(number)

    async def _ask_again(self) -> None:
        """Ask for rights and for flights that began or ended: soon after an event, and each 5 s."""
        while True:
            self.hub.changed.clear()
            seats = tuple(self.hub.seats)
            if seats:
                self.hub.close(await in_thread(partial(without_right, seats)))
            await self.hub.scenes.refresh(self.hub.picture)
            await asyncio.sleep(AGAIN_S)
            with suppress(TimeoutError):
                async with asyncio.timeout(REFRESH_S - AGAIN_S):
                    await self.hub.changed.wait()


async def _forever(job: Callable[[], Awaitable[None]]) -> None:
    """Run a job again and again; the outermost loop of a hub's task."""
    while True:
        try:
            await job()
        except (bus.Down, bus.Full, DatabaseError, OSError) as problem:
            log.warning("hub: %s: %s", job.__name__, problem)
        except Exception:
            log.exception("hub: %s failed", job.__name__)
        await asyncio.sleep(AGAIN_S)
