from uuid import UUID

import pytest

from telemetry.bus.events import Event, EventReader, EventWriter
from tests.telemetry.valkeys import PrivateValkey

pytestmark = pytest.mark.asyncio
FLIGHT = str(UUID(int=3))


def body(position: int) -> dict[str, object]:
    return {"kind": "booking.confirmed", "n": position}


async def test_missed_events_come_back_whole_and_in_order(valkey: PrivateValkey) -> None:
    writer, reader = EventWriter(valkey.url), EventReader(valkey.url)
    for position in (1, 2, 3):
        assert writer.append(position, {FLIGHT: position // 2} if position > 1 else {}, body(position))
    assert await reader.read_since(1) == [Event(2, body(2)), Event(3, body(3))]
    assert await reader.read_since(3) == []
    assert await reader.read_since(0, FLIGHT) == [Event(1, body(2))]
    assert (await reader.last_position(), await reader.last_position(FLIGHT), writer.last_position()) == (3, 1, 3)
    await reader.close()


async def test_a_repeated_append_changes_nothing(valkey: PrivateValkey) -> None:
    writer, reader = EventWriter(valkey.url), EventReader(valkey.url)
    assert writer.append(1, {FLIGHT: 1}, body(1)) is True
    assert writer.append(1, {FLIGHT: 1}, body(1)) is False
    assert await reader.read_since(0) == [Event(1, body(1))]
    assert await reader.read_since(0, FLIGHT) == [Event(1, body(1))]
    await reader.close()


@pytest.mark.parametrize("position", [-1, 4, 10**12])
async def test_a_position_that_is_not_known_can_not_be_resumed(valkey: PrivateValkey, position: int) -> None:
    writer, reader = EventWriter(valkey.url), EventReader(valkey.url)
    writer.append(3, {}, body(3))
    assert await reader.read_since(position) is None
    await reader.close()


async def test_what_is_no_longer_kept_can_not_be_resumed(valkey: PrivateValkey) -> None:
    writer, reader = EventWriter(valkey.url), EventReader(valkey.url)
    writer.append(5, {}, body(5))
    assert await reader.read_since(3) is None
    assert await reader.read_since(4) == [Event(5, body(5))]
    await reader.close()


async def test_the_tail_waits_for_what_comes(valkey: PrivateValkey) -> None:
    writer, reader = EventWriter(valkey.url), EventReader(valkey.url)
    assert await reader.tail(0) == []
    writer.append(1, {}, body(1))
    assert await reader.tail(0) == [Event(1, body(1))]
    await reader.close()


async def test_the_epoch_is_made_once(valkey: PrivateValkey) -> None:
    reader = EventReader(valkey.url)
    epoch = await reader.epoch()
    assert EventWriter(valkey.url).epoch() == epoch
    valkey.kill()
    valkey.start()
    assert await reader.epoch() == epoch
    await reader.close()
