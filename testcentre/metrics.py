"""What the service counts, in Prometheus' text format (`GET /metrics`)."""

from collections.abc import Iterable, Iterator
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from telemetry import bus
from telemetry.bus.feed import FeedReader, Heartbeat
from telemetry.bus.stream import StreamReader
from telemetry.live.listening import counts_of_process
from testcentre.accounts.authenticate import asker_of_key, asker_of_request, bearer_of
from testcentre.accounts.roles import Permission
from testcentre.foundation.errors import Forbidden
from testcentre.foundation.models import Announcement
from testcentre.foundation.problems import problem_response

MOST_SOURCES = 100
OTHERS = "others"
NAMES = {"bad_crc": "testcentre_link_bad_crc"}  # the contract's name; all other counters keep the gateway's


def metrics(request: HttpRequest) -> HttpResponse:
    """Answer loopback peers and range staff; everybody else gets 403."""
    if not (is_loopback(request) or _may(request)):
        return problem_response(Forbidden(detail="Metrics are for loopback peers and range staff."))
    registry = CollectorRegistry()
    registry.register(Figures())
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


class Figures(Collector):
    """Collect the figures at the moment of asking: from the gateways' heartbeats, the outbox and this process."""

    def collect(self) -> Iterator[Metric]:
        """Yield every metric."""
        reader = FeedReader(settings.REDIS_URL)
        try:
            beats = reader.heartbeats()
        except bus.Down:
            beats = []
        finally:
            reader.close()
        yield from of_gateways(beats)
        waiting = GaugeMetricFamily("testcentre_outbox_waiting", "Announcements that are not published yet.")
        waiting.add_metric([], Announcement.objects.filter(published_at=None).count())
        yield waiting
        yield from _of_stream()
        yield from _of_sockets()


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


def _of_stream() -> Iterator[Metric]:
    waiting = GaugeMetricFamily("testcentre_stream_backlog", "Entries that are not drained yet.", labels=["shard"])
    reader = StreamReader(settings.REDIS_STREAM_URL)
    try:
        for shard, entries in reader.backlog().items():
            waiting.add_metric([str(shard)], entries)
    except bus.Down:
        return
    finally:
        reader.close()
    yield waiting


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
