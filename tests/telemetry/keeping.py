"""What the tests of keeping share: flights, batches of real MAVLink, and a look into the recording."""

import asyncio
import datetime as dt
import uuid
from collections.abc import Sequence

from telemetry.bus.batch import Batch, Record
from telemetry.bus.keys import SHARDS
from telemetry.bus.stream import StreamReader, StreamWriter
from telemetry.drain.shard import Outcome, drain_shard
from telemetry.recordings import chunks
from telemetry.recordings.models import Flight
from telemetry.wire.encode import Encoder

BEGUN_US = 1_790_000_000_000_000
BEGUN = dt.datetime.fromtimestamp(BEGUN_US / 1e6, dt.UTC)
SYSTEM = 42
UDP, HTTP = "udp:10.0.0.1:14550", "http:10.0.0.2"


def a_flight(*, shard: int = 1, organisation_id: uuid.UUID | None = None, **more: object) -> Flight:
    """Store an expected flight whose bytes go through this shard."""
    values: dict[str, object] = {
        "booking_id": uuid.uuid4(),
        "organisation_id": organisation_id or uuid.uuid4(),
        "aircraft_id": uuid.uuid4(),
        "system_id": SYSTEM,
        "admit_from": BEGUN - dt.timedelta(hours=1),
        "admit_until": BEGUN + dt.timedelta(hours=2),
    }
    number = uuid.uuid4().int
    flight_id = uuid.UUID(int=number - number % SHARDS + shard)
    return Flight.objects.create(id=flight_id, **{**values, **more})


def position(encoder: Encoder, n: int, *, receive_us: int | None = None) -> bytes:
    """Return the n-th position of a flight to the east, ten per second."""
    now_us = BEGUN_US + n * 100_000 if receive_us is None else receive_us
    return encoder.global_position(
        now_us=now_us,
        boot_ms=1000 + n * 100,
        latitude_deg=52.27,
        longitude_deg=6.87 + n * 1e-5,
        altitude_amsl_m=90.0,
        height_above_takeoff_m=55.0,
        north_m_s=0.0,
        east_m_s=7.0,
        up_m_s=0.5,
        heading_deg=90.0,
    )


def batch(flight: Flight, *records: tuple[int, bytes], link: str = UDP, kind: str = "mavlink") -> Batch:
    """Return a batch; records are (µs after the beginning, bytes)."""
    found = [Record(BEGUN_US + after_us, data) for after_us, data in records]
    return Batch(str(flight.id), link, kind, "gateway-1", found)  # type: ignore[arg-type]


def append(url: str, batches: Sequence[Batch]) -> None:
    """Append batches to the stream as a gateway does."""

    async def go() -> None:
        writer = StreamWriter(url)
        await writer.append_many(batches)
        await writer.close()

    asyncio.run(go())


def drain(url: str, shard: int = 1, *, holder: str = "test") -> Outcome:
    """Drain one shard until it is empty."""
    reader = StreamReader(url)
    try:
        return drain_shard(shard, reader=reader, holder=holder)
    finally:
        reader.close()


def kept(flight: Flight, **which: str) -> list[bytes]:
    """Return the bytes of all records of a flight, link by link in the order of arrival."""
    return [data for link in chunks.links_of(flight.id, **which) for _, data in chunks.records_of(link)]
