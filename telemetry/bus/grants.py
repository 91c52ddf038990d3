"""The grants: which link may bring data to which flight, as one snapshot with a version."""

import time
from collections.abc import Iterable
from typing import Any

import msgspec

from telemetry.bus import keys
from telemetry.bus.connection import explained, open_async, open_sync


class Grant(msgspec.Struct, kw_only=True, frozen=True):
    """Admit one aircraft's links to one flight within [from_us, until_us), µs since 1970 UTC.

    `signing_key` is the aircraft's MAVLink 2 key (64 hex digits) encrypted by Fernet with the installation's keys key;
    `sources` are CIDRs; `key_digests` the HMACs of the API keys that may send by HTTP and socket.
    """

    flight: str
    organisation: str
    system_id: int
    from_us: int
    until_us: int
    signing_key: str | None = None
    sources: list[str] = []
    key_digests: list[str] = []
    sealed: bool = False


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Grant)


class GrantWriter:
    """Replace the snapshot, for the one relay that holds the lease; blocking."""

    def __init__(self, url: str) -> None:
        self._redis = open_sync(url)

    def write_all(self, grants: Iterable[Grant]) -> bool:
        """Replace all grants at once under a new version, unless they are the same as before.

        A version is the time of writing in µs: one that a reader knows never comes again with other grants, also not
        in a Redis that was emptied or replaced.

        Returns:
            Whether anything changed.
        """
        wanted = {grant.flight.encode(): _ENCODER.encode(grant) for grant in grants}
        with explained("write grants"):
            if self._redis.hgetall(keys.GRANTS) == wanted and self._redis.exists(keys.GRANTS_VERSION):
                return False
            with self._redis.pipeline(transaction=True) as pipeline:
                pipeline.delete(keys.GRANTS)
                if wanted:
                    mapping: dict[Any, Any] = dict(wanted)
                    pipeline.hset(keys.GRANTS, mapping=mapping)
                pipeline.set(keys.GRANTS_VERSION, time.time_ns() // 1000)
                pipeline.execute()
        return True

    def close(self) -> None:
        """Close all connections."""
        self._redis.close()


class GrantReader:
    """Read the snapshot, for gateways and ingest."""

    def __init__(self, url: str) -> None:
        self._redis = open_async(url)

    async def version(self) -> int:
        """Return the version of the snapshot; 0 when none was ever written."""
        with explained("grants version"):
            return int(await self._redis.get(keys.GRANTS_VERSION) or 0)

    async def read_all(self) -> tuple[int, dict[str, Grant]]:
        """Return version and grants by flight, from one moment."""
        with explained("read grants"):
            async with self._redis.pipeline(transaction=True) as pipeline:
                pipeline.get(keys.GRANTS_VERSION)
                pipeline.hgetall(keys.GRANTS)
                version, rows = await pipeline.execute()
        return int(version or 0), {flight.decode(): _DECODER.decode(blob) for flight, blob in rows.items()}

    async def close(self) -> None:
        """Close all connections."""
        await self._redis.aclose()
