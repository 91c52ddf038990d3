import pytest
import redis

from telemetry.bus import Down, grant_cache
from telemetry.bus.grant_cache import GrantCache
from telemetry.bus.grants import GrantWriter
from tests.telemetry.bus.test_grants import grant
from tests.telemetry.valkeys import PrivateValkey

pytestmark = pytest.mark.asyncio


async def test_the_snapshot_is_read_again_when_its_version_changes(valkey: PrivateValkey) -> None:
    writer, cache = GrantWriter(valkey.url), GrantCache(valkey.url)
    assert (await cache.refresh(), cache.version, cache.grants) == (False, 0, {})
    writer.write_all([grant(1)])
    assert await cache.refresh(older_than_s=60) is False
    assert (await cache.refresh(), cache.grants) == (True, {grant(1).flight: grant(1)})
    assert cache.version > 0
    assert await cache.refresh() is False
    await cache.close()


async def test_without_redis_the_last_snapshot_holds_for_a_minute(
    valkey: PrivateValkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    GrantWriter(valkey.url).write_all([grant(1)])
    cache = GrantCache(valkey.url)
    await cache.refresh()
    valkey.kill()
    with pytest.raises(Down):
        await cache.refresh()
    assert await cache.refresh_quietly() is False
    assert list(cache.grants) == [grant(1).flight]
    monkeypatch.setattr(grant_cache, "LONGEST_BLIND_S", 0.0)
    assert cache.grants == {}
    await cache.close()


async def test_a_redis_that_was_emptied_withdraws_nothing_until_grants_are_written_again(valkey: PrivateValkey) -> None:
    writer, cache = GrantWriter(valkey.url), GrantCache(valkey.url)
    writer.write_all([grant(1)])
    await cache.refresh()
    with redis.Redis.from_url(valkey.url) as client:
        client.flushall()
    assert (await cache.refresh(), list(cache.grants)) == (False, [grant(1).flight])
    writer.write_all([grant(2)])
    assert (await cache.refresh(), list(cache.grants)) == (True, [grant(2).flight])
    await cache.close()
