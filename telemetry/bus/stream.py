"""The stream keeps: telemetry is appended, read once by the drain, and trimmed only up to what is committed."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from telemetry.bus import keys
from telemetry.bus.batch import Batch, decode, encode
from telemetry.bus.connection import Down, explained, failure, open_async, open_sync

REMEMBER_S = 86_400

# One call, so that counter, entry and the sender's mark can't part. Answers: 1 kept, 0 was kept before, 2 the key was
# for another body. KEYS stream, counter, generation, mark; ARGV candidate generation, blob, kind, value, seconds.
_APPEND = """
local kind, value = ARGV[3], ARGV[4]
if kind ~= '' then
  local had = redis.call('GET', KEYS[4])
  if had and kind == 'once' then return had == value and 0 or 2 end
  if had and kind == 'rising' and tonumber(had) >= tonumber(value) then return 0 end
end
redis.call('SET', KEYS[3], ARGV[1], 'NX')
local number = redis.call('INCR', KEYS[2])
redis.call('XADD', KEYS[1], '*', 'n', number, 'b', ARGV[2])
if kind ~= '' then redis.call('SET', KEYS[4], value, 'EX', ARGV[5]) end
return 1
"""


class KeyReused(Exception):
    """An idempotency key came again with another body; nothing was stored."""


@dataclass(frozen=True)
class Entry:
    """One entry of a shard: `number` counts from 1 without gaps; `batch` is None when `undecodable` holds its bytes."""

    id: str
    number: int
    batch: Batch | None
    undecodable: bytes | None = None


class StreamWriter:
    """Append batches. An answer means fsynced; Down means unknown, Full means refused."""

    def __init__(self, url: str) -> None:
        self._redis = open_async(url, repeat=False)
        self._candidate = uuid.uuid4().hex

    async def append(self, batch: Batch, *, once: str | None = None, fingerprint: str = "") -> bool:
        """Append one batch; with `once` (an idempotency key of this flight) at most once in 24 h.

        Returns:
            False when this key was kept before with the same `fingerprint`: nothing was stored now.

        Raises:
            KeyReused: the key was kept with another fingerprint.
            Full, Down: see telemetry.bus.connection.
        """
        mark = ("", "", "") if once is None else (keys.done(batch.flight, once), "once", fingerprint)
        try:
            with explained("append"):
                answer = await self._redis.eval(*self._call(batch, *mark))
        except Down:
            await self._drop_idle()
            raise
        if answer == 2:
            raise KeyReused(once)
        return bool(answer)

    async def append_rising(self, batches: Sequence[Batch], *, writer: str, numbers: Sequence[int]) -> list[bool]:
        """Append batches in one round trip, each only if its number is above all that `writer` had kept before.

        So a call that ended in Down may be repeated as it was: what was kept is not kept twice.

        Returns:
            For each batch, whether it was stored now.

        Raises:
            Full, Down: some of the batches may have been kept; repeat the same call.
        """
        try:
            with explained("append"):
                async with self._redis.pipeline(transaction=False) as pipeline:
                    for batch, number in zip(batches, numbers, strict=True):
                        pipeline.eval(*self._call(batch, keys.mark(writer), "rising", str(number)))
                    answers = await pipeline.execute(raise_on_error=False)
        except Down:
            await self._drop_idle()
            raise
        for answer in answers:
            if isinstance(answer, Exception):
                raise failure(answer, "append") from answer
        return [bool(answer) for answer in answers]

    async def append_many(self, batches: Sequence[Batch]) -> None:
        """Append batches in one round trip; after Down or Full nobody knows which were kept."""
        await self.append_rising(batches, writer=uuid.uuid4().hex, numbers=range(1, len(batches) + 1))

    async def kept(self, writer: str) -> int:
        """Return the highest number that the writer has had kept, 0 when none."""
        with explained("read mark"):
            return int(await self._redis.get(keys.mark(writer)) or 0)

    async def close(self) -> None:
        """Close all connections."""
        await self._redis.aclose()

    async def _drop_idle(self) -> None:
        """Close what a dead Redis left in the pool, so that its restart costs one answer and not one per connection."""
        await self._redis.connection_pool.disconnect(inuse_connections=False)

    def _call(self, batch: Batch, mark: str, kind: str, value: str) -> tuple[str | bytes | int, ...]:
        shard = keys.shard_of(batch.flight)
        names = (keys.stream(shard), keys.count(shard), keys.GENERATION, mark)
        return (_APPEND, 4, *names, self._candidate, encode(batch), kind, value, REMEMBER_S)


class StreamReader:
    """Read shards in order, for the drain; blocking."""

    def __init__(self, url: str) -> None:
        self._redis = open_sync(url)

    def read(self, shard: int, *, after: str = "0-0", count: int = 256) -> list[Entry]:
        """Return the next entries after an id, oldest first; an empty list when there are none now."""
        with explained("read"):
            rows = self._redis.xrange(keys.stream(shard), min=f"({after}", max="+", count=count)
        return [_entry(row_id, fields) for row_id, fields in rows]

    def generation(self) -> str:
        """Return the id of this stream's life; another one means that the Redis was emptied or replaced."""
        with explained("generation"):
            self._redis.set(keys.GENERATION, uuid.uuid4().hex, nx=True)
            return bytes(self._redis.get(keys.GENERATION)).decode()

    def last_number(self, shard: int) -> int:
        """Return the number of the last entry ever appended to the shard, 0 when none."""
        with explained("count"):
            return int(self._redis.get(keys.count(shard)) or 0)

    def trim(self, shard: int, *, below: str) -> int:
        """Remove all entries with an id below this one; returns how many. Only what is committed may go."""
        with explained("trim"):
            return int(self._redis.xtrim(keys.stream(shard), minid=below, approximate=False))

    def trim_through(self, shard: int, *, last: str) -> int:
        """Remove all entries up to and with this id; returns how many. Only what is committed may go."""
        milliseconds, _, number = last.partition("-")
        return self.trim(shard, below=f"{milliseconds}-{int(number) + 1}")

    def length(self, shard: int) -> int:
        """Return how many entries the shard holds now."""
        with explained("length"):
            return int(self._redis.xlen(keys.stream(shard)))

    def backlog(self) -> dict[int, int]:
        """Return how many entries each shard holds now."""
        return {shard: self.length(shard) for shard in range(keys.SHARDS)}

    def close(self) -> None:
        """Close all connections."""
        self._redis.close()


def _entry(row_id: bytes, fields: dict[bytes, bytes]) -> Entry:
    number, blob = int(fields.get(b"n", 0)), fields.get(b"b", b"")
    try:
        return Entry(row_id.decode(), number, decode(blob))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return Entry(row_id.decode(), number, None, blob)
