"""The live sockets on engines of the test's own; what needs Django is imported when a fixture is made."""

import asyncio
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from pytest_django import Settings

from telemetry.bus.events import EventWriter
from telemetry.bus.feed import FeedPublisher, FlightState, Heartbeat
from tests.telemetry.valkeys import PrivateValkey

if TYPE_CHECKING:
    from tests.telemetry.live.serving import Server


@pytest.fixture
def valkey(settings: Settings) -> Iterator[PrivateValkey]:
    """Be both Redis of the server."""
    server = PrivateValkey()
    settings.REDIS_URL = settings.REDIS_STREAM_URL = server.url
    yield server
    server.close()


@pytest.fixture
def server(valkey: PrivateValkey, transactional_db: None) -> "Iterator[Server]":
    from tests.telemetry.live.serving import Server  # noqa: PLC0415 — after Django's set-up

    running = Server()
    yield running
    running.stop()


@pytest.fixture
def publish_outbox(valkey: PrivateValkey) -> Callable[[], None]:
    """Return what the relay does with the outbox."""
    from testcentre import relay  # noqa: PLC0415 — after Django's set-up

    events = EventWriter(valkey.url)

    def publish() -> None:
        relay.give_positions()
        relay.publish(events)

    return publish


@pytest.fixture
def send_state(valkey: PrivateValkey) -> Callable[..., None]:
    """Return what a gateway does with states and heartbeats."""

    async def send(*messages: FlightState | Heartbeat) -> None:
        publisher = FeedPublisher(valkey.url)
        for message in messages:
            if isinstance(message, Heartbeat):
                await publisher.beat(message)
            else:
                await publisher.publish(message)
        await publisher.close()

    return lambda *messages: asyncio.run(send(*messages))
