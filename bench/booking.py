"""Measure booking attempts per second: the full action beside the bare locked insert, and beside check-then-insert.

Three ways meet attempts of one kind (a resource, an aircraft and a pilot, in a random slot) by the same number of
clients, turn by turn in one run: first waves for so few slots that all rush for the same, then rounds for many:

- `limit`: the site's lock, a look for a clash, three claims: the least that is sound;
- `product`: `request_booking` with all rules, price, outbox and trail (alternatives are searched after it, in `race`);
- `peer`: a look for a clash, then the insert, without lock or constraint, as NEMO books (policy.py, then calendar.py).

Rates are those of the rounds for many slots; overlaps are counted afterwards over all, by a self-join. Prints one JSON
line.

    python -m bench.booking [--seconds 6] [--rounds 3]
"""

import argparse
import datetime as dt
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg

from bench._service import make_site, set_up_django
from testcentre.embedded import Engines

PROCESSES, THREADS = 16, 1
RESOURCES = ("RWY-05-23", "TEST-N", "TEST-S", "STAND-1", "STAND-2", "STAND-3")
SLOT = dt.timedelta(minutes=30)
WAVES, WAVE_S, SLOTS_OF_WAVE = 20, 0.3, 3
MANY_SLOTS = 3000
START_LIMIT_S = 120
LOCK = 0x42454E43
WAYS = ("limit", "product", "peer")
Attempt = Callable[[int, dt.datetime], bool]

_TABLE = """
    CREATE TABLE bench_{name} (booking uuid, key int8range, period tstzrange, lanes int8multirange,
                               altitude_ft int4range, area polygon, active boolean {constraint})
"""
_CONSTRAINT = """, EXCLUDE USING gist (key WITH &&, period WITH &&, lanes WITH &&, altitude_ft WITH &&, area WITH &&)
                  WHERE (active)"""
_INDEX = "CREATE INDEX ON bench_peer USING gist (key, period, lanes, altitude_ft, area) WHERE active"
_LOOK = """
    SELECT 1 FROM unnest(%s::int8range[]) AS wanted(key) JOIN bench_{name} AS claim
    ON claim.active AND claim.key && wanted.key AND claim.period && %s::tstzrange
       AND claim.lanes && '{{(,)}}' AND claim.altitude_ft && '(,)' AND claim.area && '((0,0),(1,0),(1,1),(0,1))' LIMIT 1
"""
_INSERT = """
    INSERT INTO bench_{name}
    SELECT %s, key, %s, '{{(,)}}', '(,)', '((0,0),(1,0),(1,1),(0,1))', true FROM unnest(%s::int8range[]) AS wanted(key)
"""
_OVERLAPS = """
    SELECT count(*) FROM {table} AS one JOIN {table} AS other
    ON one.{booking} < other.{booking} AND one.active AND other.active AND one.key && other.key
       AND one.period && other.period AND one.lanes && other.lanes AND one.altitude_ft && other.altitude_ft
       AND one.area && other.area
"""


def bare(name: str, url: str, client: int) -> Attempt:
    """Return how a client attempts in SQL alone: `limit` with the lock, `peer` without."""
    connection = psycopg.connect(url, autocommit=True)
    keys_of = [[f"[{key},{key}]" for key in (n, 1000 + client, 2000 + client)] for n in range(len(RESOURCES))]

    def look_and_insert(keys: list[str], period: str) -> bool:
        if connection.execute(_LOOK.format(name=name), [keys, period]).fetchone():
            return False
        connection.execute(_INSERT.format(name=name), [uuid.uuid4(), period, keys])
        return True

    def attempt(resource: int, start: dt.datetime) -> bool:
        period = f"[{start.isoformat()},{(start + SLOT).isoformat()})"
        if name == "peer":
            return look_and_insert(keys_of[resource], period)
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            return look_and_insert(keys_of[resource], period)

    return attempt


def product(client: int) -> Attempt:
    """Return how a client attempts by the product's own action; Django is set up."""
    from bookings.actions.request_booking import request_booking  # noqa: PLC0415
    from testcentre.foundation.clock import utc_now  # noqa: PLC0415
    from testcentre.foundation.errors import DomainError  # noqa: PLC0415
    from tests.factories import a_crew, wish_of  # noqa: PLC0415
    from tests.people import person  # noqa: PLC0415

    who = person(("aero/booker", "heavylift/booker")[client % 2])
    wish = wish_of(who, crew=(a_crew(who, serial_number=f"BNCHC{client:012d}"),))

    def attempt(resource: int, start: dt.datetime) -> bool:
        wanted = replace(wish, start=start, end=start + SLOT, resources=(RESOURCES[resource],))
        try:
            request_booking(who.asker, wanted, now=utc_now(), alternatives=False)
        except DomainError:
            return False
        return True

    return attempt


def attempts_of(way: str, first: dt.datetime, number: int) -> None:
    """Be one process of clients: read how long and for which slots, attempt, print how many attempts and grants."""
    if way == "product":
        set_up_django()
    clients: list[Attempt] = []
    for thread in range(THREADS):
        client = number * THREADS + thread
        clients.append(product(client) if way == "product" else bare(way, os.environ["DATABASE_URL"], client))
    # threads that stay, and with them their connections
    with ThreadPoolExecutor(THREADS) as pool:
        print("ready", flush=True)
        for line in sys.stdin:
            seconds, slots = json.loads(line)
            runs = [
                pool.submit(_attempt_until, time.monotonic() + seconds, attempt, first, slots) for attempt in clients
            ]
            counts = [run.result() for run in runs]
            print(json.dumps([sum(tried for tried, _ in counts), sum(got for _, got in counts)]), flush=True)


def _attempt_until(until: float, attempt: Attempt, first: dt.datetime, slots: tuple[int, int]) -> tuple[int, int]:
    dice, tried, granted = random.Random(), 0, 0
    while time.monotonic() < until:
        tried += 1
        granted += attempt(dice.randrange(len(RESOURCES)), first + (slots[0] + dice.randrange(slots[1])) * SLOT)
    return tried, granted


class Clients:
    """All processes of one way."""

    def __init__(self, way: str, first: dt.datetime) -> None:
        command = [sys.executable, "-m", "bench.booking", "--way", way, "--first", first.isoformat()]
        self._processes = [
            subprocess.Popen(
                [*command, "--number", str(number)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            for number in range(PROCESSES)
        ]
        for process in self._processes:
            if process.stdout is None or process.stdout.readline() != "ready\n":
                raise RuntimeError(f"the clients of {way} did not start")

    def attempt_for(self, seconds: float, slots: tuple[int, int]) -> tuple[int, int]:
        """Let all attempt; return how many attempts and grants."""
        for process in self._processes:
            if process.stdin:
                print(json.dumps([seconds, slots]), file=process.stdin, flush=True)
        counts = [json.loads(process.stdout.readline()) for process in self._processes if process.stdout]
        return sum(tried for tried, _ in counts), sum(granted for _, granted in counts)

    def stop(self) -> None:
        """End the processes."""
        for process in self._processes:
            if process.stdin:
                process.stdin.close()
            process.wait(30)


def measure(url: str, *, seconds: float, rounds: int) -> dict[str, Any]:
    """Let the ways attempt turn by turn and return the figures."""
    first = dt.datetime.now(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=2)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_TABLE.format(name="limit", constraint=_CONSTRAINT))
        connection.execute(_TABLE.format(name="peer", constraint=""))
        connection.execute(_INDEX)
    clients = {way: Clients(way, first) for way in WAYS}
    rates: dict[str, list[float]] = {way: [] for way in WAYS}
    granted = dict.fromkeys(WAYS, 0)
    for wave in range(WAVES):
        for way in WAYS:
            granted[way] += clients[way].attempt_for(WAVE_S, (wave * SLOTS_OF_WAVE, SLOTS_OF_WAVE))[1]
    for _ in range(rounds):
        for way in WAYS:
            begun = time.monotonic()
            tried, grants = clients[way].attempt_for(seconds, (WAVES * SLOTS_OF_WAVE, MANY_SLOTS))
            rates[way].append(tried / (time.monotonic() - begun))
            granted[way] += grants
    for group in clients.values():
        group.stop()
    overlaps = {}
    with psycopg.connect(url, autocommit=True) as connection:
        for way, table, booking in (("product", "claim", "booking_id"), ("peer", "bench_peer", "booking")):
            row = connection.execute(_OVERLAPS.format(table=table, booking=booking)).fetchone()
            overlaps[way] = row[0] if row else None
    medians = {way: statistics.median(rates[way]) for way in WAYS}
    shares = [got / limit for got, limit in zip(rates["product"], rates["limit"], strict=True)]
    return {
        "bench": "booking",
        "clients": PROCESSES * THREADS,
        **{f"{way}_attempts_per_s": round(medians[way]) for way in WAYS},
        "share_of_limit": round(statistics.median(shares), 3),
        "goal": 0.25,
        "granted": granted,
        "overlaps": overlaps,
        "peer": "look, then insert, no lock and no constraint (NEMO 8)",
    }


def main() -> None:
    """Measure, or be one process of clients."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--way", help=argparse.SUPPRESS)
    parser.add_argument("--first", type=dt.datetime.fromisoformat, help=argparse.SUPPRESS)
    parser.add_argument("--number", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.way:
        attempts_of(asked.way, asked.first, asked.number)
        return
    with tempfile.TemporaryDirectory(prefix="bench-booking-") as data, Engines(Path(data)) as engines:
        os.environ.update(engines.environment)
        make_site("ehtw-exercise")
        print(json.dumps(measure(os.environ["DATABASE_URL"], seconds=asked.seconds, rounds=asked.rounds)))


if __name__ == "__main__":
    main()
