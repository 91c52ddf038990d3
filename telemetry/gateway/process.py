"""The process: its sockets, its four loops, and its end."""

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import uvloop

from telemetry.bus import Down, Full
from telemetry.bus.feed import FeedPublisher, Heartbeat
from telemetry.bus.grant_cache import CHECK_S, GrantCache
from telemetry.bus.stream import StreamWriter
from telemetry.gateway.admit import Admission
from telemetry.gateway.counts import Counts
from telemetry.gateway.flights import HeardFlights
from telemetry.gateway.intake import Intake
from telemetry.gateway.keep import Keeper
from telemetry.gateway.sockets import Connections, Datagrams, bind, kernel_drops, now_us, widen

log = logging.getLogger(__name__)

PUBLISH_S = 0.02
HEARTBEAT_S = 1.0
LAST_FLUSH_S = 3.0


@dataclass(frozen=True)
class GatewaySettings:
    """Where to listen, which Redis to use, the Fernet key of the signing keys, and this gateway's name."""

    udp_host: str
    udp_port: int
    tcp_host: str
    tcp_port: int
    stream_url: str
    relaxed_url: str
    keys_key: str
    name: str


def run(settings: GatewaySettings) -> None:
    """Run the gateway until SIGTERM or SIGINT; it listens once it has the grants.

    Raises:
        OSError: it can't listen where it should.
    """
    uvloop.run(_run(settings))


async def _run(settings: GatewaySettings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await Gateway(settings).serve(stop)


class Gateway:
    """One gateway; several may run beside each other under different names."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._settings = settings
        self._counts = Counts()
        self._cache = GrantCache(settings.stream_url)
        self._admission = Admission(keys_key=settings.keys_key)
        self._writer = StreamWriter(settings.stream_url)
        self._publisher = FeedPublisher(settings.relaxed_url)
        self._keeper = Keeper(self._writer, self._counts, name=settings.name, now_us=now_us)
        self._flights = HeardFlights()
        self._intake = Intake(self._admission, self._keeper, self._flights, self._counts)
        self._udp: socket.socket | None = None
        self._udp_port = self._tcp_port = 0

    async def serve(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set; then write what is in hand, for 3 s at most."""
        tasks = [asyncio.create_task(_until(stop, self._follow_grants))]
        try:
            while not self._cache.version and not stop.is_set():  # noqa: ASYNC110 — two things end it
                await asyncio.sleep(0.02)
            async with contextlib.AsyncExitStack() as doors:
                if not stop.is_set():
                    await self._listen(doors)
                    jobs = (self._publish, self._beat, self._keeper.write_window)
                    tasks += [asyncio.create_task(_until(stop, job)) for job in jobs]
                await stop.wait()
        finally:
            stop.set()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._finish()

    async def _listen(self, doors: contextlib.AsyncExitStack) -> None:
        settings, loop = self._settings, asyncio.get_running_loop()
        self._udp = bind(socket.SOCK_DGRAM, settings.udp_host, settings.udp_port)
        tcp = bind(socket.SOCK_STREAM, settings.tcp_host, settings.tcp_port)
        self._udp_port, self._tcp_port = self._udp.getsockname()[1], tcp.getsockname()[1]
        buffer_bytes = widen(self._udp)
        transport, _ = await loop.create_datagram_endpoint(
            lambda: Datagrams(self._intake, self._counts), sock=self._udp
        )
        doors.callback(transport.close)
        server = await asyncio.start_server(Connections(self._intake, self._counts).serve, sock=tcp)
        doors.callback(server.close)
        print(f"MAVLink by UDP on port {self._udp_port}, by TCP on port {self._tcp_port}", flush=True)
        log.info("%s: receive buffer %d KiB", settings.name, buffer_bytes // 1024)

    async def _follow_grants(self) -> None:
        if await self._cache.refresh_quietly() or self._admission.grants is not self._cache.grants:
            self._admission.load(self._cache.grants)
        self._intake.close_ended(now_us())
        await asyncio.sleep(CHECK_S)

    async def _publish(self) -> None:
        time_us = now_us()
        due = [heard.due_state(time_us, source=self._settings.name) for heard in self._flights]
        states = [state for state in due if state is not None]
        if states:
            try:
                await self._publisher.publish(*states)
            except (Down, Full):
                self._counts.add("feed_failures")
        await asyncio.sleep(PUBLISH_S)

    async def _beat(self) -> None:
        for heard in self._flights:
            for link in heard.links.values():
                link.rate(now_us())
        if self._udp is not None:
            self._counts.named["udp_kernel_drops"] = kernel_drops(self._udp)
        try:
            await self._publisher.beat(self._heartbeat())
        except (Down, Full):
            self._counts.add("feed_failures")
        await asyncio.sleep(HEARTBEAT_S)

    def _heartbeat(self) -> Heartbeat:
        return Heartbeat(
            name=self._settings.name,
            time_us=now_us(),
            counters=dict(self._counts.named),
            refused=self._counts.refused(),
            unadmitted=self._counts.unadmitted(),
            udp_port=self._udp_port,
            tcp_port=self._tcp_port,
            grants_version=self._cache.version,
            grants_age_s=round(self._cache.age_s, 3),
        )

    async def _finish(self) -> None:
        try:
            async with asyncio.timeout(LAST_FLUSH_S):
                await self._keeper.flush()
        except (Down, Full, TimeoutError) as problem:
            log.error("what was in hand could not be written at the end: %s", problem)
        for part in (self._cache, self._writer, self._publisher):
            await part.close()


async def _until(stop: asyncio.Event, turn: Callable[[], Awaitable[None]]) -> None:
    """Do a job's turn again and again: the process's outermost loop, which a fault of ours must not end.

    It looks at `stop` itself: a library that swallows the cancel within a turn must not keep the process alive.
    """
    while not stop.is_set():
        try:
            await turn()
        except Exception:
            log.exception("a turn of the gateway failed")
            await asyncio.sleep(1)
