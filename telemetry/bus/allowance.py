"""How much telemetry a flight may send by HTTP and socket: a token bucket per grant, shared by all web processes.

A token is a byte. The bucket stands in the relaxed Redis: it may be lost, and then is full again.
"""

import logging
import time

from telemetry.bus import keys
from telemetry.bus.connection import Down, Full, explained, open_async

log = logging.getLogger(__name__)

BURST_S = 16  # so many seconds' worth may come at once
ANSWER_S = 0.25
ASK_AGAIN_S = 1.0

# One call, so that two processes can't spend the same tokens; by Redis' own clock, so that theirs need not agree. What
# a refusal asked for is not taken. KEYS bucket; ARGV bytes per second, burst, cost. Answers the ms to wait, 0: taken.
_TAKE = """
local rate, burst, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local had = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = burst
if had[1] then tokens = math.min(burst, had[1] + math.max(0, now - had[2]) * rate / 1000000) end
cost = math.min(cost, burst)
if tokens < cost then return math.ceil((cost - tokens) * 1000 / rate) end
tokens = tokens - cost
redis.call('HSET', KEYS[1], 'tokens', string.format('%.3f', tokens), 'at', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil((burst - tokens) * 1000 / rate) + 1000)
return 0
"""


class Allowance:
    """Take tokens of flights' buckets; each flight has its own, so one that floods spends nobody else's."""

    def __init__(self, url: str, *, bytes_per_s: int) -> None:
        self._redis = open_async(url, answer_s=ANSWER_S)
        self._bytes_per_s = bytes_per_s
        self._asks_from_s = float("-inf")

    async def take(self, flight: str, cost_bytes: int) -> float:
        """Take so many bytes out of the flight's bucket; return 0, or the seconds after which it has them.

        A cost beyond the whole bucket waits for a full one. When Redis does not answer within 0.25 s, everything is
        allowed for a second: the limit guards others' share, and is not worth a recording.
        """
        if time.monotonic() < self._asks_from_s:
            return 0.0
        burst = self._bytes_per_s * BURST_S
        try:
            with explained("allowance"):
                wait_ms = await self._redis.eval(_TAKE, 1, keys.allowance(flight), self._bytes_per_s, burst, cost_bytes)
        except (Down, Full) as problem:
            self._asks_from_s = time.monotonic() + ASK_AGAIN_S
            log.warning("the limits of ingest can't be asked: %s", problem)
            return 0.0
        return int(wait_ms) / 1000

    async def close(self) -> None:
        """Close all connections."""
        await self._redis.aclose()
