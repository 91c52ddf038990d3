import asyncio
import time
from collections.abc import Iterator

import pytest
import redis

from telemetry.bus import keys
from telemetry.bus.allowance import BURST_S, Allowance
from tests.telemetry.valkeys import PrivateValkey

pytestmark = pytest.mark.asyncio
RATE = 1000
BURST = RATE * BURST_S


@pytest.fixture
def valkey() -> Iterator[PrivateValkey]:
    with PrivateValkey() as own:
        yield own


async def test_a_burst_is_taken_at_once_and_then_only_what_has_come_since(valkey: PrivateValkey) -> None:
    allowance = Allowance(valkey.url, bytes_per_s=RATE)
    assert await allowance.take("a", BURST) == 0
    wait_s = await allowance.take("a", 200)
    assert 0.1 < wait_s <= 0.2
    await asyncio.sleep(wait_s)
    assert await allowance.take("a", 200) == 0
    assert await allowance.take("a", 200) > 0.1
    await allowance.close()


async def test_each_flight_spends_its_own(valkey: PrivateValkey) -> None:
    allowance = Allowance(valkey.url, bytes_per_s=RATE)
    assert await allowance.take("a", BURST) == 0
    assert await allowance.take("a", BURST) > 15
    assert await allowance.take("b", BURST) == 0
    await allowance.close()


async def test_processes_share_a_flights_bucket_to_the_byte(
    valkey: PrivateValkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telemetry.bus.allowance.ANSWER_S", 30)  # else a busy machine's silence allows everything
    many = [Allowance(valkey.url, bytes_per_s=RATE) for _ in range(4)]
    answers = await asyncio.gather(*(one.take("a", 1000) for one in many for _ in range(10)))
    assert answers.count(0) == BURST_S
    for one in many:
        await one.close()


async def test_more_than_the_bucket_holds_is_taken_when_it_is_full(valkey: PrivateValkey) -> None:
    allowance = Allowance(valkey.url, bytes_per_s=RATE)
    assert await allowance.take("a", BURST * 3) == 0
    assert await allowance.take("a", BURST * 3) == pytest.approx(BURST_S, abs=0.5)
    await allowance.close()


async def test_a_bucket_leaves_redis_when_it_would_be_full_again(valkey: PrivateValkey) -> None:
    allowance = Allowance(valkey.url, bytes_per_s=RATE)
    await allowance.take("a", 4000)
    with redis.Redis.from_url(valkey.url) as client:
        assert 4000 < int(client.pttl(keys.allowance("a"))) <= 5000  # type: ignore[arg-type]
    await allowance.close()


async def test_without_redis_everything_is_allowed_and_it_is_asked_again_a_second_later(
    valkey: PrivateValkey,
) -> None:
    allowance = Allowance(valkey.url, bytes_per_s=RATE)
    assert await allowance.take("a", BURST) == 0
    valkey.freeze()
    begun = time.monotonic()
    assert [await allowance.take("a", BURST) for _ in range(100)] == [0] * 100
    assert time.monotonic() - begun < 0.9
    valkey.thaw()
    await asyncio.sleep(1.1)
    assert await allowance.take("a", BURST) > 10
    await allowance.close()
