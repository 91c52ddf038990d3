import asyncio
import json
import time
from typing import Any

import pytest
from pytest_django import Settings

from telemetry.api.ingest_socket import ingest_socket_app
from tests.telemetry.api.ingesting import FLIGHT, KEY, OTHER_FLIGHT, Bus, grant
from tests.telemetry.wire.peer import heard, sender, some_flight

pytestmark = pytest.mark.asyncio


class Socket:
    """An ingest socket as the ASGI server sees it."""

    def __init__(self, *, key: str | None = KEY, link: str = "1", flight: str = FLIGHT) -> None:
        self._in: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._out: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        headers = [(b"authorization", f"Bearer {key}".encode())] if key else []
        scope: dict[str, Any] = {"type": "websocket", "path": f"/ws/ingest/{flight}", "headers": headers}
        scope["query_string"] = f"link={link}".encode()
        self._in.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.create_task(ingest_socket_app(scope, self._in.get, self._put))

    async def _put(self, message: Any) -> None:
        await self._out.put(message)

    def send(self, data: bytes) -> None:
        self._in.put_nowait({"type": "websocket.receive", "bytes": data})

    @property
    def unread(self) -> int:
        """Return how many messages the door has not taken yet: a server stops reading from the network for them."""
        return self._in.qsize()

    def send_text(self, text: str) -> None:
        self._in.put_nowait({"type": "websocket.receive", "text": text})

    async def told(self) -> Any:
        """Return the next frame, or the code that the socket was closed with."""
        message = await asyncio.wait_for(self._out.get(), 10)
        while message["type"] == "websocket.accept":
            message = await asyncio.wait_for(self._out.get(), 10)
        return json.loads(message["text"]) if message["type"] == "websocket.send" else message["code"]

    async def drop(self) -> None:
        self._in.put_nowait({"type": "websocket.disconnect"})
        await self._task


def kept(bus: Bus) -> bytes:
    return b"".join(record.data for batch in bus.kept() for record in batch.records)


async def test_bytes_are_acknowledged_at_the_end_of_packets(bus: Bus) -> None:
    data, socket = some_flight(sender(), 2), Socket()
    assert await socket.told() == {"type": "ready", "bytes": 0}
    socket.send(data[:30])
    assert await socket.told() == {"type": "ack", "bytes": 21}
    socket.send(data[30:])
    assert await socket.told() == {"type": "ack", "bytes": len(data)}
    assert kept(bus) == data
    await socket.drop()


async def test_a_link_goes_on_where_it_was_cut_and_nothing_is_doubled(bus: Bus) -> None:
    data, first = some_flight(sender(), 2), Socket()
    await first.told()
    first.send(data[:100])
    at = (await first.told())["bytes"]
    await first.drop()
    again = Socket()
    assert await again.told() == {"type": "ready", "bytes": at}
    again.send(data[at:])
    assert await again.told() == {"type": "ack", "bytes": len(data)}
    assert kept(bus) == data
    other = Socket(link="2")
    assert await other.told() == {"type": "ready", "bytes": 0}
    await again.drop()
    await other.drop()


async def test_two_sockets_under_one_name_do_not_double(bus: Bus) -> None:
    data, one, two = some_flight(sender(), 2), Socket(), Socket()
    await one.told()
    await two.told()
    one.send(data)
    assert await one.told() == {"type": "ack", "bytes": len(data)}
    two.send(data[:21])
    assert await two.told() == 4409
    assert kept(bus) == data
    await one.drop()


async def test_refused_sockets_are_accepted_and_closed_with_a_code(bus: Bus) -> None:
    assert await Socket(key=None).told() == 4401
    assert await Socket(key="tck_other").told() == 4403
    assert await Socket(link="a b").told() == 4422
    foreign, noise = Socket(), Socket(link="noise")
    await foreign.told()
    foreign.send(some_flight(sender(), 1) + some_flight(sender(9), 1))
    assert await foreign.told() == 4422
    assert kept(bus) == b""
    await noise.told()
    noise.send(b"x" * 70_000)
    assert [await noise.told(), await noise.told()] == [{"type": "ack", "bytes": 70_000}, 4422]
    bus.admit(grant(sealed=True))
    await asyncio.sleep(0.3)
    assert await Socket().told() == 4422


async def test_text_and_messages_beyond_1_mib_close_the_socket(bus: Bus) -> None:
    text, large = Socket(), Socket(link="large")
    await text.told()
    text.send_text("{}")
    assert await text.told() == 1003
    await large.told()
    large.send(b"x" * (1024 * 1024 + 1))
    assert await large.told() == 1009
    assert kept(bus) == b""


async def test_a_key_that_is_revoked_meanwhile_closes_the_socket(bus: Bus) -> None:
    socket = Socket()
    await socket.told()
    bus.admit(grant(key_digests=[]))
    await asyncio.sleep(0.3)
    socket.send(some_flight(sender(), 1))
    assert await socket.told() == 4403
    assert kept(bus) == b""


async def test_without_the_stream_the_socket_is_closed_and_nothing_acknowledged(bus: Bus) -> None:
    socket = Socket()
    await socket.told()
    bus.valkey.kill()
    socket.send(some_flight(sender(), 1))
    assert await socket.told() == 1013


async def test_a_socket_that_floods_is_read_more_slowly_and_the_other_flights_goes_on(
    bus: Bus, settings: Settings
) -> None:
    settings.INGEST_BYTES_PER_S = 2048
    bus.admit(grant(), grant(flight=OTHER_FLIGHT))
    data, flooding, other = some_flight(sender(), 1), Socket(), Socket(flight=OTHER_FLIGHT)
    await flooding.told()
    await other.told()
    begun = time.monotonic()
    for _ in range(136):  # 16 s of it at once is 128 messages of 256 bytes
        flooding.send(data)
    for n in range(1, 129):
        assert await flooding.told() == {"type": "ack", "bytes": n * len(data)}
    assert flooding.unread >= 5
    other.send(data)
    assert await other.told() == {"type": "ack", "bytes": len(data)}
    assert time.monotonic() - begun < 1.5  # not behind the other's eight messages, which take a second
    for n in range(129, 137):
        assert await flooding.told() == {"type": "ack", "bytes": n * len(data)}
    assert time.monotonic() - begun > 0.9
    assert kept(bus).count(data) == 137
    await flooding.drop()
    await other.drop()


async def test_a_signing_key_is_blanked_before_the_stream_and_its_bytes_count_as_they_came(bus: Bus) -> None:
    key, giving, socket = bytes(range(101, 133)), sender(), Socket()
    giving.setup_signing_send(7, 1, key, 1)
    packet, other = heard(giving), some_flight(sender(), 1)
    await socket.told()

    socket.send(packet[:-2] + b"no" + other)  # damaged: it is kept as noise
    socket.send(packet)

    assert await socket.told() == {"type": "ack", "bytes": len(packet + other)}
    assert await socket.told() == {"type": "ack", "bytes": len(packet + other + packet)}
    assert len(kept(bus)) == len(packet + other + packet)
    assert all(key[at : at + 4] not in kept(bus) for at in range(28))
    await socket.drop()
