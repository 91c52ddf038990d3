"""Is the process alive, and are the engines that it needs fit to serve."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse, JsonResponse

from telemetry import bus
from telemetry.bus.events import EventReader
from telemetry.bus.feed import FeedReader
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


async def _database() -> None:
    """Open a connection of its own: one from the pool could hide that no new one can be had."""
    params: dict[str, Any] = connection.get_connection_params()
    params.pop("cursor_factory", None)
    async with await psycopg.AsyncConnection.connect(**params) as own:
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
    reader = FeedReader(settings.REDIS_URL)
    await asyncio.to_thread(reader.heartbeats)
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
