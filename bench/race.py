"""Race for slots through every door, and prove afterwards that each was granted once and each refusal was true.

Every slot of a resource is asked for by 16 clients at about the same time, each with a crew of its own: one is right,
15 are refused, with alternatives. First through the action layer (processes and threads with 64 connections), then over
HTTP (`testcentre http`, keys as bearer). Checked at the end, by SQL of its own over the ledger: no two active claims of
different bookings overlap, each slot asked for has exactly one booking, and whoever was refused was so for a slot that
another one holds. Prints one JSON line and fails where anything is not so.

    python -m bench.race [--attempts 100000] [--over-http 10000]
"""

import argparse
import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import psycopg

from bench._service import Client, make_site, percentile, serving, set_up_django
from testcentre.embedded import Engines

PROCESSES, THREADS = 4, 16
HTTP_CLIENTS = 16
RIVALS = 16
RESOURCES = ("RWY-05-23", "TEST-N", "TEST-S", "STAND-1", "STAND-2", "STAND-3")
SLOT, STEP = dt.timedelta(minutes=30), dt.timedelta(hours=1)
MOST_CELLS = len(RESOURCES) * 24 * 700
HTTP_P99_LIMIT_MS = 400
CREATED, SERVER_ERROR = 201, 500
# what may refuse here: somebody else has the slot, and nothing else
CLASHES = {"resource_busy", "just_taken"}
_OVERLAPS = """
    SELECT count(*) FROM claim AS one JOIN claim AS other
    ON one.id < other.id AND one.booking_id <> other.booking_id AND one.active AND other.active
       AND one.key && other.key AND one.period && other.period AND one.lanes && other.lanes
       AND one.altitude_ft && other.altitude_ft AND one.area && other.area
"""
_HELD = """
    SELECT resource.code, booking.start FROM bookings_booking AS booking
    JOIN bookings_bookedresource AS booked ON booked.booking_id = booking.id
    JOIN bookings_resource AS resource ON resource.id = booked.resource_id
    WHERE booking.state IN ('held', 'requested', 'confirmed')
"""
# of one attempt: which slot of which resource, the codes that refused it (none: granted), how long it took
Tried = tuple[int, list[str], float]
Attempt = Callable[[int], list[str]]


def cell(number: int, first: dt.datetime) -> tuple[str, dt.datetime]:
    """Return the resource and the start of a numbered slot: they lie so far apart that no buffers meet."""
    slot, resource = divmod(number, len(RESOURCES))
    return RESOURCES[resource], first + slot * STEP


def by_action(client: int, first: dt.datetime) -> Attempt:
    """Return how a client attempts by the product's own action; Django is set up."""
    from bookings.actions.request_booking import request_booking  # noqa: PLC0415
    from testcentre.foundation.clock import utc_now  # noqa: PLC0415
    from testcentre.foundation.errors import Clash, Refused, Unavailable  # noqa: PLC0415
    from tests.factories import a_crew, wish_of  # noqa: PLC0415
    from tests.people import person  # noqa: PLC0415

    who = person(("aero/booker", "heavylift/booker")[client % 2])
    crews = [a_crew(who, serial_number=f"RACEC{client * 10 + n:012d}") for n in range(len(RESOURCES))]
    wishes = {code: wish_of(who, crew=(crew,), resources=(code,)) for code, crew in zip(RESOURCES, crews, strict=True)}

    def attempt(number: int) -> list[str]:
        code, start = cell(number, first)
        wish = replace(wishes[code], start=start, end=start + SLOT)
        while True:
            try:
                request_booking(who.asker, wish, now=utc_now())
            except (Clash, Refused) as refused:
                return [refusal.code for refusal in refused.refusals] or ["no code"]
            except Unavailable:
                continue  # the lock was not to be had in ten seconds: nothing is decided yet
            return []

    return attempt


def by_http(client: int, first: dt.datetime, port: int, statuses: "Counter[int]") -> Attempt:
    """Return how a client attempts over HTTP; Django is set up, to make the crews and keys."""
    from tests.factories import a_crew  # noqa: PLC0415
    from tests.people import person  # noqa: PLC0415

    who = person(("aero/booker", "heavylift/booker")[client % 2])
    crews = {code: a_crew(who, serial_number=f"RACEH{client * 10 + n:012d}") for n, code in enumerate(RESOURCES)}
    connection = Client(port, who.key)

    def attempt(number: int) -> list[str]:
        code, start = cell(number, first)
        aircraft, pilot = crews[code]
        body = {
            "aircraft": str(aircraft),
            "pilot": str(pilot),
            "purpose": "race",
            "start": start.isoformat(),
            "end": (start + SLOT).isoformat(),
            "resources": [code],
        }
        status, answer = connection.ask("POST", "/api/v1/bookings", body)
        statuses[status] += 1
        if status == CREATED:
            return []
        return [error["code"] for error in json.loads(answer).get("errors", [])] or [f"HTTP {status}"]

    return attempt


def run_clients(attempts: list[Attempt], numbers: list[list[int]]) -> list[Tried]:
    """Let each client attempt its numbers, all at once; returns what came of it."""
    tried: list[list[Tried]] = [[] for _ in attempts]
    gate = threading.Barrier(len(attempts))

    def run(place: int) -> None:
        gate.wait()
        for number in numbers[place]:
            begun = time.monotonic()
            codes = attempts[place](number)
            tried[place].append((number, codes, time.monotonic() - begun))

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(attempts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return list(chain.from_iterable(tried))


def numbers_of(client: int, clients: int, *, cells: range) -> list[int]:
    """Return which slots a client asks for, in order: 16 clients ask for the same at about the same time."""
    return list(cells)[client % (clients // RIVALS) :: clients // RIVALS]


def race_in_process(process: int, first: dt.datetime, cells: int) -> None:
    """Be one process of clients: attempt when told on standard input, print what came of it."""
    set_up_django()
    mine = range(process * THREADS, (process + 1) * THREADS)
    attempts = [by_action(client, first) for client in mine]
    print("ready", flush=True)
    sys.stdin.readline()
    numbers = [numbers_of(client, PROCESSES * THREADS, cells=range(cells)) for client in mine]
    print(json.dumps(run_clients(attempts, numbers)), flush=True)


def race_by_action(first: dt.datetime, cells: int) -> tuple[list[Tried], float]:
    """Race through the action layer; returns what came of it, and the seconds that it took."""
    command = [sys.executable, "-m", "bench.race", "--first", first.isoformat(), "--cells", str(cells), "--process"]
    processes = [
        subprocess.Popen([*command, str(n)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for n in range(PROCESSES)
    ]
    for process in processes:
        if process.stdout is None or process.stdout.readline() != "ready\n":
            raise RuntimeError("a process of clients did not start")
    begun = time.monotonic()
    for process in processes:
        if process.stdin:
            print("go", file=process.stdin, flush=True)
    said = [process.communicate()[0] for process in processes]
    took_s = time.monotonic() - begun
    if any(process.returncode for process in processes):
        raise RuntimeError(f"clients ended with {[process.returncode for process in processes]}")
    return [(number, codes, s) for text in said for number, codes, s in json.loads(text)], took_s


def race_over_http(first: dt.datetime, cells: range) -> tuple[list[Tried], "Counter[int]"]:
    """Race over HTTP; returns what came of it, and how often which status was answered."""
    statuses: Counter[int] = Counter()
    with serving() as port:
        attempts = [by_http(client, first, port, statuses) for client in range(HTTP_CLIENTS)]
        return run_clients(attempts, [list(cells)] * HTTP_CLIENTS), statuses


def judge(url: str, tried: list[Tried], first: dt.datetime) -> dict[str, int]:
    """Return what the database says of all attempts."""
    with psycopg.connect(url) as connection:
        overlaps = connection.execute(_OVERLAPS).fetchone()
        held = Counter((code, start) for code, start in connection.execute(_HELD))
    wanted = {cell(number, first) for number, _, _ in tried}
    unexplained = [
        codes
        for number, codes, _ in tried
        if codes and (not CLASHES & set(codes) or held[cell(number, first)] != 1 or "no code" in codes)
    ]
    return {
        "attempts": len(tried),
        "grants": sum(not codes for _, codes, _ in tried),
        "slots": len(wanted),
        "bookings": sum(held.values()),
        "held_once": sum(held[one] == 1 for one in wanted),
        "overlaps": overlaps[0] if overlaps else -1,
        "unexplained_refusals": len(unexplained),
    }


def measure(attempts: int, over_http: int) -> dict[str, Any]:
    """Race and return the figures."""
    first = dt.datetime.now(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=2)
    cells, more = max(1, attempts // RIVALS), max(1, over_http // RIVALS)
    if cells + more > MOST_CELLS:
        sys.exit(f"race: at most {MOST_CELLS * RIVALS} attempts fit into the site's horizon")
    tried, took_s = race_by_action(first, cells)
    by_http, statuses = race_over_http(first, range(cells, cells + more))
    found = judge(os.environ["DATABASE_URL"], tried + by_http, first)
    latencies_ms = [took * 1000 for _, _, took in by_http]
    server_errors = sum(count for status, count in statuses.items() if status >= SERVER_ERROR)
    exact = found["grants"] == found["slots"] == found["bookings"] == found["held_once"]
    sound = exact and not (found["overlaps"] or found["unexplained_refusals"] or server_errors)
    return {
        "bench": "race",
        "connections": PROCESSES * THREADS,
        **found,
        "attempts_per_s": round(len(tried) / took_s, 1),
        "http_clients": HTTP_CLIENTS,
        "http_attempts": len(by_http),
        "http_statuses": {str(status): count for status, count in sorted(statuses.items())},
        "http_p50_ms": round(percentile(latencies_ms, 0.5), 1),
        "http_p99_ms": round(percentile(latencies_ms, 0.99), 1),
        "http_p99_limit_ms": HTTP_P99_LIMIT_MS,
        "load_1min": round(os.getloadavg()[0], 1),
        "sound": sound,
    }


def main() -> None:
    """Race, or be one process of clients."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attempts", type=int, default=100_000)
    parser.add_argument("--over-http", type=int, default=10_000)
    parser.add_argument("--process", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--first", type=dt.datetime.fromisoformat, help=argparse.SUPPRESS)
    parser.add_argument("--cells", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.process is not None:
        race_in_process(asked.process, asked.first, asked.cells)
        return
    with tempfile.TemporaryDirectory(prefix="race-") as data, Engines(Path(data)) as engines:
        os.environ.update(engines.environment)
        make_site("ehtw-exercise")
        figures = measure(asked.attempts, asked.over_http)
    print(json.dumps(figures))
    if not figures["sound"]:
        sys.exit("race: double bookings, grants that are missing, or refusals that nothing explains")


if __name__ == "__main__":
    main()
