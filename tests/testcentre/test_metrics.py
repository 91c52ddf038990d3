"""What the service counts, and who may read it."""

import asyncio
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from telemetry.bus.feed import FeedPublisher, Heartbeat, RefusedCount, Unadmitted
from telemetry.gateway.counts import NAMES
from testcentre.metrics import MOST_SOURCES
from tests.people import person
from tests.telemetry.valkeys import PrivateValkey
from tests.testcentre import databases

pytestmark = pytest.mark.django_db
PAGE = Path(__file__).parents[2] / "docs/reference/metrics.md"
STRANGER = {"source": "10.0.0.9", "reason": "no_grant"}


@pytest.fixture(autouse=True)
def valkey(settings: Settings) -> Iterator[PrivateValkey]:
    server = PrivateValkey()
    settings.REDIS_URL = settings.REDIS_STREAM_URL = server.url
    yield server
    server.close()


def beat(valkey: PrivateValkey, refused: list[RefusedCount], *, counters: dict[str, int] | None = None) -> None:
    link = Unadmitted(**STRANGER, system_id=251, packets=20, first="2026-01-01T00:00:00Z", last="2026-01-01T00:00:09Z")
    heartbeat = Heartbeat(
        name="gateway-1",
        time_us=time.time_ns() // 1000,
        counters=counters or {"bad_crc": 7, "packets": 40},
        refused=refused,
        unadmitted=[link],
    )

    async def send() -> None:
        publisher = FeedPublisher(valkey.url)
        await publisher.beat(heartbeat)
        await publisher.close()

    asyncio.run(send())


def figures(client: Client) -> dict[str, float]:
    text = client.get("/metrics").content.decode()
    return {name: float(value) for name, value in re.findall(r"^([a-z][^#\n]*?) (\S+)$", text, re.MULTILINE)}


def test_refused_and_broken_packets_are_counted_by_reason_and_source(client: Client, valkey: PrivateValkey) -> None:
    beat(valkey, [RefusedCount(**STRANGER, packets=20)])
    found = figures(client)
    assert found['testcentre_link_refused_total{gateway="gateway-1",reason="no_grant",source="10.0.0.9"}'] == 20
    assert found['testcentre_link_bad_crc_total{gateway="gateway-1"}'] == 7
    assert found['testcentre_gateway_packets_total{gateway="gateway-1"}'] == 40
    assert found['testcentre_stream_backlog{shard="0"}'] == 0
    assert "testcentre_live_sockets" in found
    assert "testcentre_outbox_waiting" in found


def test_many_sources_are_counted_together_and_no_packet_is_lost(client: Client, valkey: PrivateValkey) -> None:
    beat(valkey, [RefusedCount(reason="no_grant", source=f"10.0.0.{n}", packets=n) for n in range(1, 251)])
    refused = [value for name, value in figures(client).items() if name.startswith("testcentre_link_refused_total")]
    assert len(refused) == MOST_SOURCES + 1
    assert sum(refused) == sum(range(1, 251))


def test_figures_are_for_this_machine_and_for_range_staff(client: Client, settings: Settings) -> None:
    far = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="::1").status_code == 200
    refused = client.get("/metrics", **far)
    assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json")
    assert client.get("/metrics", headers=person("aero/admin").headers, **far).status_code == 403
    assert client.get("/metrics", headers=person("range/operator").headers, **far).status_code == 200


def test_what_comes_through_a_proxy_is_not_this_machine(client: Client, settings: Settings) -> None:
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 403
    settings.TRUSTED_PROXIES = 1
    assert client.get("/metrics").status_code == 403


def test_each_metric_has_a_row_on_its_page(client: Client, valkey: PrivateValkey) -> None:
    beat(valkey, [RefusedCount(**STRANGER, packets=20)], counters=dict.fromkeys(NAMES, 1))
    names = {name.partition("{")[0] for name in figures(client)}
    told = re.findall(r"^\| `(testcentre_\w+)` \|", PAGE.read_text(), re.MULTILINE)
    assert sorted(told) == sorted(name for name in names if not name.endswith("_created"))


def engines_up(found: dict[str, float]) -> dict[str, float]:
    rows = (re.fullmatch(r'testcentre_engine_up\{engine="(\w+)"\}', name) for name in found)
    return {row[1]: found[row[0]] for row in rows if row}


def test_each_engine_that_answers_is_up(client: Client) -> None:
    assert engines_up(figures(client)) == {"redis": 1, "database": 1, "redis_stream": 1}


def test_a_dead_redis_is_told_and_its_figures_are_absent(client: Client, valkey: PrivateValkey) -> None:
    valkey.kill()
    found = figures(client)
    assert engines_up(found) == {"redis": 0, "database": 1, "redis_stream": 0}
    assert "testcentre_outbox_waiting" in found
    assert not any(name.startswith("testcentre_stream") for name in found)


def test_a_database_that_is_gone_is_told_and_no_error(client: Client) -> None:
    with databases.gone():
        found = figures(client)
    assert engines_up(found) == {"redis": 1, "database": 0, "redis_stream": 1}
    assert "testcentre_outbox_waiting" not in found
    assert "testcentre_stream_memory_bytes" in found


def test_frozen_engines_hold_up_no_scrape(client: Client, valkey: PrivateValkey) -> None:
    valkey.freeze()
    begun = time.monotonic()
    with databases.frozen():
        found = figures(client)
    valkey.thaw()
    assert time.monotonic() - begun < 10
    assert engines_up(found) == {"redis": 0, "database": 0, "redis_stream": 0}
    assert "testcentre_live_sockets" in found


def test_links_without_a_grant_are_listed_for_range_staff(client: Client, valkey: PrivateValkey) -> None:
    beat(valkey, [])
    answer = client.get("/api/v1/range/unadmitted", headers=person("range/operator").headers)
    assert answer.status_code == 200
    assert answer.json() == {
        "results": [
            {
                "gateway": "gateway-1",
                **STRANGER,
                "system_id": 251,
                "packets": 20,
                "first": "2026-01-01T00:00:00Z",
                "last": "2026-01-01T00:00:09Z",
                "first_bytes": "",
                "messages": [],
                "vehicle": None,
                "autopilot": None,
            }
        ]
    }
    assert client.get("/api/v1/range/unadmitted").status_code == 401
    assert client.get("/api/v1/range/unadmitted", headers=person("aero/admin").headers).status_code == 403
    valkey.kill()
    assert client.get("/api/v1/range/unadmitted", headers=person("range/operator").headers).status_code == 503
