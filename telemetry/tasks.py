"""Celery tasks; each may run twice, and says its limits.

`drain_backlog` and `drain_shard` run in the queue `drain`, the others in `prompt`. Beat starts them; what a dead worker
left is found by its next look.
"""

import os
import socket
from uuid import UUID

from celery import shared_task
from celery.utils.log import get_task_logger
from django.conf import settings

from telemetry.bus.stream import StreamReader
from telemetry.drain import chunking, seal, shard
from telemetry.drain.place import Fenced
from telemetry.recordings import store
from telemetry.recordings.ending import end_overdue_flights
from telemetry.recordings.queries import is_referred
from telemetry.recordings.uploads import sweep_uploads
from testcentre.foundation.clock import utc_now

log = get_task_logger(__name__)


def _holder() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


@shared_task(time_limit=60, expires=10)  # type: ignore[untyped-decorator]
def drain_backlog() -> None:
    """Start a drain for each shard that has something (beat, every 2 s)."""
    reader = StreamReader(settings.REDIS_STREAM_URL)
    try:
        waiting = [number for number, entries in reader.backlog().items() if entries]
    finally:
        reader.close()
    for number in waiting:
        drain_shard.delay(number)


@shared_task(time_limit=90, expires=60)  # type: ignore[untyped-decorator]
def drain_shard(number: int) -> None:
    """Drain one shard for at most 30 s, and again while there is more; at once over when another one is at it."""
    reader = StreamReader(settings.REDIS_STREAM_URL)
    try:
        outcome = shard.drain_shard(number, reader=reader, holder=_holder())
    except Fenced as problem:
        log.warning("%s", problem)
        return
    finally:
        reader.close()
    if outcome.more:
        drain_shard.delay(number)


@shared_task(time_limit=300, expires=5)  # type: ignore[untyped-decorator]
def seal_ended_flights() -> None:
    """End what is over, close old chunks, seal what has ended (beat, every 5 s)."""
    now = utc_now()
    end_overdue_flights(now)
    chunking.close_old_chunks(now)
    reader = StreamReader(settings.REDIS_STREAM_URL)
    try:
        ready = seal.flights_to_seal(now, reader=reader)
    finally:
        reader.close()
    for flight_id in ready:
        seal_flight.delay(str(flight_id))


@shared_task(time_limit=600)  # type: ignore[untyped-decorator]
def seal_flight(flight_id: str) -> None:
    """Seal one ended flight; does nothing when it is sealed already."""
    seal.seal_flight(UUID(flight_id), now=utc_now())


@shared_task(time_limit=600)  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Remove orphaned objects and abandoned uploads older than a day (beat, every hour)."""
    sweep_uploads(utc_now())
    store.sweep(is_referred)
