"""Measure the age of a state at the console: 10 flights at 10 Hz over UDP, watched by 10 consoles, on one machine.

The whole way is the real one: UDP, gateway, feed, hub, WebSocket. Each position is one step
further north than the one before, so a console can tell when what it shows was sent. Prints one JSON line; `load_1min`
says how busy the machine was with all else. Ends with 1 and a sentence when a process dies or nothing is seen.

    python -m bench.live [--flights 10] [--consoles 10] [--seconds 20]
"""

import argparse
import asyncio
import json
import math
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager, suppress
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect

from telemetry.bus.feed import FeedReader
from telemetry.bus.grants import Grant, GrantWriter
from telemetry.wire.encode import Encoder
from testcentre.embedded import Engines

PERIOD_S = 0.1
STEP_DEG = 1e-6
START_LATITUDE_DEG, LONGITUDE_DEG = 52.2758333, 6.8891667
WARM_UP_S = 2.0
START_LIMIT_S, STOP_LIMIT_S = 60.0, 15.0
SCRIPT = str(Path(sys.executable).with_name("testcentre"))


class Failed(Exception):
    """There is nothing to measure; the text is one sentence."""


class Aircraft:
    """Send a position each 100 ms and note when."""

    def __init__(self, system_id: int) -> None:
        self.system_id = system_id
        self.flight = str(uuid.uuid4())
        self.sent_s: dict[int, float] = {}
        self._encoder = Encoder(system_id)
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def send(self, number: int, port: int) -> None:
        """Send the position of a step; every tenth time with a heartbeat."""
        now_us, boot_ms = time.time_ns() // 1000, number * 100
        data = self._encoder.global_position(
            now_us=now_us,
            boot_ms=boot_ms,
            latitude_deg=START_LATITUDE_DEG + number * STEP_DEG,
            longitude_deg=LONGITUDE_DEG,
            altitude_amsl_m=90.0,
            height_above_takeoff_m=55.0,
            north_m_s=1.1,
            east_m_s=0.0,
            up_m_s=0.0,
            heading_deg=0.0,
        )
        if number % 10 == 0:
            data += self._encoder.heartbeat(now_us=now_us, armed=True, custom_mode=0)
        self.sent_s[number] = time.monotonic()
        self._udp.sendto(data, ("127.0.0.1", port))

    def grant(self, now_us: int) -> Grant:
        """Return what admits this aircraft for the next hour."""
        hour_us = 3_600_000_000
        return Grant(
            flight=self.flight,
            organisation=str(uuid.uuid4()),
            system_id=self.system_id,
            from_us=now_us - hour_us,
            until_us=now_us + hour_us,
            sources=["127.0.0.1/32"],
        )


async def fly(fleet: list[Aircraft], port: int, seconds: float) -> None:
    """Send all positions, the flights spread over each period."""
    begun_s = time.monotonic()
    for number in range(int(seconds / PERIOD_S)):
        for place, aircraft in enumerate(fleet):
            due_s = begun_s + (number + place / len(fleet)) * PERIOD_S
            await asyncio.sleep(max(0.0, due_s - time.monotonic()))
            aircraft.send(number, port)


async def watch(console: ClientConnection, fleet: list[Aircraft], ages_s: list[float], until_s: float) -> int:
    """Note the age of each position at its first sight; returns the number of ticks."""
    by_id, seen, ticks = {aircraft.flight: aircraft for aircraft in fleet}, set(), 0
    from_s = time.monotonic() + WARM_UP_S
    while (left_s := until_s - time.monotonic()) > 0:
        try:
            text = await asyncio.wait_for(console.recv(), left_s)
        except TimeoutError:
            break
        now_s, frame = time.monotonic(), json.loads(text)
        if frame["type"] != "tick" or now_s < from_s:
            continue
        ticks += 1
        for row in frame["flights"]:
            aircraft, sample = by_id.get(row["id"]), row["sample"] or {}
            if aircraft is None or "latitude_deg" not in sample:
                continue
            number = round((sample["latitude_deg"] - START_LATITUDE_DEG) / STEP_DEG)
            if (row["id"], number) not in seen and number in aircraft.sent_s:
                seen.add((row["id"], number))
                ages_s.append(now_s - aircraft.sent_s[number])
    return ticks


async def measure(
    url: str, key: str, port: int, fleet: list[Aircraft], *, consoles: int, seconds: float
) -> dict[str, object]:
    """Fly and watch; return the figures."""
    ages_s: list[float] = []
    async with AsyncExitStack() as stack:
        headers = {"Authorization": f"Bearer {key}"}
        opened = [connect(url, additional_headers=headers, compression=None) for _ in range(consoles)]
        sockets = [await stack.enter_async_context(one) for one in opened]
        until_s = time.monotonic() + WARM_UP_S + seconds
        watching = asyncio.gather(*(watch(console, fleet, ages_s, until_s) for console in sockets))
        await fly(fleet, port, WARM_UP_S + seconds)
        ticks = await watching
    if not ages_s:
        raise Failed(f"{consoles} consoles saw {sum(ticks)} ticks, but no position: was what UDP brought admitted?")
    ages_s.sort()
    return {
        "bench": "live",
        "flights": len(fleet),
        "rate_hz": round(1 / PERIOD_S),
        "consoles": consoles,
        "positions_seen": len(ages_s),
        "positions_sent": round(len(fleet) * consoles * seconds / PERIOD_S),
        "age_p50_ms": round(ages_s[len(ages_s) // 2] * 1000, 1),
        "age_p99_ms": round(ages_s[math.ceil(len(ages_s) * 0.99) - 1] * 1000, 1),
        "age_max_ms": round(ages_s[-1] * 1000, 1),
        "limit_p99_ms": 250,
        "ticks_per_s": round(min(ticks) / seconds, 2),
        "load_1min": round(os.getloadavg()[0], 1),
    }


def command(environment: dict[str, str], *words: str) -> str:
    """Run a command of the service to its end; returns what it printed."""
    return subprocess.run(
        [SCRIPT, *words], env=environment, stdout=subprocess.PIPE, text=True, check=True
    ).stdout.strip()


@contextmanager
def running(environment: dict[str, str], *words: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a process of the service for the length of the block; yields it."""
    process = subprocess.Popen([SCRIPT, *words], env=environment, stdout=sys.stderr)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_up(web_port: int, feed_url: str, processes: "list[subprocess.Popen[bytes]]") -> None:
    """Wait until the web process answers and the gateway beats.

    Raises:
        Failed: they don't within 60 s, or one of them has ended.
    """
    feed, end_s = FeedReader(feed_url), time.monotonic() + START_LIMIT_S
    try:
        while time.monotonic() < end_s:
            if any(process.poll() is not None for process in processes):
                raise Failed("web or gateway ended at its start: see its last words above.")
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{web_port}/healthz", timeout=2):
                if feed.heartbeats():
                    return
            time.sleep(0.1)
    finally:
        feed.close()
    raise Failed(f"web and gateway are not up within {START_LIMIT_S:.0f} s.")


def free_port(kind: socket.SocketKind) -> int:
    """Return a port that is free now."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flights", type=int, default=10)
    parser.add_argument("--consoles", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=20)
    asked = parser.parse_args()
    web, udp, tcp = (free_port(kind) for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_STREAM))
    with ExitStack() as stack:
        data = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-live-"))
        engines = stack.enter_context(Engines(Path(data)))
        ports = {"MAVLINK_UDP_PORT": str(udp), "MAVLINK_TCP_PORT": str(tcp)}
        environment = {**os.environ, **engines.environment, **ports}
        command(environment, "migrate")
        command(environment, "org", "create", "range", "--name", "Range", "--kind", "range")
        key = command(environment, "key", "create", "--org", "range", "--role", "operator")
        fleet = [Aircraft(number + 1) for number in range(asked.flights)]
        grants, now_us = GrantWriter(environment["REDIS_STREAM_URL"]), time.time_ns() // 1000
        grants.write_all([aircraft.grant(now_us) for aircraft in fleet])
        grants.close()
        gateway = stack.enter_context(running(environment, "gateway"))
        server = stack.enter_context(running(environment, "web", "--port", str(web)))
        wait_until_up(web, environment["REDIS_URL"], [gateway, server])
        url = f"ws://127.0.0.1:{web}/ws/range"
        figures = measure(url, key, udp, fleet, consoles=asked.consoles, seconds=asked.seconds)
        print(json.dumps(asyncio.run(figures)))


if __name__ == "__main__":
    try:
        main()
    except Failed as problem:
        sys.exit(f"bench-live: {problem}")
