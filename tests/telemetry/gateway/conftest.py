import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio

from telemetry.gateway import GatewaySettings
from telemetry.gateway.process import Gateway
from tests.telemetry.gateway.place import KEYS_KEY, Place
from tests.telemetry.valkeys import PrivateValkey


@pytest_asyncio.fixture
async def place() -> AsyncIterator[Place]:
    """Give the test a gateway on free ports with two Valkeys of its own; it listens once grants are written."""
    stream, relaxed = PrivateValkey(), PrivateValkey()
    stop = asyncio.Event()
    gateway = Gateway(
        GatewaySettings(
            udp_host="127.0.0.1",
            udp_port=0,
            tcp_host="127.0.0.1",
            tcp_port=0,
            stream_url=stream.url,
            relaxed_url=relaxed.url,
            keys_key=KEYS_KEY,
            name="gateway-test",
        )
    )
    task = asyncio.create_task(gateway.serve(stop))
    here = Place(stream, relaxed, gateway)
    yield here
    here.close()
    stop.set()
    await task
    stream.close()
    relaxed.close()
