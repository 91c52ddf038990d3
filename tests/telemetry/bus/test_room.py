from uuid import UUID

import pytest

from telemetry.bus.batch import Batch, Record
from telemetry.bus.room import Room, RoomReader, measure
from telemetry.bus.stream import StreamWriter
from tests.telemetry.valkeys import PrivateValkey


@pytest.mark.asyncio
async def test_room_is_measured(valkey: PrivateValkey) -> None:
    writer, reader = StreamWriter(valkey.url), RoomReader(valkey.url)
    await writer.append(Batch(str(UUID(int=1)), "http:1", "mavlink", "web", [Record(1, b"x")]))
    room = await reader.measure()
    assert (room.limit_bytes, room.entries, room.is_near_full) == (64 * 1024 * 1024, {0: 0, 1: 1, 2: 0, 3: 0}, False)
    assert measure(valkey.url).entries == room.entries
    await writer.close()
    await reader.close()


@pytest.mark.parametrize(
    ("room", "near"),
    [
        (Room(84, 100, {}), False),
        (Room(85, 100, {}), True),
        (Room(10**12, 0, {}), False),
        (Room(0, 100, {0: 499_999}), False),
        (Room(0, 100, {0: 500_000}), True),
    ],
)
def test_near_full_is_85_percent_or_half_a_million_entries(room: Room, near: bool) -> None:
    assert room.is_near_full is near
