"""From the outbox to the events: exactly once each, in order, whatever dies in between."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TypeAlias, TypeVar
from uuid import UUID, uuid4

import msgspec
import pytest
import redis
from django.db import transaction
from django.utils.timezone import now
from pytest_django import Settings

from bookings.actions.confirm_booking import confirm_booking
from telemetry.bus.events import EventReader, EventWriter
from telemetry.bus.grants import Grant, GrantReader, GrantWriter
from testcentre import relay
from testcentre.accounts.actions import revoke_key
from testcentre.accounts.models import ApiKey
from testcentre.foundation import lease
from testcentre.foundation.clock import utc_now
from testcentre.foundation.models import Announcement, FlightPosition, Lease
from testcentre.foundation.outbox import announce
from tests.factories import a_booking, load_exercise
from tests.people import person
from tests.telemetry.valkeys import PrivateValkey

A, B = uuid4(), uuid4()


@pytest.fixture
def valkey(settings: Settings) -> Iterator[PrivateValkey]:
    server = PrivateValkey()
    settings.REDIS_URL = settings.REDIS_STREAM_URL = server.url
    yield server
    server.close()


@pytest.fixture
def active(valkey: PrivateValkey, transactional_db: None) -> relay.Relay:
    return take_over(valkey)


def take_over(valkey: PrivateValkey) -> relay.Relay:
    """Return another relay that has the lease, as after the death of the one before."""
    Lease.objects.update(expires_at=now() - timedelta(hours=1))
    token = lease.take(relay.LEASE, holder="test")
    assert token is not None
    return relay.Relay(token, events=EventWriter(valkey.url), grants=GrantWriter(valkey.url))


def tell(kind: str, *flights: UUID) -> None:
    with transaction.atomic():
        announce(kind, {"n": kind}, flight_ids=flights)


def range_events(valkey: PrivateValkey) -> list[tuple[int, str]]:
    """Return position and kind of every event that the stream holds."""
    return _held(valkey, "events")


def flight_events(valkey: PrivateValkey, flight: UUID) -> list[tuple[int, str]]:
    return _held(valkey, f"events:flight:{flight}")


def _held(valkey: PrivateValkey, key: str) -> list[tuple[int, str]]:
    with redis.Redis.from_url(valkey.url) as client:
        rows = client.xrange(key)
    return [(int(row_id.split(b"-")[0]), msgspec.json.decode(fields[b"b"])["kind"]) for row_id, fields in rows]


def epoch(valkey: PrivateValkey) -> str:
    return EventWriter(valkey.url).epoch()


def test_the_range_and_each_flight_have_their_own_count(active: relay.Relay, valkey: PrivateValkey) -> None:
    for kind, flights in (("one", [A]), ("two", []), ("three", [A, B]), ("four", [B, A, B])):
        tell(kind, *flights)
    assert active.turn() == 4
    assert range_events(valkey) == [(1, "one"), (2, "two"), (3, "three"), (4, "four")]
    assert flight_events(valkey, A) == [(1, "one"), (2, "three"), (3, "four")]
    assert flight_events(valkey, B) == [(1, "three"), (2, "four")]


def test_an_event_tells_kind_time_places_and_payload(active: relay.Relay, valkey: PrivateValkey) -> None:
    tell("one", A)
    active.turn()
    with redis.Redis.from_url(valkey.url) as client:
        ((_, fields),) = client.xrange("events")
    body = msgspec.json.decode(fields[b"b"])
    assert body.pop("time").endswith("Z")
    assert body == {"kind": "one", "positions": {str(A): 1}, "data": {"n": "one"}}


def test_a_crash_after_the_positions_leaves_neither_gap_nor_double(active: relay.Relay, valkey: PrivateValkey) -> None:
    tell("one", A)
    tell("two", A)
    relay.give_positions()  # and here the relay dies
    tell("three", A)
    take_over(valkey).turn()
    assert range_events(valkey) == flight_events(valkey, A) == [(1, "one"), (2, "two"), (3, "three")]


def test_a_crash_after_the_append_leaves_neither_gap_nor_double(active: relay.Relay, valkey: PrivateValkey) -> None:
    tell("one", A)
    tell("two", A)
    relay.give_positions()
    relay.append(EventWriter(valkey.url), list(Announcement.objects.order_by("position")))  # and here it dies
    tell("three", A)
    assert take_over(valkey).turn() == 3
    assert range_events(valkey) == flight_events(valkey, A) == [(1, "one"), (2, "two"), (3, "three")]
    assert not Announcement.objects.filter(published_at=None).exists()


def test_a_frozen_relay_that_wakes_up_writes_nothing(active: relay.Relay, valkey: PrivateValkey) -> None:
    second = take_over(valkey)
    tell("one")
    with pytest.raises(relay.LostLease):
        active.turn()
    assert not Announcement.objects.exclude(position=None).exists()
    assert second.turn() == 1


def test_a_redis_that_lost_all_begins_another_epoch_and_says_that_the_past_is_gone(
    active: relay.Relay, valkey: PrivateValkey
) -> None:
    for kind in ("one", "two", "three"):
        tell(kind, A)
    active.turn()
    before = epoch(valkey)
    with redis.Redis.from_url(valkey.url) as client:
        client.flushall()
    second = take_over(valkey)
    tell("four", A)
    second.turn()
    assert range_events(valkey) == [(3, "three"), (4, "four")]
    assert epoch(valkey) != before


@pytest.mark.asyncio
async def test_a_position_from_before_the_loss_can_not_be_resumed(valkey: PrivateValkey) -> None:
    writer, reader = EventWriter(valkey.url), EventReader(valkey.url)
    writer.append(3, {}, {"kind": "three"})  # what `_repair` leaves of a lost stream
    assert await reader.read_since(1) is None
    await reader.close()


def test_a_redis_that_lost_its_end_gets_it_again(active: relay.Relay, valkey: PrivateValkey) -> None:
    for kind in ("one", "two", "three", "four"):
        tell(kind, A)
    active.turn()
    before = epoch(valkey)
    with redis.Redis.from_url(valkey.url) as client:
        client.delete("events", f"events:flight:{A}")
    relay.append(active.events, list(Announcement.objects.order_by("position")[:2]))
    active.turn()
    kinds = [(1, "one"), (2, "two"), (3, "three"), (4, "four")]
    assert range_events(valkey) == flight_events(valkey, A) == kinds
    assert epoch(valkey) == before


def test_a_database_that_went_back_in_time_begins_another_epoch(active: relay.Relay, valkey: PrivateValkey) -> None:
    tell("one", A)
    active.turn()
    before = epoch(valkey)
    active.events.append(2, {str(A): 2}, {"kind": "never happened"})
    tell("two", A)
    active.turn()
    tell("three", A)
    active.turn()
    assert epoch(valkey) != before
    assert range_events(valkey)[-2:] == [(2, "two"), (3, "three")]


def test_old_announcements_go_but_no_count_goes_back(
    active: relay.Relay, valkey: PrivateValkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "KEPT", 1)
    for kind, flights in (("one", [A]), ("two", [A]), ("three", []), ("four", [])):
        tell(kind, *flights)
    active.turn()
    Announcement.objects.update(published_at=now() - timedelta(hours=25))
    assert relay.prune() > 0
    assert list(Announcement.objects.order_by("position").values_list("kind", flat=True)) == ["two", "four"]
    tell("five", A)
    active.turn()
    assert FlightPosition.objects.get(announcement__kind="five").position == 3
    assert Announcement.objects.get(kind="five").position == 5


Found = TypeVar("Found")
Process: TypeAlias = "subprocess.Popen[bytes]"
Start: TypeAlias = Callable[[], Process]
RUN = "import django; django.setup(); from testcentre.relay import run; run()"


@pytest.fixture
def start(valkey: PrivateValkey, service_environment: Callable[..., dict[str, str]]) -> Iterator[Start]:
    started = []

    def one() -> Process:
        environment = service_environment(REDIS_URL=valkey.url, REDIS_STREAM_URL=valkey.url)
        started.append(subprocess.Popen([sys.executable, "-c", RUN], env=environment))
        return started[-1]

    yield one
    for process in started:
        process.kill()
        process.wait()


def wait_for(valkey: PrivateValkey, events: list[tuple[int, str]], *, within_s: float) -> float:
    begun = time.monotonic()
    while range_events(valkey) != events:
        assert time.monotonic() < begun + within_s, range_events(valkey)
        time.sleep(0.02)
    return time.monotonic() - begun


def test_one_relay_works_and_the_other_takes_over_when_it_is_killed(start: Start, valkey: PrivateValkey) -> None:
    first = start()
    tell("one")
    wait_for(valkey, [(1, "one")], within_s=15)
    second = start()
    time.sleep(2)
    tell("two")
    assert wait_for(valkey, [(1, "one"), (2, "two")], within_s=5) < 1.0
    os.kill(first.pid, signal.SIGKILL)
    tell("three")
    wait_for(valkey, [(1, "one"), (2, "two"), (3, "three")], within_s=10)
    second.terminate()
    assert second.wait(timeout=5) == 0


def test_a_confirmation_and_a_revoked_key_reach_the_gateways_within_a_second(
    start: Start, valkey: PrivateValkey
) -> None:
    load_exercise()
    who, engineer = person("aero/booker"), person("aero/engineer")
    booking = a_booking(who, start=soon())
    start()
    digests = set(ApiKey.objects.filter(organisation_id=who.organisation_id).values_list("digest", flat=True))
    wait_until(lambda: Announcement.objects.filter(published_at=None).count() == 0, within_s=15)
    confirm_booking(person("range/operator").asker, booking.id, now=utc_now())
    (grant,) = wait_until(lambda: granted(valkey), within_s=1)
    assert set(grant.key_digests) == digests
    revoke_key(ApiKey.objects.get(pk=engineer.asker.key_id))
    wait_until(lambda: len(granted(valkey)[0].key_digests) == 1, within_s=1)


def test_grants_that_a_redis_lost_come_back_within_seconds(start: Start, valkey: PrivateValkey) -> None:
    load_exercise()
    booking = a_booking("aero/booker", start=soon())
    confirm_booking(person("range/operator").asker, booking.id, now=utc_now())
    start()
    kept = wait_until(lambda: granted(valkey), within_s=15)
    with redis.Redis.from_url(valkey.url) as client:
        client.flushall()
    assert wait_until(lambda: granted(valkey), within_s=3) == kept


def soon() -> datetime:
    return utc_now().replace(second=0, microsecond=0) + timedelta(hours=1)


def granted(valkey: PrivateValkey) -> list[Grant]:
    async def read() -> list[Grant]:
        reader = GrantReader(valkey.url)
        try:
            return list((await reader.read_all())[1].values())
        finally:
            await reader.close()

    return asyncio.run(read())


def wait_until(look: Callable[[], Found], *, within_s: float) -> Found:
    begun = time.monotonic()
    while not (found := look()):
        assert time.monotonic() < begun + within_s
        time.sleep(0.02)
    return found
