"""Kill every process under load, one after the other and all at once, and look for what was acknowledged.

`testcentre up --no-demo` runs with all its processes and engines. Telemetry comes to several flights, 5,000 messages a
second in all: samples by HTTP, each batch sent again under its Idempotency-Key until it is answered with 202; MAVLink
by TCP and UDP, which nothing acknowledges. In each round each process is killed with its children (kill -9), at last
all of them with their parent, which is then started again. At the end every recording is compared with what was sent:
each acknowledged sample is there once, in order; nothing is there twice; of what was sent to the gateway before it was
killed, no more is missing than a batch window's. Prints one JSON line and fails where anything is not so.

    python -m bench.crash [--rounds 10] [--kill ROLE …] [--seconds 3] [--rate 5000] [--no-seal]
"""

import argparse
import asyncio
import json
import os
import random
import struct
import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench._crash_load import Sent, send_lines, send_packets
from bench._crash_service import ALL, ROLES, START_LIMIT_S, Service
from bench._service import set_up_django
from telemetry.bus.grant_cache import CHECK_S
from telemetry.bus.grants import GrantReader
from telemetry.wire import dialect
from telemetry.wire.framing import Frame, split
from testcentre import embedded
from tests.testcentre.processes import within

HTTP_FLIGHTS = 2
HTTP_SHARE = 0.8
SEAL_LIMIT_S = 300.0
WINDOW_MS = 50
# a batch window, its append with fsync, and what lay in the socket: on a busy machine
MOST_LOST_MS = 250


def book(kinds: list[str]) -> tuple[list[Sent], str]:
    """Book and confirm a flight for each kind of sender; returns them and the key that may send."""
    from bookings.actions.confirm_booking import confirm_booking  # noqa: PLC0415
    from bookings.models import Crew  # noqa: PLC0415
    from testcentre.foundation.clock import utc_now  # noqa: PLC0415
    from tests.factories import a_booking  # noqa: PLC0415
    from tests.people import person  # noqa: PLC0415

    who, operator, found = person("aero/engineer"), person("range/operator"), []
    booker = person("aero/booker")
    start = utc_now().replace(second=0, microsecond=0) + timedelta(minutes=30)
    for kind in kinds:
        booking = a_booking(booker, start=start, minutes=240)
        confirm_booking(operator.asker, booking.id, now=utc_now())
        crew = Crew.objects.get(booking=booking)
        found.append(Sent(str(crew.flight_id), kind, crew.aircraft.mavlink_system_id or 0))
    until_granted({one.flight for one in found})
    return found, who.key


def until_granted(flights: set[str]) -> None:
    """Wait until every gateway admits the flights: it reads the grants each second.

    Raises:
        TimeoutError: there are no grants for them.
    """
    if not within(START_LIMIT_S, lambda: asyncio.run(_granted()) >= flights):
        raise TimeoutError("no grants in time")
    time.sleep(2 * CHECK_S)


async def _granted() -> set[str]:
    reader = GrantReader(os.environ["REDIS_STREAM_URL"])
    try:
        return {*(await reader.read_all())[1]}
    finally:
        await reader.close()


def settle(sent: list[Sent], *, seal: bool) -> None:
    """End the flights and wait until all of them are sealed; or only until the stream is drained."""
    from django.db import connections, transaction  # noqa: PLC0415

    from telemetry.bus.stream import StreamReader  # noqa: PLC0415
    from telemetry.recordings.ending import end_flights  # noqa: PLC0415
    from telemetry.recordings.models import Flight  # noqa: PLC0415
    from testcentre.foundation.clock import utc_now  # noqa: PLC0415

    connections.close_all()  # they are to a server that was killed meanwhile
    flights = Flight.objects.filter(id__in=[one.flight for one in sent])
    if seal:
        with transaction.atomic():
            end_flights(flights, now=utc_now())
        if not within(SEAL_LIMIT_S, lambda: flights.filter(phase="sealed").count() == len(sent)):
            raise TimeoutError(f"not sealed in time: {list(flights.values_list('id', 'phase'))}")
        return
    reader = StreamReader(os.environ["REDIS_STREAM_URL"])
    try:
        if not within(SEAL_LIMIT_S, lambda: not any(reader.backlog().values())):
            raise TimeoutError("not drained in time")
    finally:
        reader.close()


def judge(one: Sent, deaths: list[float]) -> dict[str, Any]:
    """Return what a recording says of what was sent to it."""
    from telemetry.recordings import chunks  # noqa: PLC0415

    links = [[data for _, data in chunks.records_of(link)] for link in chunks.links_of(one.flight)]
    if one.kind == "http":
        kept = [line for link in links for line in link]
        times = Counter(kept)
        lost = sum(line not in times for line in one.lines)
        return {
            "acknowledged": len(one.lines),
            "lost": lost,
            "doubled": len(kept) - len(times),
            "in_order": kept == one.lines,
        }
    numbers = [_numbers(link) for link in links]
    times = Counter(n for link in numbers for n in link)
    in_order = all(a < b for link in numbers for a, b in pairwise(link))
    gone = [n for n in range(len(one.packets)) if n not in times]
    windows = [max((at - one.packets[n] for n in gone if at - 5 < one.packets[n] <= at), default=0.0) for at in deaths]
    return {
        "sent": len(one.packets),
        "missing": len(gone),
        "missing_while_up": _beside(one, gone, deaths),
        "doubled": sum(times.values()) - len(times),
        "in_order": in_order,
        "lost_window_ms": round(max(windows, default=0.0) * 1000),
    }


def _beside(one: Sent, gone: list[int], deaths: list[float]) -> int:
    """Count the missing packets that no death of the gateway explains: sent neither just before nor after it."""
    return sum(not any(at - 5 < one.packets[n] < at + START_LIMIT_S / 4 for at in deaths) for n in gone)


def unlisted_gaps(one: Sent) -> int:
    """Return how many silences of more than 5 s of a sealed recording's links are not in its manifest."""
    from telemetry.exports.tlog import GAP_US  # noqa: PLC0415
    from telemetry.recordings import chunks  # noqa: PLC0415
    from telemetry.recordings.models import Flight  # noqa: PLC0415

    manifest = Flight.objects.get(id=one.flight).manifest or {}
    told = {link["name"]: {tuple(gap) for gap in link["gaps"]} for link in manifest.get("links", ())}
    unlisted = 0
    for link in chunks.links_of(one.flight):
        times = [receive_us for receive_us, _ in chunks.records_of(link)]
        gaps = {(a, b) for a, b in pairwise(times) if b - a > GAP_US}
        unlisted += len(gaps - told.get(link.name, set()))
    return unlisted


def _numbers(records: list[bytes]) -> list[int]:
    frames = [piece for data in records for piece in split(data) if isinstance(piece, Frame)]
    return [
        struct.unpack_from("<I", frame.payload.ljust(12, b"\0"), 8)[0]
        for frame in frames
        if frame.message_id == dialect.SYSTEM_TIME
    ]


def measure(service: Service, asked: argparse.Namespace) -> dict[str, Any]:
    """Send, kill, settle and judge."""
    os.environ.update(embedded.environment(service.data))
    set_up_django()
    from telemetry.recordings.models import Loss, Suspect  # noqa: PLC0415

    sent, key = book(["http"] * HTTP_FLIGHTS + ["tcp", "udp"])
    stop, deaths, dice = threading.Event(), [], random.Random(asked.seed)
    threads = [
        threading.Thread(target=send_lines, args=(one, key, service.port, stop, asked.rate * HTTP_SHARE / HTTP_FLIGHTS))
        if one.kind == "http"
        else threading.Thread(target=send_packets, args=(one, service, stop, asked.rate * (1 - HTTP_SHARE) / 2))
        for one in sent
    ]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    try:
        time.sleep(asked.seconds)
        for _ in range(asked.rounds):
            for role in asked.kill or [*ROLES, ALL]:
                deaths += service.kill(role)
                time.sleep(asked.seconds * dice.uniform(0.7, 1.3))
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
    took_s = time.monotonic() - begun
    settle(sent, seal=asked.seal)
    found = {f"{one.kind}-{n}": judge(one, deaths) for n, one in enumerate(sent)}
    by_http = [one for one in found.values() if "acknowledged" in one]
    by_gateway = [one for one in found.values() if "sent" in one]
    losses, aside = Loss.objects.count(), Suspect.objects.filter(set_aside_at__isnull=False).count()
    gaps = sum(unlisted_gaps(one) for one in sent) if asked.seal else 0
    messages = sum(one.get("sent", one.get("acknowledged", 0)) for one in found.values())
    exact = all(one["in_order"] and not one["doubled"] for one in found.values()) and not any(
        one["lost"] for one in by_http
    )
    bounded = all(one["lost_window_ms"] <= MOST_LOST_MS and not one["missing_while_up"] for one in by_gateway)
    return {
        "bench": "crash",
        "rounds": asked.rounds,
        "messages_per_s": round(messages / took_s),
        "acknowledged": sum(one["acknowledged"] for one in by_http),
        "lost": sum(one["lost"] for one in by_http),
        "doubled": sum(one["doubled"] for one in found.values()),
        "kills": dict(service.kills),
        "flights": found,
        "sealed": asked.seal,
        "stream_losses": losses,
        "set_aside": aside,
        "unlisted_gaps": gaps,
        "batch_window_ms": WINDOW_MS,
        "holds": exact and bounded and not (losses or aside or gaps),
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--kill", nargs="+", choices=[*ROLES, ALL], help="only these, in this order")
    parser.add_argument("--seconds", type=float, default=3.0, help="between two kills, about")
    parser.add_argument("--rate", type=float, default=5000.0, help="messages a second in all")
    parser.add_argument("--seal", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-crash-") as folder:
        service = Service(Path(folder) / "data")
        try:
            found = measure(service, asked)
        finally:
            service.stop()
    print(json.dumps(found))
    if not found["holds"]:
        sys.exit("crash: something acknowledged was lost or doubled, or more is missing than a batch window's")


if __name__ == "__main__":
    main()
