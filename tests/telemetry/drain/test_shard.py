import uuid

import pytest
import redis
from django.db import transaction

from telemetry.bus.batch import Batch, encode
from telemetry.bus.keys import GENERATION, count
from telemetry.bus.keys import stream as stream_key
from telemetry.bus.stream import StreamReader
from telemetry.drain import shard as shard_module
from telemetry.drain.place import Fenced, adopt, lease_name
from telemetry.drain.shard import commit
from telemetry.recordings.models import DrainOffset, Loss, Suspect
from testcentre.foundation import lease
from testcentre.foundation.models import Announcement
from tests.telemetry.keeping import a_flight, append, batch, drain, kept

pytestmark = pytest.mark.django_db


def test_every_batch_is_kept_once_in_order_and_the_stream_is_trimmed(stream: str) -> None:
    flight = a_flight()
    append(stream, [batch(flight, (n, b"%d" % n)) for n in range(250)])

    outcome = drain(stream)

    assert outcome.entries == 250
    assert kept(flight) == [b"%d" % n for n in range(250)]
    assert StreamReader(stream).length(1) == 0
    assert DrainOffset.objects.get(shard=1).number == 250


def test_a_second_drain_of_a_leased_shard_does_nothing(stream: str) -> None:
    flight = a_flight()
    append(stream, [batch(flight, (0, b"x"))])
    assert lease.take(lease_name(1), holder="somebody else") is not None

    assert drain(stream).entries == 0
    assert kept(flight) == []


def test_a_holder_without_the_newest_token_cannot_commit(stream: str) -> None:
    flight = a_flight()
    append(stream, [batch(flight, (0, b"x"))])
    reader = StreamReader(stream)
    DrainOffset.objects.create(shard=1, generation=reader.generation())
    old, _ = adopt(1, token=1)
    entries = reader.read(1)
    adopt(1, token=2)

    with pytest.raises(Fenced), transaction.atomic():
        commit(old, entries)
    assert kept(flight) == []


def test_two_commits_of_the_same_entries_keep_one(stream: str) -> None:
    flight = a_flight()
    append(stream, [batch(flight, (0, b"x"))])
    reader = StreamReader(stream)
    DrainOffset.objects.create(shard=1, generation=reader.generation())
    place, _ = adopt(1, token=1)
    entries = reader.read(1)
    commit(place, entries)

    with pytest.raises(Fenced), transaction.atomic():
        commit(place, entries)
    assert kept(flight) == [b"x"]


def test_a_gap_in_the_numbers_is_recorded_and_told(stream: str) -> None:
    flight = a_flight()
    append(stream, [batch(flight, (0, b"a"))])
    drain(stream)
    with redis.Redis.from_url(stream) as client:
        client.incrby(count(1), 5)
    append(stream, [batch(flight, (1, b"b"))])

    drain(stream)

    loss = Loss.objects.get()
    assert (loss.kind, loss.expected_number, loss.found_number) == ("gap", 2, 7)
    told = Announcement.objects.get(kind="telemetry_loss")
    assert told.payload["loss"] == "gap"
    assert kept(flight) == [b"a", b"b"]


def test_another_generation_is_a_loss_and_is_read_from_its_beginning(stream: str) -> None:
    flight = a_flight()
    append(stream, [batch(flight, (0, b"a"))])
    drain(stream)
    with redis.Redis.from_url(stream) as client:
        client.flushall()
        client.set(GENERATION, "another one")
    append(stream, [batch(flight, (1, b"b"))])

    drain(stream)

    assert [loss.kind for loss in Loss.objects.all()] == ["generation"]
    assert kept(flight) == [b"a", b"b"]


def test_numbers_that_step_back_are_a_loss(stream: str) -> None:
    flight = a_flight()
    append(stream, [batch(flight, (n, b"a")) for n in range(3)])
    drain(stream)
    with redis.Redis.from_url(stream) as client:
        client.set(count(1), 1)
    append(stream, [batch(flight, (9, b"b"))])

    drain(stream)

    assert [(loss.kind, loss.expected_number, loss.found_number) for loss in Loss.objects.all()] == [
        ("step_back", 4, 2)
    ]


def test_bytes_that_are_no_batch_are_set_aside_and_do_not_stop_the_shard(stream: str) -> None:
    flight = a_flight()
    append(stream, [batch(flight, (0, b"a"))])
    with redis.Redis.from_url(stream) as client:
        client.xadd(stream_key(1), {"n": client.incr(count(1)), "b": b"\xc1 no batch"})
    append(stream, [batch(flight, (1, b"b"))])

    drain(stream)

    suspect = Suspect.objects.get()
    assert (bytes(suspect.blob or b""), suspect.reason) == (b"\xc1 no batch", "its bytes are no batch")
    assert kept(flight) == [b"a", b"b"]


def test_a_batch_of_no_known_flight_is_set_aside_with_its_bytes(stream: str) -> None:
    stranger = Batch(str(uuid.UUID(int=5)), "udp:1", "mavlink", "gateway-1", [])
    append(stream, [stranger])

    drain(stream)

    assert bytes(Suspect.objects.get().blob or b"") == encode(stranger)


def test_an_entry_that_fails_three_times_is_set_aside_and_the_rest_is_kept(
    stream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    flight = a_flight()
    append(stream, [batch(flight, (n, b"%d" % n)) for n in range(4)])
    poison = encode(batch(flight, (2, b"2")))
    real = shard_module.take_in

    def fails_on_poison(place: object, entries: list[object]) -> None:
        if any(encode(entry.batch) == poison for entry in entries):  # type: ignore[attr-defined]
            raise ZeroDivisionError
        real(place, entries)  # type: ignore[arg-type]

    monkeypatch.setattr(shard_module, "take_in", fails_on_poison)
    for _ in range(4):  # the first run fails with all in hand, the next three with the poison alone
        with pytest.raises(ZeroDivisionError):
            drain(stream)
    drain(stream)

    assert kept(flight) == [b"0", b"1", b"3"]
    suspect = Suspect.objects.get()
    assert (suspect.attempts, bytes(suspect.blob or b"")) == (3, poison)
    assert Announcement.objects.filter(kind="telemetry_set_aside").count() == 1


def test_a_full_disk_is_not_the_entrys_fault(stream: str, monkeypatch: pytest.MonkeyPatch) -> None:
    flight = a_flight()
    append(stream, [batch(flight, (0, b"a"))])

    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(shard_module, "take_in", no_room)
        for _ in range(6):
            with pytest.raises(OSError, match="No space"):
                drain(stream)
    drain(stream)

    assert kept(flight) == [b"a"]
    assert Suspect.objects.filter(set_aside_at__isnull=False).count() == 0
