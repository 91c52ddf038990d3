import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from django.db import connection

from telemetry.recordings.models import DrainOffset, Loss, Suspect
from tests.telemetry.keeping import UDP, a_flight, append, batch, drain, kept

pytestmark = pytest.mark.django_db(transaction=True)

Environment = Callable[..., dict[str, str]]


@pytest.fixture
def start(service_environment: Environment, stream: str, objects: object):  # type: ignore[no-untyped-def]
    """Return a starter of drains in processes of their own; what still runs at the end is killed."""
    running: list[subprocess.Popen[str]] = []

    def begin(*mode: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.telemetry.drain.drainer", stream, "1", *mode]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        running.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    environment = service_environment(TESTCENTRE_DATA=str(objects).removesuffix("/objects"))
    yield begin
    for process in running:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def expire_leases() -> None:
    """Let the time of all leases be over, as it is 5 s after a holder died."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE foundation_lease SET expires_at = clock_timestamp() - interval '1 second'")


def kept_up_to() -> int:
    """Return the number of the last entry that is committed."""
    return DrainOffset.objects.filter(shard=1).values_list("number", flat=True).first() or 0


def test_a_drain_killed_at_random_points_keeps_every_batch_exactly_once(stream: str, start) -> None:  # type: ignore[no-untyped-def]
    chance = random.Random(20260701)
    flight, sent = a_flight(), 0
    for _ in range(5):
        process = start()
        for _ in range(4):
            append(stream, [batch(flight, (n, b"%d" % n)) for n in range(sent, sent + 25)])
            sent += 25
        # each keeps something: an entry that its drain never survives would be set aside, which is another test
        goal, end = kept_up_to() + chance.randint(1, 60), time.monotonic() + 30
        while kept_up_to() < goal:
            assert time.monotonic() < end, "the drain keeps nothing"
            time.sleep(0.005)
        time.sleep(chance.uniform(0.0, 0.005))
        process.send_signal(signal.SIGKILL)
        process.wait()
        expire_leases()
    drain(stream)

    assert kept(flight) == [b"%d" % n for n in range(sent)]
    assert DrainOffset.objects.get(shard=1).number == sent
    assert not Loss.objects.exists()
    assert not Suspect.objects.filter(set_aside_at__isnull=False).exists()


def test_two_drains_at_once_keep_every_batch_exactly_once(stream: str, start) -> None:  # type: ignore[no-untyped-def]
    flight = a_flight()
    start()
    start()
    for first in range(0, 300, 10):
        append(stream, [batch(flight, (n, b"%d" % n), link=UDP) for n in range(first, first + 10)])
    end = time.monotonic() + 60
    while time.monotonic() < end and len(kept(flight)) < 300:
        time.sleep(0.05)

    assert kept(flight) == [b"%d" % n for n in range(300)]


def test_a_frozen_holder_whose_lease_is_over_cannot_commit_when_it_goes_on(stream: str, start) -> None:  # type: ignore[no-untyped-def]
    flight = a_flight()
    process = start("freeze")
    append(stream, [batch(flight, (n, b"%d" % n)) for n in range(5)])
    end = time.monotonic() + 10
    while time.monotonic() < end and not DrainOffset.objects.filter(shard=1, busy=True).exists():
        time.sleep(0.01)
    time.sleep(0.2)
    expire_leases()

    drain(stream)
    process.send_signal(signal.SIGCONT)

    assert process.stdout is not None
    assert process.stdout.readline() == "fenced\n"
    assert kept(flight) == [b"%d" % n for n in range(5)]
