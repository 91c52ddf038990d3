from uuid import UUID

import pytest

from telemetry.bus.grants import Grant, GrantReader, GrantWriter
from tests.telemetry.valkeys import PrivateValkey

pytestmark = pytest.mark.asyncio


def grant(number: int, *, sources: list[str] | None = None, sealed: bool = False) -> Grant:
    flight, organisation = str(UUID(int=number)), str(UUID(int=9))
    return Grant(
        flight=flight,
        organisation=organisation,
        system_id=number,
        from_us=0,
        until_us=1,
        sources=sources or [],
        sealed=sealed,
    )


async def test_a_snapshot_replaces_the_one_before_under_a_later_version(valkey: PrivateValkey) -> None:
    writer, reader = GrantWriter(valkey.url), GrantReader(valkey.url)
    assert await reader.read_all() == (0, {})
    one, two = grant(1, sources=["127.0.0.1/32"]), grant(2, sealed=True)
    seen = [(0, {})]
    for grants in ([one], [two], []):
        assert writer.write_all(grants) is True
        seen.append(await reader.read_all())
    assert [held for _, held in seen] == [{}, {one.flight: one}, {two.flight: two}, {}]
    versions = [version for version, _ in seen]
    assert versions == sorted(set(versions))
    await reader.close()


async def test_the_same_snapshot_again_keeps_its_version(valkey: PrivateValkey) -> None:
    writer, reader = GrantWriter(valkey.url), GrantReader(valkey.url)
    assert [writer.write_all([]), writer.write_all([])] == [True, False]
    assert writer.write_all([grant(1)]) is True
    version = await reader.version()
    assert writer.write_all([grant(1)]) is False
    assert await reader.version() == version
    await reader.close()
