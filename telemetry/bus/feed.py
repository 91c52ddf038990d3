"""The feed forgets: newest states and heartbeats for whoever listens now; a lost message is replaced by the next."""

from collections.abc import AsyncGenerator
from typing import Any

import msgspec

from telemetry.bus import keys
from telemetry.bus.connection import explained, open_async, open_sync

KEEP_STATE_S = 7 * 86_400
HEARTBEAT_KEPT_S = 10
SILENCE_S = 1.0


class LinkFigures(msgspec.Struct, kw_only=True):
    """Hold how one link of a flight does, as its receiver counted since the link began.

    `radio` and `clock` (in brief) are as `telemetry.quality` tells them, None until the link told something of them.
    """

    packets: int = 0
    bytes: int = 0
    bad: int = 0
    lost: int = 0
    late: int = 0
    duplicate: int = 0
    restarts: int = 0
    jitter_ms: float | None = None
    rate_hz: float = 0.0
    bytes_per_s: int = 0
    radio: dict[str, int | None] | None = None
    clock: dict[str, Any] | None = None
    signed: bool = False
    last_us: int = 0


class FlightState(msgspec.Struct, tag="state", kw_only=True):
    """Hold the newest state of one flight: `sample` by the contract's names, and all links that its sender hears.

    `link` is the one that brought the newest packet; `received_us` is the sender's clock then, µs since 1970 UTC.
    """

    flight: str
    sample: dict[str, Any]
    received_us: int
    system_id: int = 0
    link: str = ""
    source: str = ""
    links: dict[str, LinkFigures] = {}


class Unadmitted(msgspec.Struct, kw_only=True):
    """Hold a link without a grant; `system_id` is None when its bytes were no MAVLink; times are RFC 3339.

    `first_bytes` (hex digits) began the first packet that was refused; `messages` names what else came, `vehicle` and
    `autopilot` are what its HEARTBEAT says, None before there was one.
    """

    source: str
    system_id: int | None
    reason: str
    packets: int
    first: str
    last: str
    first_bytes: str = ""
    messages: list[str] = []
    vehicle: str | None = None
    autopilot: str | None = None


class RefusedCount(msgspec.Struct, kw_only=True):
    """Hold how many packets of a source were refused for a reason since the gateway started."""

    reason: str
    source: str
    packets: int


class Heartbeat(msgspec.Struct, tag="gateway", kw_only=True):
    """Say that a gateway lives, and what it counted since it started (`counters` by name, all only rise)."""

    name: str
    time_us: int
    counters: dict[str, int]
    refused: list[RefusedCount]
    unadmitted: list[Unadmitted]
    udp_port: int = 0
    tcp_port: int = 0
    grants_version: int = 0
    grants_age_s: float = 0.0


_ENCODER = msgspec.msgpack.Encoder()
_DECODER: msgspec.msgpack.Decoder[FlightState | Heartbeat] = msgspec.msgpack.Decoder(FlightState | Heartbeat)


class FeedPublisher:
    """Publish states and heartbeats; a failed publish is lost, and the caller goes on."""

    def __init__(self, url: str) -> None:
        self._redis = open_async(url)

    async def publish(self, *states: FlightState) -> None:
        """Publish states in one round trip and keep each as its flight's newest for 7 days.

        Raises:
            Down, Full: see telemetry.bus.connection.
        """
        with explained("publish"):
            async with self._redis.pipeline(transaction=False) as pipeline:
                for state in states:
                    blob = _ENCODER.encode(state)
                    pipeline.set(keys.state(state.flight), blob, ex=KEEP_STATE_S)
                    pipeline.publish(keys.FEED, blob)
                await pipeline.execute()

    async def beat(self, heartbeat: Heartbeat) -> None:
        """Publish a heartbeat and keep it for 10 s under the gateway's name."""
        blob = _ENCODER.encode(heartbeat)
        with explained("heartbeat"):
            async with self._redis.pipeline(transaction=False) as pipeline:
                pipeline.set(keys.gateway(heartbeat.name), blob, ex=HEARTBEAT_KEPT_S)
                pipeline.publish(keys.FEED, blob)
                await pipeline.execute()

    async def close(self) -> None:
        """Close all connections."""
        await self._redis.aclose()


async def subscribe(url: str) -> AsyncGenerator[FlightState | Heartbeat | None, None]:
    """Yield what is published from now on; None once it is subscribed and after each second of silence.

    Raises:
        Down: the connection is lost; what was published meanwhile is gone, subscribe again.
    """
    client = open_async(url, repeat=False)
    pubsub = client.pubsub()
    try:
        with explained("subscribe"):
            await pubsub.subscribe(keys.FEED)
        while True:
            with explained("feed"):
                message = await pubsub.get_message(timeout=SILENCE_S)
            is_message = message is not None and message["type"] == "message"
            yield _DECODER.decode(message["data"]) if is_message else None
    finally:
        await pubsub.aclose()
        await client.aclose()


class FeedReader:
    """Read the newest states and heartbeats that Redis keeps; blocking."""

    def __init__(self, url: str) -> None:
        self._redis = open_sync(url)

    def states(self, flights: list[str]) -> dict[str, FlightState]:
        """Return the newest state of each of these flights that has one."""
        if not flights:
            return {}
        with explained("states"):
            blobs = self._redis.mget([keys.state(flight) for flight in flights])
        found = [_DECODER.decode(blob) for blob in blobs if blob]
        return {state.flight: state for state in found if isinstance(state, FlightState)}

    def heartbeats(self) -> list[Heartbeat]:
        """Return the last heartbeat of every gateway that beat within 10 s, by name."""
        with explained("heartbeats"):
            names = sorted(self._redis.scan_iter(match=keys.gateway("*"), count=1000))
            blobs = self._redis.mget(names) if names else []
        found = [_DECODER.decode(blob) for blob in blobs if blob]
        return [beat for beat in found if isinstance(beat, Heartbeat)]

    def close(self) -> None:
        """Close all connections."""
        self._redis.close()
