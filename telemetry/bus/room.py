"""How much room the stream has left: ingest refuses before it is full, so that events and grants still find a place."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from telemetry.bus import keys
from telemetry.bus.connection import explained, open_async, open_sync

NEAR_FULL_SHARE = 0.85
MOST_ENTRIES_PER_SHARD = 500_000


@dataclass(frozen=True)
class Room:
    """Memory of the stream Redis in bytes (`limit_bytes` 0: none set) and entries that wait, by shard."""

    used_bytes: int
    limit_bytes: int
    entries: dict[int, int]

    @property
    def is_near_full(self) -> bool:
        """Say whether ingest must refuse: 85 % of the memory, or a shard beyond 500,000 entries."""
        over = bool(self.limit_bytes) and self.used_bytes >= NEAR_FULL_SHARE * self.limit_bytes
        return over or any(n >= MOST_ENTRIES_PER_SHARD for n in self.entries.values())


class RoomReader:
    """Measure, for processes with an event loop."""

    def __init__(self, url: str) -> None:
        self._redis = open_async(url)

    async def measure(self) -> Room:
        """Return the room that is left now."""
        with explained("measure"):
            async with self._redis.pipeline(transaction=False) as pipeline:
                _ask(pipeline)
                return _room(await pipeline.execute())

    async def close(self) -> None:
        """Close all connections."""
        await self._redis.aclose()


def measure(url: str) -> Room:
    """Return the room that is left now; blocking, on a connection of its own."""
    client = open_sync(url)
    try:
        with explained("measure"), client.pipeline(transaction=False) as pipeline:
            _ask(pipeline)
            return _room(pipeline.execute())
    finally:
        client.close()


def _ask(pipeline: Any) -> None:
    pipeline.info("memory")
    for shard in range(keys.SHARDS):
        pipeline.xlen(keys.stream(shard))


def _room(answers: list[Any]) -> Room:
    memory: Mapping[str, Any] = answers[0]
    return Room(int(memory["used_memory"]), int(memory.get("maxmemory", 0)), dict(enumerate(answers[1:])))
