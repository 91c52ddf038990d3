"""Is the process alive, and are the engines that it needs fit to serve."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse, JsonResponse

from telemetry import bus
from telemetry.bus.events import EventReader
from telemetry.bus.feed import FeedReader, Heartbeat
from telemetry.bus.grants import GrantReader

LIMIT_S = 2.0


class NotReady(Exception):
    """An engine answers, but is not fit to serve; the text says why."""


def healthz(_request: HttpRequest) -> HttpResponse:
    """Say that the process is alive; asks no engine."""
    return JsonResponse({"status": "alive"})


async def readyz(_request: HttpRequest) -> HttpResponse:
    """Ask every engine, each for at most 2 s and all at once; 503 names those that are not fit, and why."""
    outcomes = await asyncio.gather(*(_within_limit(check) for check in CHECKS.values()))
    checks = dict(zip(CHECKS, outcomes, strict=True))
    is_ready = set(checks.values()) == {"ok"}
    return JsonResponse(
        {"status": "ready" if is_ready else "not ready", "checks": checks}, status=200 if is_ready else 503
    )


async def _within_limit(check: Callable[[], Awaitable[None]]) -> str:
    try:
        async with asyncio.timeout(LIMIT_S):
            await check()
    except TimeoutError:
        return f"no answer within {LIMIT_S:g} s"
    except (bus.Down, bus.Full, psycopg.Error, NotReady, OSError) as problem:
        return str(problem).splitlines()[0] or type(problem).__name__
    return "ok"


@asynccontextmanager
async def own_connection() -> AsyncGenerator[psycopg.AsyncConnection[Any], None]:
    """Open a connection to the database beside the pool: one from there could hide that no new one can be had.

    What waits on it can be given up at any time, also when the database is frozen.
    """
    params: dict[str, Any] = connection.get_connection_params()
    params.pop("cursor_factory", None)
    async with await psycopg.AsyncConnection.connect(**params) as own:
        yield own


async def _database() -> None:
    async with own_connection() as own:
        rows = await (await own.execute("SELECT app, name FROM django_migrations")).fetchall()
    missing = sorted(_migrations() - {(app, name) for app, name in rows})
    if missing:
        raise NotReady(f"{len(missing)} migrations are missing, first {'.'.join(missing[0])}: run `testcentre migrate`")


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations)


async def _stream() -> None:
    events = EventReader(settings.REDIS_STREAM_URL)
    try:
        await events.last_position()
    finally:
        await events.close()


async def _relaxed() -> None:
    await asyncio.to_thread(heartbeats)


def heartbeats() -> list[Heartbeat]:
    """Return the gateways' last heartbeats, on a connection of its own; blocking.

    Raises:
        Down: Redis does not answer within 3 s.
    """
    reader = FeedReader(settings.REDIS_URL)
    try:
        return reader.heartbeats()
    finally:
        reader.close()


async def _grants() -> None:
    grants = GrantReader(settings.REDIS_STREAM_URL)
    try:
        if await grants.version() == 0:
            raise NotReady("no grants have been written: is a relay running?")
    finally:
        await grants.close()


CHECKS: dict[str, Callable[[], Awaitable[None]]] = {
    "database": _database,
    "redis_stream": _stream,
    "redis": _relaxed,
    "grants": _grants,
}
