"""Alive, ready, and which engine is not fit."""

import asyncio
import time
from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import Settings

from telemetry.bus.grants import GrantWriter
from testcentre import health
from tests.telemetry.valkeys import PrivateValkey
from tests.testcentre import databases

OK = {"database": "ok", "redis_stream": "ok", "redis": "ok", "grants": "ok"}


@pytest.fixture
def valkey(settings: Settings, transactional_db: None) -> Iterator[PrivateValkey]:
    server = PrivateValkey()
    settings.REDIS_URL = settings.REDIS_STREAM_URL = server.url
    writer = GrantWriter(server.url)
    writer.write_all([])
    writer.close()
    yield server
    server.close()


def test_a_process_without_any_engine_is_alive(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "alive"}


def test_all_engines_fit_is_ready(client: Client, valkey: PrivateValkey) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "checks": OK})


def test_a_frozen_engine_is_named_within_5_s(client: Client, valkey: PrivateValkey) -> None:
    valkey.freeze()
    begun = time.monotonic()
    answer = client.get("/readyz")
    took_s = time.monotonic() - begun
    valkey.thaw()
    late = "no answer within 2 s"
    assert (answer.status_code, took_s < 5) == (503, True)
    assert answer.json()["checks"] == {"database": "ok", "redis_stream": late, "redis": late, "grants": late}


def test_a_frozen_database_is_named(client: Client, valkey: PrivateValkey) -> None:
    with databases.frozen():
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]) == (503, {**OK, "database": "no answer within 2 s"})


def test_a_database_that_is_gone_is_named_until_it_is_back(client: Client, valkey: PrivateValkey) -> None:
    with databases.gone():
        answer = client.get("/readyz")
    checks = answer.json()["checks"]
    assert answer.status_code == 503
    assert "No such file or directory" in checks.pop("database")
    assert checks == {name: "ok" for name in OK if name != "database"}
    assert client.get("/readyz").status_code == 200


def test_a_dead_engine_is_named(client: Client, valkey: PrivateValkey) -> None:
    valkey.kill()
    checks = client.get("/readyz").json()["checks"]
    assert {name for name, said in checks.items() if said == "ok"} == {"database"}


def test_without_grants_nobody_is_ready(client: Client, settings: Settings, transactional_db: None) -> None:
    server = PrivateValkey()
    settings.REDIS_URL = settings.REDIS_STREAM_URL = server.url
    said = client.get("/readyz").json()["checks"]["grants"]
    server.close()
    assert said == "no grants have been written: is a relay running?"


def test_a_migration_that_is_missing_is_named(
    valkey: PrivateValkey, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_migrations", lambda: frozenset({("bookings", "9999_next")}))
    said = client.get("/readyz").json()["checks"]["database"]
    assert said == "1 migrations are missing, first bookings.9999_next: run `testcentre migrate`"


def test_the_checks_run_at_once(valkey: PrivateValkey, monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    async def slow() -> None:
        await asyncio.sleep(0.5)

    monkeypatch.setattr(health, "CHECKS", dict.fromkeys("abcdef", slow))
    begun = time.monotonic()
    assert client.get("/readyz").status_code == 200
    assert time.monotonic() - begun < 1.5
