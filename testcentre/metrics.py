"""What the service counts, in Prometheus' text format (`GET /metrics`)."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from ipaddress import ip_address

import psycopg
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from telemetry import bus
from telemetry.bus.feed import Heartbeat
from telemetry.bus.room import RoomReader
from telemetry.live.listening import counts_of_process
from testcentre.accounts.authenticate import asker_of_key, asker_of_request, bearer_of
from testcentre.accounts.roles import Permission
from testcentre.foundation.errors import Forbidden, Unavailable
from testcentre.foundation.problems import problem_response
from testcentre.health import LIMIT_S, heartbeats, own_connection

MOST_SOURCES = 100
OTHERS = "others"
NAMES = {"bad_crc": "testcentre_link_bad_crc"}  # the contract's name; all other counters keep the gateway's


async def metrics(request: HttpRequest) -> HttpResponse:
    """Answer loopback peers and range staff; everybody else gets 403.

    Each engine is asked for at most 2 s, all at once. The figures of one that does not answer are absent, and
    `testcentre_engine_up` is 0 for it: a figure that stands still is never told as if it were of now.
    """
    try:
        may = is_loopback(request) or await sync_to_async(_may)(request)
    except OperationalError:
        return problem_response(Unavailable(detail="The database does not answer: who asks?", retry_after_s=2))
    if not may:
        return problem_response(Forbidden(detail="Metrics are for loopback peers and range staff."))
    answers = await asyncio.gather(*(_asked(source) for source in SOURCES.values()))
    registry = CollectorRegistry()
    registry.register(Figures(dict(zip(SOURCES, answers, strict=True))))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def is_loopback(request: HttpRequest) -> bool:
    """Say whether the peer is this machine itself; behind a proxy nobody is, as its own requests look the same."""
    if settings.TRUSTED_PROXIES or "X-Forwarded-For" in request.headers:
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _may(request: HttpRequest) -> bool:
    key = bearer_of(request.headers.get("Authorization", ""))
    asker = asker_of_key(key) if key else asker_of_request(request)
    return asker is not None and asker.is_range and asker.may(Permission.SEE_METRICS)


async def _asked(source: Callable[[], Awaitable[list[Metric]]]) -> list[Metric] | None:
    try:
        async with asyncio.timeout(LIMIT_S):
            return await source()
    except (bus.Down, bus.Full, psycopg.Error, OSError, TimeoutError):
        return None


class Figures(Collector):
    """Tell what the engines answered (None: nothing), and what this process counted."""

    def __init__(self, answers: Mapping[str, list[Metric] | None]) -> None:
        self._answers = answers

    def collect(self) -> Iterator[Metric]:
        """Yield every metric."""
        up = GaugeMetricFamily("testcentre_engine_up", "1: the engine answered within 2 s.", labels=["engine"])
        for engine, figures in self._answers.items():
            up.add_metric([engine], figures is not None)
            yield from figures or []
        yield up
        yield from _of_sockets()


async def _of_redis() -> list[Metric]:
    return list(of_gateways(await asyncio.to_thread(heartbeats)))


async def _of_database() -> list[Metric]:
    async with own_connection() as own:
        cursor = await own.execute("SELECT count(*) FROM foundation_announcement WHERE published_at IS NULL")
        (count,) = await cursor.fetchone() or (0,)
    waiting = GaugeMetricFamily("testcentre_outbox_waiting", "Announcements that are not published yet.")
    waiting.add_metric([], count)
    return [waiting]


def of_gateways(beats: Iterable[Heartbeat]) -> Iterator[Metric]:
    """Yield what the gateways counted since each started: refused and broken packets by source, and all the rest."""
    refused = CounterMetricFamily(
        "testcentre_link_refused", "Packets without a grant.", labels=["gateway", "reason", "source"]
    )
    families: dict[str, CounterMetricFamily] = {}
    for beat in beats:
        for (reason, source), packets in _bounded(beat).items():
            refused.add_metric([beat.name, reason, source], packets)
        for name, value in beat.counters.items():
            full = NAMES.get(name, f"testcentre_gateway_{name}")
            family = families.setdefault(full, CounterMetricFamily(full, f"{name}, by gateway.", labels=["gateway"]))
            family.add_metric([beat.name], value)
    yield refused
    yield from families.values()


def _bounded(beat: Heartbeat) -> dict[tuple[str, str], int]:
    """Return packets by reason and source; of many sources the loudest 100 by name, the rest together."""
    loudest = sorted(beat.refused, key=lambda row: -row.packets)[:MOST_SOURCES]
    found = {(row.reason, row.source): row.packets for row in loudest}
    for row in beat.refused:
        if (row.reason, row.source) not in found:
            found[row.reason, OTHERS] = found.get((row.reason, OTHERS), 0) + row.packets
    return found


async def _of_stream() -> list[Metric]:
    waiting = GaugeMetricFamily("testcentre_stream_backlog", "Entries that are not drained yet.", labels=["shard"])
    reader = RoomReader(settings.REDIS_STREAM_URL)
    try:
        room = await reader.measure()
    finally:
        await reader.close()
    for shard, entries in room.entries.items():
        waiting.add_metric([str(shard)], entries)
    used = GaugeMetricFamily("testcentre_stream_memory_bytes", "Memory that the stream's Redis uses.")
    used.add_metric([], room.used_bytes)
    limit = GaugeMetricFamily("testcentre_stream_memory_limit_bytes", "Its bound, 0 for none; ingest refuses at 85 %.")
    limit.add_metric([], room.limit_bytes)
    return [waiting, used, limit]


def _of_sockets() -> Iterator[Metric]:
    sockets, counts = counts_of_process()
    gauge = GaugeMetricFamily("testcentre_live_sockets", "Live sockets of this process.")
    gauge.add_metric([], sockets)
    yield gauge
    for name, help_text, value in (
        ("testcentre_live_ticks", "Ticks of this process.", counts.ticks),
        ("testcentre_live_events", "Events that this process handed to its sockets.", counts.events),
        ("testcentre_live_too_slow", "Sockets of this process closed as too slow.", counts.closed_too_slow),
    ):
        family = CounterMetricFamily(name, help_text)
        family.add_metric([], value)
        yield family


SOURCES: dict[str, Callable[[], Awaitable[list[Metric]]]] = {
    "redis": _of_redis,
    "database": _of_database,
    "redis_stream": _of_stream,
}
