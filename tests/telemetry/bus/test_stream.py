import time
from uuid import UUID, uuid4

import pytest
import redis

from telemetry.bus import Down, Full, keys
from telemetry.bus.batch import Batch, Record
from telemetry.bus.stream import KeyReused, StreamReader, StreamWriter
from tests.telemetry.valkeys import PrivateValkey

pytestmark = pytest.mark.asyncio
FLIGHT = str(UUID(int=1))


def batch(data: bytes = b"\xfd\x00", flight: str = FLIGHT) -> Batch:
    return Batch(flight, "udp:198.51.100.7:14550", "mavlink", "gateway-1", [Record(1_700_000_000_000_000, data)])


async def fill(writer: StreamWriter) -> int:
    """Append until the stream refuses; return how many batches were kept."""
    for kept in range(100):
        try:
            await writer.append(batch(b"x" * 100_000), once=str(kept), fingerprint="f")
        except Full:
            return kept
    raise AssertionError("10 MB fit into 4 MB")


async def test_what_is_appended_is_read_in_order_with_numbers_from_one(valkey: PrivateValkey) -> None:
    writer, reader = StreamWriter(valkey.url), StreamReader(valkey.url)
    for data in (b"a", b"b", b"c"):
        assert await writer.append(batch(data))
    entries = reader.read(1)
    assert [(e.number, e.batch) for e in entries] == [(1, batch(b"a")), (2, batch(b"b")), (3, batch(b"c"))]
    assert reader.read(1, after=entries[1].id) == entries[2:]
    assert reader.backlog() == {0: 0, 1: 3, 2: 0, 3: 0}
    await writer.close()


async def test_a_flight_stays_in_its_shard(valkey: PrivateValkey) -> None:
    writer, reader = StreamWriter(valkey.url), StreamReader(valkey.url)
    flights = [str(uuid4()) for _ in range(20)]
    await writer.append_many([batch(flight=flight) for flight in flights])
    for shard in range(keys.SHARDS):
        found = [e.batch.flight for e in reader.read(shard) if e.batch]
        assert found == [flight for flight in flights if keys.shard_of(flight) == shard]
    await writer.close()


async def test_numbers_and_generation_outlive_trim_and_restart(valkey: PrivateValkey) -> None:
    writer, reader = StreamWriter(valkey.url), StreamReader(valkey.url)
    await writer.append_many([batch(b"a"), batch(b"b")])
    generation = reader.generation()
    first, last = reader.read(1)
    assert reader.trim(1, below=last.id) == 1
    assert reader.read(1) == [last]
    assert reader.trim_through(1, last=last.id) == 1
    valkey.kill()
    valkey.start()
    after = StreamWriter(valkey.url)
    await after.append(batch(b"c"))
    await after.close()
    assert [(e.number, e.id > last.id) for e in reader.read(1)] == [(3, True)]
    assert (reader.generation(), reader.last_number(1)) == (generation, 3)
    assert first.number == 1
    await writer.close()


async def test_an_emptied_redis_has_another_generation(valkey: PrivateValkey) -> None:
    writer, reader = StreamWriter(valkey.url), StreamReader(valkey.url)
    await writer.append(batch())
    before = reader.generation()
    with redis.Redis.from_url(valkey.url) as client:
        client.flushall()
    other = StreamWriter(valkey.url)
    await other.append(batch())
    assert reader.generation() != before
    await writer.close()
    await other.close()


async def test_an_idempotency_key_is_kept_once(valkey: PrivateValkey) -> None:
    writer, reader = StreamWriter(valkey.url), StreamReader(valkey.url)
    assert await writer.append(batch(), once="k", fingerprint="f") is True
    assert await writer.append(batch(), once="k", fingerprint="f") is False
    with pytest.raises(KeyReused):
        await writer.append(batch(b"other"), once="k", fingerprint="g")
    assert await writer.append(batch(flight=str(UUID(int=5))), once="k", fingerprint="f") is True
    assert reader.length(1) == 2
    await writer.close()


async def test_a_repeated_run_of_numbers_is_kept_once(valkey: PrivateValkey) -> None:
    writer, reader = StreamWriter(valkey.url), StreamReader(valkey.url)
    run = [batch(b"a"), batch(b"b")]
    assert await writer.append_rising(run, writer="w", numbers=[1, 2]) == [True, True]
    assert await writer.append_rising([*run, batch(b"c")], writer="w", numbers=[1, 2, 3]) == [False, False, True]
    assert [e.batch.records[0].data for e in reader.read(1) if e.batch] == [b"a", b"b", b"c"]
    assert (await writer.kept("w"), await writer.kept("other")) == (3, 0)
    await writer.close()


async def test_bytes_that_are_no_batch_are_handed_over_as_they_are(valkey: PrivateValkey) -> None:
    with redis.Redis.from_url(valkey.url) as client:
        client.xadd(keys.stream(2), {"n": 1, "b": b"\xc1 no batch"})
    (entry,) = StreamReader(valkey.url).read(2)
    assert (entry.number, entry.batch, entry.undecodable) == (1, None, b"\xc1 no batch")


async def test_a_full_redis_refuses_and_keeps_nothing_of_it() -> None:
    with PrivateValkey(maxmemory="4mb") as server:
        writer, reader = StreamWriter(server.url), StreamReader(server.url)
        kept = await fill(writer)
        with pytest.raises(Full):
            await writer.append_many([batch(b"x" * 100_000)])
        assert reader.length(1) == reader.last_number(1) == kept
        reader.trim_through(1, last=reader.read(1)[-1].id)
        assert await writer.append(batch(), once=str(kept), fingerprint="f") is True
        await writer.close()


async def test_a_dead_redis_is_down_and_used_again_when_it_is_back(valkey: PrivateValkey) -> None:
    writer = StreamWriter(valkey.url)
    await writer.append(batch())
    valkey.kill()
    with pytest.raises(Down):
        await writer.append(batch())
    valkey.start()
    assert await writer.append(batch()) is True
    await writer.close()


async def test_a_frozen_redis_is_down_within_five_seconds(valkey: PrivateValkey) -> None:
    writer, reader = StreamWriter(valkey.url), StreamReader(valkey.url)
    await writer.append(batch())
    valkey.freeze()
    begun = time.monotonic()
    with pytest.raises(Down):
        await writer.append(batch(b"frozen"))
    assert time.monotonic() - begun < 5
    valkey.thaw()
    assert await writer.append(batch(b"after")) is True
    assert [e.number for e in reader.read(1)] == list(range(1, reader.last_number(1) + 1))
    await writer.close()
