import pytest

from telemetry.bus import Down
from telemetry.bus.batch import Record, Tally
from telemetry.bus.stream import StreamReader, StreamWriter
from telemetry.gateway.counts import Counts
from telemetry.gateway.keep import BATCH_BYTES, LONGEST_WAIT_US, MOST_WAITING_BYTES, Keeper
from tests.telemetry.gateway.place import AERO
from tests.telemetry.valkeys import PrivateValkey

pytestmark = pytest.mark.asyncio


class Clock:
    """A clock that stands until it is moved."""

    now_us = 1_780_000_000_000_000

    def __call__(self) -> int:
        return self.now_us


async def test_records_of_a_link_travel_together_and_large_ones_at_once() -> None:
    counts = Counts()
    with PrivateValkey() as valkey:
        writer, reader = StreamWriter(valkey.url), StreamReader(valkey.url)
        keeper = Keeper(writer, counts, name="g", now_us=Clock())
        keeper.keep(AERO, "udp:1", Record(1, b"a"))
        keeper.keep(AERO, "udp:1", Record(2, b"b"))
        keeper.keep(AERO, "udp:2", Record(3, b"x" * BATCH_BYTES))
        keeper.keep(AERO, "udp:2", Record(4, b"c"))
        keeper.end(AERO, "udp:1")
        await keeper.flush()
        found = [entry.batch for entry in reader.read(1)]
        told = [(b.link, b.kind, [(r.receive_us, len(r.data)) for r in b.records]) for b in found if b]
        assert told == [
            ("udp:2", "mavlink", [(3, BATCH_BYTES)]),
            ("udp:1", "mavlink", [(1, 1), (2, 1)]),
            ("udp:1", "end", []),
            ("udp:2", "mavlink", [(4, 1)]),
        ]
        assert counts.named["records_kept"] == 4
        await writer.close()


async def test_while_the_stream_is_away_the_oldest_is_dropped_at_the_bound_and_counted() -> None:
    counts, clock = Counts(), Clock()
    with PrivateValkey() as valkey:
        valkey.kill()
        writer, reader = StreamWriter(valkey.url), StreamReader(valkey.url)
        keeper = Keeper(writer, counts, name="g", now_us=clock)
        whole = MOST_WAITING_BYTES // BATCH_BYTES
        for n in range(whole + 3):
            keeper.keep(AERO, "udp:1", Record(n, b"x" * BATCH_BYTES))
        assert (counts.named["records_lost"], counts.named["bytes_lost"]) == (3, 3 * BATCH_BYTES)
        with pytest.raises(Down):
            await keeper.flush()
        clock.now_us += LONGEST_WAIT_US + 1
        keeper.keep(AERO, "udp:1", Record(7, b"young"))
        valkey.start()
        await keeper.flush()
        assert counts.named["records_lost"] == whole + 3
        (entry,) = reader.read(1)
        assert entry.batch is not None
        assert entry.batch.records == [Record(7, b"young")]
        await writer.close()


async def test_what_was_refused_or_dropped_is_told_with_the_next_batch() -> None:
    counts, clock = Counts(), Clock()
    with PrivateValkey() as valkey:
        valkey.kill()
        writer, reader = StreamWriter(valkey.url), StreamReader(valkey.url)
        keeper = Keeper(writer, counts, name="g", now_us=clock)
        keeper.keep(AERO, "udp:1", Record(1, b"too old"), packets=2)
        keeper.refuse(AERO, "udp:1", "foreign", Record(2, b"other"), is_beside=False)
        with pytest.raises(Down):
            await keeper.flush()
        clock.now_us += LONGEST_WAIT_US + 1
        valkey.start()
        keeper.refuse(AERO, "udp:1", "replayed", Record(3, b"again"), is_beside=False)
        keeper.refuse(AERO, "udp:1", "foreign", Record(4, b"radio"), is_beside=True)
        await keeper.flush()
        (entry,) = reader.read(1)
        assert entry.batch is not None
        assert (entry.batch.records, counts.named["records_lost"]) == ([], 1)
        assert entry.batch.tally == Tally(
            5, 22, {"not_kept": 2, "foreign": 2, "replayed": 1}, 22, [Record(4, b"radio")]
        )
        await writer.close()
