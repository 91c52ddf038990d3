import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from pytest_django import Settings

from telemetry import tasks
from telemetry.recordings import store
from telemetry.recordings.models import Flight
from testcentre.celery import app
from tests.telemetry.keeping import a_flight, append, batch, kept

pytestmark = pytest.mark.django_db
OLD = 1_000_000_000


@pytest.fixture(autouse=True)
def at_once(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """Run tasks where they are called, with an object store and a spool of the test's own."""
    settings.OBJECTS_DIR = tmp_path / "objects"
    settings.SPOOL_DIR = tmp_path / "spool"
    app.conf.task_always_eager = True
    app.conf.task_eager_propagates = True
    yield
    app.conf.task_always_eager = app.conf.task_eager_propagates = False


def test_a_look_at_the_backlog_drains_what_waits_and_may_come_twice() -> None:
    flight = a_flight(shard=2)
    append(django_settings.REDIS_STREAM_URL, [batch(flight, (n, b"%d" % n)) for n in range(5)])

    tasks.drain_backlog()
    tasks.drain_backlog()

    assert kept(flight) == [b"0", b"1", b"2", b"3", b"4"]


def test_what_is_over_is_ended_and_sealed() -> None:
    flight = a_flight(admit_until="2026-01-01T00:00:00Z", admit_from="2025-12-31T00:00:00Z")

    tasks.seal_ended_flights()
    assert Flight.objects.get().phase == "ended"
    Flight.objects.update(ended="2026-01-01T00:00:00Z")
    tasks.seal_ended_flights()
    tasks.seal_flight(str(flight.id))

    assert Flight.objects.get().phase == "sealed"


def test_the_sweep_keeps_what_rows_refer_to() -> None:
    kept_object, orphan = store.put([b"kept"])[0], store.put([b"orphan"])[0]
    a_flight(phase="sealed", sealed_at="2026-01-01T00:00:00Z", sha256=kept_object)
    for sha256 in (kept_object, orphan):
        os.utime(store.path_of(sha256), (OLD, OLD))

    tasks.sweep()

    assert store.read(kept_object) == b"kept"
    assert not store.path_of(orphan).exists()
