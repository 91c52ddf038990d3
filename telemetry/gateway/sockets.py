"""The gateway's ears: one UDP socket and one TCP port."""

import asyncio
import contextlib
import os
import socket
import time
from functools import lru_cache
from pathlib import Path

from telemetry.gateway.admit import address_of
from telemetry.gateway.counts import Counts
from telemetry.gateway.intake import Endpoint, Intake
from telemetry.wire.framing import Framer, split

RECEIVE_BUFFER_BYTES = 8 * 1024 * 1024
READ_BYTES = 64 * 1024
IDLE_S = 60.0
PAUSE_S = 1.0  # after so long a held-back start of a packet is no longer waited for
MOST_CONNECTIONS = 256
MOST_NOISE_BYTES = 64 * 1024
_SO_RCVBUFFORCE = 33


def now_us() -> int:
    """Return our clock, µs since 1970 UTC."""
    return time.time_ns() // 1000


class Datagrams(asyncio.DatagramProtocol):
    """Take every datagram in as it comes; a packet never spans two."""

    def __init__(self, intake: Intake, counts: Counts) -> None:
        self._intake, self._counts = intake, counts

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Judge one datagram."""
        self._counts.add("datagrams")
        self._counts.add("bytes", len(data))
        self._intake.take(split(data), endpoint_of("udp", addr[:2]), now_us())


class Connections:
    """Serve TCP: bytes in, none out. At most 256 at once; silent for 60 s or 64 KiB without a grant: closed."""

    def __init__(self, intake: Intake, counts: Counts) -> None:
        self._intake, self._counts = intake, counts
        self._count = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one connection's bytes in until it ends."""
        self._counts.add("tcp_connections")
        self._count += 1
        try:
            if self._count <= MOST_CONNECTIONS:
                await self._read(reader, endpoint_of("tcp", writer.get_extra_info("peername")[:2]))
        except OSError:
            pass  # the sender is gone; what it sent is in
        finally:
            self._count -= 1
            writer.close()

    async def _read(self, reader: asyncio.StreamReader, endpoint: Endpoint) -> None:
        framer, noise_bytes, heard_s = Framer(), 0, time.monotonic()
        while noise_bytes < MOST_NOISE_BYTES:
            try:
                async with asyncio.timeout(PAUSE_S):
                    data = await reader.read(READ_BYTES)
            except TimeoutError:
                self._intake.take(framer.finish(), endpoint, now_us())
                if time.monotonic() - heard_s > IDLE_S:
                    return
                continue
            if not data:
                self._intake.take(framer.finish(), endpoint, now_us())
                return
            heard_s = time.monotonic()
            self._counts.add("bytes", len(data))
            is_admitted = self._intake.take(framer.feed(data), endpoint, now_us())
            noise_bytes = 0 if is_admitted else noise_bytes + len(data)
        self._counts.add("tcp_closed_for_noise")


@lru_cache(maxsize=4096)
def endpoint_of(kind: str, address: tuple[str, int]) -> Endpoint:
    """Return the endpoint of a peer's address."""
    host = str(address_of(address[0]))
    return Endpoint(f"{kind}:{host}:{address[1]}", host)


def bind(kind: socket.SocketKind, host: str, port: int) -> socket.socket:
    """Return a socket on the port, never on another one: who sends there would be heard by nobody.

    Raises:
        OSError: the port is taken, or the host is none of ours.
    """
    found = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, kind)
    if kind is socket.SOCK_STREAM:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
    except OSError:
        found.close()
        raise
    found.setblocking(False)
    return found


def widen(udp: socket.socket) -> int:
    """Give the socket the largest receive buffer that we may have, up to 8 MiB; returns its bytes."""
    udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    with contextlib.suppress(OSError):  # beyond the system's limit for those who may
        udp.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, RECEIVE_BUFFER_BYTES)
    return udp.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)


def kernel_drops(udp: socket.socket) -> int:
    """Return how many datagrams the kernel threw away because the buffer was full; 0 where it does not tell."""
    inode = str(os.fstat(udp.fileno()).st_ino)
    table = Path("/proc/net/udp6" if udp.family is socket.AF_INET6 else "/proc/net/udp")
    with contextlib.suppress(OSError):
        for line in table.read_text().splitlines()[1:]:
            columns = line.split()
            if columns[9] == inode:
                return int(columns[-1])
    return 0
