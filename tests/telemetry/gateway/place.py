"""A gateway with its Valkeys, and how the tests talk to it."""

import asyncio
import socket
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from cryptography.fernet import Fernet

from telemetry.bus.batch import Batch
from telemetry.bus.feed import FeedReader, FlightState, Heartbeat
from telemetry.bus.grants import Grant, GrantWriter
from telemetry.bus.stream import StreamReader
from telemetry.gateway.process import Gateway
from tests.telemetry.valkeys import PrivateValkey
from tests.telemetry.wire.peer import KEY

KEYS_KEY = Fernet.generate_key().decode()
AERO, HEAVYLIFT = str(UUID(int=1)), str(UUID(int=2))
HOUR_US = 3_600_000_000


def now_us() -> int:
    """Return the time, µs since 1970 UTC."""
    return time.time_ns() // 1000


def grant(flight: str = AERO, **more: Any) -> Grant:
    """Return a grant that holds now, for system 7 from this machine, unless said otherwise."""
    usual: dict[str, Any] = {
        "organisation": flight,
        "system_id": 7,
        "from_us": now_us() - HOUR_US,
        "until_us": now_us() + HOUR_US,
        "sources": ["127.0.0.1/32"],
    }
    return Grant(flight=flight, **(usual | more))


def encrypted(key: bytes = KEY) -> str:
    """Return a signing key as grants carry it."""
    return Fernet(KEYS_KEY).encrypt(key.hex().encode()).decode()


class Place:
    """A running gateway."""

    def __init__(self, stream: PrivateValkey, relaxed: PrivateValkey, gateway: Gateway) -> None:
        self.stream, self.relaxed, self.gateway = stream, relaxed, gateway
        self._udp: list[socket.socket] = []

    async def admit(self, *grants: Grant) -> None:
        """Write the grants and wait until the gateway listens by them."""
        writer = GrantWriter(self.stream.url)
        writer.write_all(grants)
        writer.close()
        wanted = {g.flight: g for g in grants}
        await self.until(lambda: self.gateway._udp_port and self.gateway._admission.grants == wanted)

    def udp(self) -> Callable[[bytes], Any]:
        """Return what sends datagrams from a socket of its own."""
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.append(sender)
        return lambda data: sender.sendto(data, ("127.0.0.1", self.gateway._udp_port))

    async def until(self, found: Callable[[], Any], *, seconds: float = 30) -> Any:
        """Return what `found` returns once that is true."""
        end = time.monotonic() + seconds
        while not (answer := found()):
            assert time.monotonic() < end, "it did not happen in time"
            await asyncio.sleep(0.02)
        return answer

    async def batches(self, at_least: int = 1) -> Any:
        """Return what the stream holds of both flights, once it is so much."""
        reader = StreamReader(self.stream.url)
        try:
            return await self.until(lambda: len(found := _all(reader)) >= at_least and found)
        finally:
            reader.close()

    async def recorded(self, data: bytes, flight: str = AERO) -> list[Batch]:
        """Wait until the stream holds exactly these bytes for a flight; return its batches."""
        reader = StreamReader(self.stream.url)
        try:
            await self.until(lambda: _bytes(_all(reader), flight) == data)
            await asyncio.sleep(0.1)
            found = _all(reader)
            assert _bytes(found, flight) == data
            return [batch for batch in found if batch.flight == flight]
        finally:
            reader.close()

    async def heartbeat(self, found: Callable[[Heartbeat], Any]) -> Any:
        """Return the first heartbeat for which that is true."""
        reader = FeedReader(self.relaxed.url)
        try:
            return await self.until(lambda: next((b for b in reader.heartbeats() if found(b)), None))
        finally:
            reader.close()

    async def state(self, found: Callable[[FlightState], Any], flight: str = AERO) -> Any:
        """Return the first kept state of a flight for which that is true."""
        reader = FeedReader(self.relaxed.url)
        try:
            return await self.until(lambda: next((s for s in reader.states([flight]).values() if found(s)), None))
        finally:
            reader.close()

    async def refused(self, reason: str, system_id: int | None = 7) -> int:
        """Wait until something was refused for a reason; return how many packets of this machine."""
        counts = self.gateway._counts
        await self.until(lambda: (reason, system_id) in {(u.reason, u.system_id) for u in counts.unadmitted()})
        return {(r.reason, r.source): r.packets for r in counts.refused()}[reason, "127.0.0.1"]

    def close(self) -> None:
        """Close the senders."""
        for sender in self._udp:
            sender.close()


def _all(reader: StreamReader) -> list[Batch]:
    entries = [entry for shard in range(4) for entry in reader.read(shard, count=10_000)]
    return [entry.batch for entry in entries if entry.batch]


def _bytes(batches: list[Batch], flight: str) -> bytes:
    return b"".join(record.data for batch in batches if batch.flight == flight for record in batch.records)
