"""The events resume: an ordered log whose positions survive processes; written by the relay, read by every hub."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from telemetry.bus import keys
from telemetry.bus.connection import BLOCK_MS, explained, open_async, open_sync

KEPT = 100_000
KEPT_PER_FLIGHT = 10_000
FLIGHT_KEPT_S = 7 * 86_400
MOST_RESUMED = 10_000

# KEYS events, epoch, then flights' streams; ARGV candidate epoch, body, kept, kept per flight, seconds, positions.
# Redis refuses an id that is not above the last: that refusal is what makes a repeat harmless.
_APPEND = """
local function add(key, position, kept)
  local answer = redis.pcall('XADD', key, 'MAXLEN', '~', kept, position .. '-0', 'b', ARGV[2])
  if type(answer) ~= 'table' or not answer.err then return 1 end
  if string.find(answer.err, 'equal or smaller') then return 0 end
  return answer
end
redis.call('SET', KEYS[2], ARGV[1], 'NX')
local added = add(KEYS[1], ARGV[6], ARGV[3])
for n = 3, #KEYS do
  local answer = add(KEYS[n], ARGV[4 + n], ARGV[4])
  if type(answer) == 'table' then return answer end
  redis.call('EXPIRE', KEYS[n], ARGV[5])
end
return added
"""


@dataclass(frozen=True)
class Event:
    """One event as it was announced; positions rise by one."""

    position: int
    body: dict[str, Any]


class EventWriter:
    """Append events, for the relay; blocking."""

    def __init__(self, url: str) -> None:
        self._redis = open_sync(url)
        self._candidate = uuid.uuid4().hex

    def append(self, position: int, flight_positions: Mapping[str, int], body: Mapping[str, Any]) -> bool:
        """Append an event for the range and for each flight it concerns, each under its own position (from 1).

        Returns:
            False when the range had it already. Any repeat is harmless.
        """
        names = [keys.EVENTS, keys.EVENTS_EPOCH, *(keys.flight_events(flight) for flight in flight_positions)]
        settings = [self._candidate, msgspec.json.encode(body), KEPT, KEPT_PER_FLIGHT, FLIGHT_KEPT_S]
        with explained("append event"):
            return bool(self._redis.eval(_APPEND, len(names), *names, *settings, position, *flight_positions.values()))

    def epoch(self) -> str:
        """Return the id of this event log's life; made at the first call."""
        with explained("epoch"):
            self._redis.set(keys.EVENTS_EPOCH, self._candidate, nx=True)
            return bytes(self._redis.get(keys.EVENTS_EPOCH)).decode()

    def last_position(self) -> int:
        """Return the last position that the log holds, 0 when none: where the relay goes on."""
        with explained("last event"):
            rows = self._redis.xrevrange(keys.EVENTS, count=1)
        return _position(rows[0][0]) if rows else 0

    def start_over(self) -> None:
        """Forget every event and begin another epoch, when the log is ahead of the database that counts positions."""
        self._candidate = uuid.uuid4().hex
        with explained("start events over"):
            flights = list(self._redis.scan_iter(match=keys.flight_events("*"), count=1000))
            self._redis.delete(keys.EVENTS, keys.EVENTS_EPOCH, *flights)

    def close(self) -> None:
        """Close all connections."""
        self._redis.close()


class EventReader:
    """Read the range's events, or with `flight` that flight's own with its own positions."""

    def __init__(self, url: str) -> None:
        self._redis = open_async(url)

    async def epoch(self) -> str:
        """Return the id of this event log's life; made at the first call."""
        with explained("epoch"):
            await self._redis.set(keys.EVENTS_EPOCH, uuid.uuid4().hex, nx=True)
            return bytes(await self._redis.get(keys.EVENTS_EPOCH)).decode()

    async def last_position(self, flight: str | None = None) -> int:
        """Return the last position, 0 when there is no event."""
        with explained("last event"):
            rows = await self._redis.xrevrange(_key(flight), count=1)
        return _position(rows[0][0]) if rows else 0

    async def read_since(self, position: int, flight: str | None = None) -> list[Event] | None:
        """Return every event after a position, in order; None when that can't be told whole.

        That is: the position is from the future, its next is no longer kept, or more than 10,000 were missed.
        """
        if position < 0:
            return None
        key = _key(flight)
        with explained("read events"):
            async with self._redis.pipeline(transaction=True) as pipeline:
                pipeline.xrange(key, count=1)
                pipeline.xrevrange(key, count=1)
                pipeline.xrange(key, min=f"{position + 1}-0", count=MOST_RESUMED + 1)
                first, last, rows = await pipeline.execute()
        newest = _position(last[0][0]) if last else 0
        oldest = _position(first[0][0]) if first else 1
        if position > newest or position < oldest - 1 or len(rows) > MOST_RESUMED:
            return None
        return [_event(row_id, fields) for row_id, fields in rows]

    async def tail(self, after: int, flight: str | None = None) -> list[Event]:
        """Return the events after a position, waiting up to a second for the first of them."""
        key = _key(flight)
        with explained("tail events"):
            answer = await self._redis.xread({key: f"{after}-0"}, count=1000, block=BLOCK_MS)
        return [_event(row_id, fields) for _, rows in answer or [] for row_id, fields in rows]

    async def close(self) -> None:
        """Close all connections."""
        await self._redis.aclose()


def _key(flight: str | None) -> str:
    return keys.EVENTS if flight is None else keys.flight_events(flight)


def _position(row_id: bytes) -> int:
    return int(row_id.partition(b"-")[0])


def _event(row_id: bytes, fields: dict[bytes, bytes]) -> Event:
    return Event(_position(row_id), msgspec.json.decode(fields[b"b"]))
