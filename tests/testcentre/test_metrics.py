"""What the service counts, and who may read it."""

import asyncio
import re
import time
from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import Settings

from telemetry.bus.feed import FeedPublisher, Heartbeat, RefusedCount, Unadmitted
from testcentre.metrics import MOST_SOURCES
from tests.people import person
from tests.telemetry.valkeys import PrivateValkey

pytestmark = pytest.mark.django_db
STRANGER = {"source": "10.0.0.9", "reason": "no_grant"}


@pytest.fixture(autouse=True)
def valkey(settings: Settings) -> Iterator[PrivateValkey]:
    server = PrivateValkey()
    settings.REDIS_URL = settings.REDIS_STREAM_URL = server.url
    yield server
    server.close()


def beat(valkey: PrivateValkey, refused: list[RefusedCount]) -> None:
    link = Unadmitted(**STRANGER, system_id=251, packets=20, first="2026-01-01T00:00:00Z", last="2026-01-01T00:00:09Z")
    counters = {"bad_crc": 7, "packets": 40}
    heartbeat = Heartbeat(
        name="gateway-1", time_us=time.time_ns() // 1000, counters=counters, refused=refused, unadmitted=[link]
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


def test_figures_come_also_when_redis_does_not_answer(client: Client, valkey: PrivateValkey) -> None:
    valkey.kill()
    assert "testcentre_outbox_waiting" in figures(client)


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
            }
        ]
    }
    assert client.get("/api/v1/range/unadmitted").status_code == 401
    assert client.get("/api/v1/range/unadmitted", headers=person("aero/admin").headers).status_code == 403
    valkey.kill()
    assert client.get("/api/v1/range/unadmitted", headers=person("range/operator").headers).status_code == 503
