"""The grants as one process knows them: re-read when their version changes, kept for a minute when Redis is away."""

import asyncio
import logging
import time

from telemetry.bus.connection import Down
from telemetry.bus.grants import Grant, GrantReader

log = logging.getLogger(__name__)

CHECK_S = 0.05  # a link that starts right after its confirmation loses no more than this and the relay take
LONGEST_BLIND_S = 60.0


class GrantCache:
    """Hold the newest snapshot; `version` is 0 until the first one came."""

    def __init__(self, url: str) -> None:
        self._reader = GrantReader(url)
        self._lock = asyncio.Lock()
        self._checked_s = float("-inf")  # monotonic time of the last check that Redis answered
        self._grants: dict[str, Grant] = {}
        self.version = 0

    @property
    def age_s(self) -> float:
        """Return how long ago Redis last confirmed the snapshot."""
        return time.monotonic() - self._checked_s

    @property
    def grants(self) -> dict[str, Grant]:
        """Return the grants by flight; none when Redis has confirmed nothing for 60 s: they may have been withdrawn."""
        return self._grants if self.age_s <= LONGEST_BLIND_S else {}

    async def refresh(self, *, older_than_s: float = 0.0) -> bool:
        """Ask Redis unless the last answer is younger than that; says whether the snapshot changed.

        A Redis that was emptied confirms nothing until the relay has written again: to take its silence for "no grants"
        would cut every link that is in the air.

        Raises:
            Down: Redis does not answer; the snapshot stays as it is.
        """
        async with self._lock:
            if self.age_s < older_than_s:
                return False
            version = await self._reader.version()
            if self.version and not version:
                return False
            changed = version != self.version
            if changed:
                self.version, self._grants = await self._reader.read_all()
            self._checked_s = time.monotonic()
            return changed

    async def refresh_quietly(self) -> bool:
        """Refresh, and go on with what is known when Redis does not answer."""
        try:
            return await self.refresh()
        except Down as problem:
            log.warning("grants are %.0f s old: %s", self.age_s, problem)
            return False

    async def close(self) -> None:
        """Close all connections."""
        await self._reader.close()
