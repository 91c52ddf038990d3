import asyncio
from uuid import UUID

import pytest

from telemetry.bus import Down
from telemetry.bus.feed import FeedPublisher, FeedReader, FlightState, Heartbeat, LinkFigures, subscribe
from tests.telemetry.valkeys import PrivateValkey

pytestmark = pytest.mark.asyncio
STATE = FlightState(
    flight=str(UUID(int=7)),
    sample={"latitude_deg": 52.2, "armed": True},
    received_us=1_700_000_000_000_000,
    link="udp:198.51.100.7:14550",
    links={"udp:198.51.100.7:14550": LinkFigures(packets=3, signed=True)},
)
BEAT = Heartbeat(name="gateway-1", time_us=1, counters={"datagrams": 2}, refused=[], unadmitted=[])


async def test_a_listener_gets_states_and_heartbeats_and_silence_is_told(valkey: PrivateValkey) -> None:
    publisher, feed = FeedPublisher(valkey.url), subscribe(valkey.url)
    assert await anext(feed) is None
    await publisher.publish(STATE)
    await publisher.beat(BEAT)
    assert [await anext(feed), await anext(feed)] == [STATE, BEAT]
    assert await anext(feed) is None
    await feed.aclose()
    await publisher.close()


async def test_the_newest_state_and_heartbeat_can_be_read_later(valkey: PrivateValkey) -> None:
    publisher, reader = FeedPublisher(valkey.url), FeedReader(valkey.url)
    newer = FlightState(flight=STATE.flight, sample={}, received_us=STATE.received_us + 1)
    await publisher.publish(STATE, newer)
    await publisher.beat(BEAT)
    assert reader.states([STATE.flight, str(UUID(int=8))]) == {STATE.flight: newer}
    assert reader.heartbeats() == [BEAT]
    await publisher.close()


async def test_a_lost_subscription_is_told(valkey: PrivateValkey) -> None:
    feed = subscribe(valkey.url)
    await anext(feed)
    waiting = asyncio.ensure_future(anext(feed))
    await asyncio.sleep(0.05)
    valkey.kill()
    with pytest.raises(Down):
        await waiting
