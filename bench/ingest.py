"""Measure MAVLink over UDP into the stream: what is lost at 5,000 messages/s, beside a plain pymavlink receiver.

Every datagram goes to the real gateway and to the peer (asyncio datagrams, pymavlink's parser, nothing kept), so
that noise on the machine meets both alike. Loss of the gateway is counted at its far end: packets sent against packets
that lie in the stream. Prints one JSON line.

    python -m bench.ingest [--rate 5000] [--seconds 20]
"""

import argparse
import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path

from pymavlink.dialects.v20 import all as mavlink

from telemetry.bus import keys
from telemetry.bus.feed import FeedReader
from telemetry.bus.grants import Grant, GrantWriter
from telemetry.bus.stream import StreamReader
from telemetry.simulator.aircraft import Aircraft
from telemetry.wire.encode import Encoder
from telemetry.wire.framing import Frame, split
from testcentre.embedded import Engines

SYSTEM_ID = 77
TICK_S = 0.005
RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024
SETTLE_S = 3.0
START_LIMIT_S = 30.0


def packets(count: int) -> list[bytes]:
    """Return that many packets of the simulated aircraft's usual mix."""
    aircraft, encoder, now_us = Aircraft(seed=1), Encoder(SYSTEM_ID), time.time_ns() // 1000
    messages = [message for _ in range(2000) for message in aircraft.step(now_us)]
    return [encoder.pack(message, now_us=now_us) for message in islice(cycle(messages), count)]


def send(wanted: list[bytes], ports: tuple[int, ...], rate_per_s: int) -> float:
    """Send every packet to every port at a steady rate; returns the seconds it took."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        begun, sent = time.monotonic(), 0
        while sent < len(wanted):
            due = min(len(wanted), int((time.monotonic() - begun) * rate_per_s) + 1)
            for packet in wanted[sent:due]:
                for port in ports:
                    udp.sendto(packet, ("127.0.0.1", port))
            sent = max(sent, due)
            time.sleep(TICK_S)
        return time.monotonic() - begun


def cpu_s(pid: int) -> float:
    """Return the CPU time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def in_stream(url: str, flight: str) -> int:
    """Return how many whole packets of the flight lie in the stream."""
    reader, found, after = StreamReader(url), 0, "0-0"
    while entries := reader.read(keys.shard_of(flight), after=after, count=500):
        after = entries[-1].id
        for entry in entries:
            for record in entry.batch.records if entry.batch else []:
                found += sum(isinstance(piece, Frame) for piece in split(record.data))
    reader.close()
    return found


def counters_after(url: str, *, now_us: int) -> dict[str, int]:
    """Return what the gateway has counted by a heartbeat later than that."""
    feed, end = FeedReader(url), time.monotonic() + START_LIMIT_S
    while not (beats := [beat for beat in feed.heartbeats() if beat.time_us > now_us]):
        if time.monotonic() > end:
            raise TimeoutError(f"no gateway beat within {START_LIMIT_S:.0f} s")
        time.sleep(0.1)
    feed.close()
    return beats[0].counters


class Peer(asyncio.DatagramProtocol):
    """Receive and parse, as one would write it first."""

    def __init__(self) -> None:
        self.link = mavlink.MAVLink(None)
        self.messages = 0

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.messages += len(self.link.parse_buffer(data) or [])


async def receive(port: int) -> None:
    """Be the peer until SIGTERM; then print how many messages came."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, done.set)
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    udp.bind(("127.0.0.1", port))
    transport, peer = await loop.create_datagram_endpoint(Peer, sock=udp)
    print("ready", flush=True)
    await done.wait()
    transport.close()
    print(peer.messages, flush=True)


@contextmanager
def running(command: list[str], environment: dict[str, str], out: int | None = None) -> Iterator[subprocess.Popen[str]]:
    """Run a process for the length of the block."""
    process = subprocess.Popen(command, env=environment, stdout=out or sys.stderr, text=True)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)


def free_port() -> int:
    """Return a UDP port that is free now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        return int(udp.getsockname()[1])


def measure(environment: dict[str, str], *, rate_per_s: int, seconds: int) -> dict[str, object]:
    """Run both receivers on the same datagrams and return the figures."""
    wanted, flight = packets(rate_per_s * seconds), str(uuid.uuid4())
    ports, now_us = (free_port(), free_port()), time.time_ns() // 1000
    grants = GrantWriter(environment["REDIS_STREAM_URL"])
    grants.write_all(
        [
            Grant(
                flight=flight,
                organisation=str(uuid.uuid4()),
                system_id=SYSTEM_ID,
                from_us=now_us - 60_000_000,
                until_us=now_us + 3_600_000_000,
                sources=["127.0.0.1/32"],
            )
        ]
    )
    grants.close()
    gateway_environment = {**environment, "MAVLINK_UDP_PORT": str(ports[0]), "MAVLINK_TCP_PORT": str(free_port())}
    script = str(Path(sys.executable).with_name("testcentre"))
    with (
        running([script, "gateway"], gateway_environment) as gateway,
        running([sys.executable, "-m", "bench.ingest", "--peer", str(ports[1])], environment, subprocess.PIPE) as peer,
    ):
        counters_after(environment["REDIS_URL"], now_us=now_us)  # its heart beats once it listens
        assert peer.stdout is not None
        assert peer.stdout.readline() == "ready\n"
        before = cpu_s(gateway.pid), cpu_s(peer.pid)
        took_s = send(wanted, ports, rate_per_s)
        time.sleep(SETTLE_S)
        gateway_s, peer_s = cpu_s(gateway.pid) - before[0], cpu_s(peer.pid) - before[1]
        counted = counters_after(environment["REDIS_URL"], now_us=time.time_ns() // 1000)
        peer.terminate()
        heard = int(peer.communicate(timeout=10)[0])
    kept = in_stream(environment["REDIS_STREAM_URL"], flight)
    return {
        "bench": "ingest",
        "messages": len(wanted),
        "rate_per_s": round(len(wanted) / took_s),
        "lost": len(wanted) - kept,
        "lost_by_kernel": counted["udp_kernel_drops"],
        "lost_by_gateway": counted["admitted"] - kept,
        "gateway_cpu_s": round(gateway_s, 2),
        "peer": "pymavlink parse_buffer in an asyncio datagram protocol, nothing kept",
        "peer_lost": len(wanted) - heard,
        "peer_cpu_s": round(peer_s, 2),
        "cpu_ratio": round(gateway_s / peer_s, 2),
    }


def main() -> None:
    """Measure, or be the peer of a measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=5000)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--peer", type=int, metavar="PORT", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.peer:
        asyncio.run(receive(asked.peer))
        return
    with tempfile.TemporaryDirectory(prefix="bench-ingest-") as data, Engines(Path(data)) as engines:
        environment = {**os.environ, **engines.environment}
        print(json.dumps(measure(environment, rate_per_s=asked.rate, seconds=asked.seconds)))


if __name__ == "__main__":
    main()
