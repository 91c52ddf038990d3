import asyncio
import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Iterator

import pytest

from telemetry.bus.feed import FeedReader, Heartbeat
from telemetry.bus.grants import GrantWriter
from telemetry.bus.stream import StreamReader
from telemetry.gateway import GatewaySettings, run
from telemetry.gateway.process import Gateway
from telemetry.gateway.sockets import bind
from telemetry.wire.framing import split
from tests.telemetry.gateway.place import AERO, KEYS_KEY, grant
from tests.telemetry.valkeys import PrivateValkey
from tests.telemetry.wire.peer import sender, some_flight


@pytest.fixture
def valkey() -> Iterator[PrivateValkey]:
    server = PrivateValkey()
    yield server
    server.close()


def settings_for(valkey: PrivateValkey, *, udp_host: str = "127.0.0.1", udp_port: int = 0) -> GatewaySettings:
    """Return the settings of a gateway of a name of its own."""
    return GatewaySettings(
        udp_host=udp_host,
        udp_port=udp_port,
        tcp_host="127.0.0.1",
        tcp_port=0,
        stream_url=valkey.url,
        relaxed_url=valkey.url,
        keys_key=KEYS_KEY,
        name=f"gateway-{time.monotonic_ns()}",
    )


def start(valkey: PrivateValkey, *, udp_port: int = 0) -> tuple[multiprocessing.process.BaseProcess, Heartbeat]:
    """Start a gateway's process; return it with its first heartbeat."""
    settings = settings_for(valkey, udp_port=udp_port)
    process = multiprocessing.get_context("spawn").Process(target=run, args=(settings,))
    process.start()
    reader, end = FeedReader(valkey.url), time.monotonic() + 20
    while not (beats := [beat for beat in reader.heartbeats() if beat.name == settings.name]):
        assert time.monotonic() < end
        time.sleep(0.05)
    reader.close()
    return process, beats[0]


def kept(valkey: PrivateValkey, data: bytes) -> bool:
    """Wait until the stream holds these bytes."""
    reader, end = StreamReader(valkey.url), time.monotonic() + 10
    while True:
        batches = [entry.batch for entry in reader.read(1, count=10_000)]
        found = b"".join(record.data for batch in batches if batch and batch.flight == AERO for record in batch.records)
        if found == data or time.monotonic() > end:
            reader.close()
            return found == data
        time.sleep(0.05)


def test_a_killed_gateway_goes_on_where_it_is_started_again_and_a_stopped_one_writes_what_it_has(
    valkey: PrivateValkey,
) -> None:
    writer = GrantWriter(valkey.url)
    writer.write_all([grant()])
    writer.close()
    first, beat = start(valkey)
    data = some_flight(sender(), 4)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.sendto(data, ("127.0.0.1", beat.udp_port))
        assert kept(valkey, data)
        first.kill()
        first.join()
        second, again = start(valkey, udp_port=beat.udp_port)
        assert again.udp_port == beat.udp_port
        udp.sendto(data, ("127.0.0.1", again.udp_port))
        time.sleep(0.02)
        assert second.pid is not None
        os.kill(second.pid, signal.SIGTERM)
        second.join(10)
    assert second.exitcode == 0
    assert kept(valkey, data + data)
    assert len(split(data)) == 20


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_a_taken_port_is_told_and_no_other_one_is_taken_for_it(kind: socket.SocketKind) -> None:
    with bind(kind, "127.0.0.1", 0) as taken:
        if kind is socket.SOCK_STREAM:
            taken.listen()
        with pytest.raises(OSError, match="in use"):
            bind(kind, "127.0.0.1", taken.getsockname()[1])


def test_a_host_that_is_not_ours_is_an_error() -> None:
    with pytest.raises(OSError, match="assign"):
        bind(socket.SOCK_DGRAM, "198.51.100.1", 0)


def test_a_gateway_that_can_not_listen_ends_with_the_systems_error(valkey: PrivateValkey) -> None:
    writer = GrantWriter(valkey.url)
    writer.write_all([])
    writer.close()
    with pytest.raises(OSError, match="assign"):
        run(settings_for(valkey, udp_host="198.51.100.1"))


@pytest.mark.asyncio
async def test_a_gateway_stops_at_once_at_whatever_point_it_is_caught(valkey: PrivateValkey) -> None:
    writer = GrantWriter(valkey.url)
    writer.write_all([grant()])
    writer.close()
    for moment in range(60):
        stop, gateway = asyncio.Event(), Gateway(settings_for(valkey))
        serving = asyncio.create_task(gateway.serve(stop))
        while not gateway._udp_port:  # noqa: ASYNC110 — it has no event for that
            await asyncio.sleep(0.002)
        await asyncio.sleep(0.03 + moment % 20 * 0.002)  # around the end of a batch window
        stop.set()
        async with asyncio.timeout(5):
            await serving
