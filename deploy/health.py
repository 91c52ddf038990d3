"""Is this container's process doing its work? `health.py NAME`, a name of CHECKS: exit status 0, or 1 and why.

It asks for the work's effect, not whether a process exists; and without Django, as it runs every half minute.
"""

import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import partial

import psycopg
from celery import Celery
from redis import Redis

from telemetry.bus.feed import FeedReader
from testcentre.commands.processes import QUEUES

FRESH_S = 5.0


def serves() -> str:
    """Ask this server whether it and the engines that it needs are ready."""
    try:
        with urllib.request.urlopen("http://127.0.0.1:8000/readyz", timeout=10) as answer:
            return "" if answer.status == 200 else f"answered {answer.status}"
    except urllib.error.HTTPError as problem:
        return problem.read(2000).decode("utf-8", "replace")


def beats() -> str:
    """Look for this gateway's heartbeat."""
    name = os.environ.get("GATEWAY_NAME", "gateway-1")
    times = [beat.time_us / 1e6 for beat in FeedReader(os.environ["REDIS_URL"]).heartbeats() if beat.name == name]
    return "" if times and time.time() - times[0] < FRESH_S else f"no fresh heartbeat of {name}"


def relays() -> str:
    """Look whether a relay holds the lease: this one, or the one that it stands by for."""
    with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=5) as connection:
        query = "SELECT holder FROM foundation_lease WHERE name = 'relay' AND expires_at > clock_timestamp()"
        return "" if connection.execute(query).fetchone() else "no relay holds the lease"


def works(queue: str) -> str:
    """Have this container's worker answer through the broker."""
    name = f"{queue}@{socket.gethostname()}"
    answers = Celery(broker=os.environ["REDIS_URL"]).control.ping([name], timeout=5)
    return "" if answers else f"{name} does not answer"


def keeps_time() -> str:
    """Look whether this container sent a task to the broker just now; the timetable has one for every 2 s."""
    own = {address[4][0] for address in socket.getaddrinfo(socket.gethostname(), None)}
    clients = Redis.from_url(os.environ["REDIS_URL"]).client_list()
    idle = [int(c["idle"]) for c in clients if c["addr"].rpartition(":")[0] in own and c["cmd"] == "lpush"]
    return "" if idle and min(idle) < FRESH_S else "no task was sent"


CHECKS: dict[str, Callable[[], str]] = {
    "web": serves,
    "http": serves,
    "gateway": beats,
    "relay": relays,
    **{queue: partial(works, queue) for queue in QUEUES},
    "beat": keeps_time,
}

if __name__ == "__main__":
    sys.exit(CHECKS[sys.argv[1]]() or 0)
