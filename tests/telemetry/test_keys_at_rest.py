"""A signing key that an aircraft's link gives away rests nowhere: not in the stream, not in the recording."""

import asyncio
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from pytest_django import Settings

from telemetry.bus.grants import Grant
from telemetry.drain.seal import seal_flight
from telemetry.exports.raw import raw_pieces
from telemetry.gateway import GatewaySettings
from telemetry.gateway.process import Gateway
from telemetry.recordings.chunks import links_of
from telemetry.recordings.models import Flight
from testcentre.foundation.clock import utc_now
from tests.telemetry.gateway.place import KEYS_KEY, Place, grant
from tests.telemetry.keeping import a_flight, drain
from tests.telemetry.valkeys import PrivateValkey
from tests.telemetry.wire.peer import heard, sender, some_flight

PART_BYTES = 12  # of a key: so little is found already


@pytest.fixture
def valkey() -> Iterator[PrivateValkey]:
    with PrivateValkey() as server:
        yield server


def files_with(key: bytes, *folders: Path) -> list[Path]:
    """Return the files below the folders that hold any 12 bytes of the key in a row."""
    parts = [key[at : at + PART_BYTES] for at in range(len(key) - PART_BYTES + 1)]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if any(part in path.read_bytes() for part in parts)]


async def send(valkey: PrivateValkey, the_grant: Grant, *, by_udp: list[bytes], by_tcp: list[bytes]) -> None:
    """Run a gateway while datagrams and pieces of one TCP stream come in; a second lies between the pieces."""
    stop = asyncio.Event()
    gateway = Gateway(GatewaySettings("127.0.0.1", 0, "127.0.0.1", 0, valkey.url, valkey.url, KEYS_KEY, "gateway-test"))
    serving = asyncio.create_task(gateway.serve(stop))
    place = Place(valkey, valkey, gateway)
    await place.admit(the_grant)
    to_udp = place.udp()
    for datagram in by_udp:
        to_udp(datagram)
    _, writer = await asyncio.open_connection("127.0.0.1", gateway._tcp_port)
    for piece in by_tcp:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(1.3)  # longer than the gateway waits for the rest of a packet
    writer.close()
    await place.until(lambda: gateway._counts.named.get("bytes", 0) >= sum(map(len, by_udp + by_tcp)))
    place.close()
    stop.set()
    await serving


@pytest.mark.django_db(transaction=True)
def test_a_key_that_was_sent_by_udp_and_tcp_rests_nowhere_and_the_manifest_says_so(
    valkey: PrivateValkey, settings: Settings, tmp_path: Path
) -> None:
    settings.OBJECTS_DIR = tmp_path / "objects"
    flight = a_flight(shard=0, system_id=7)
    key = secrets.token_bytes(32)
    giving = sender()
    giving.setup_signing_send(7, 1, key, 1)
    packet, before = heard(giving), some_flight(sender(), 2)
    damaged = packet[:-2] + b"\0\0"

    asyncio.run(
        send(
            valkey,
            grant(str(flight.id)),
            by_udp=[before, packet + before, damaged, packet[:31], packet[31:]],
            by_tcp=[before + packet[:40], packet[40:] + before],
        )
    )

    folder = Path(valkey.url.removeprefix("unix://")).parent
    assert files_with(before[10:40], folder), "the search finds what is there"
    assert files_with(key, folder) == []
    drain(valkey.url, 0)
    Flight.objects.filter(pk=flight.pk).update(phase="ended", ended=utc_now())
    assert seal_flight(flight.id, now=utc_now())
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
    assert files_with(before[10:40], settings.OBJECTS_DIR)
    assert files_with(key, folder, settings.OBJECTS_DIR, django_settings.ENVIRONMENT.data) == []
    flight.refresh_from_db()
    assert flight.manifest is not None
    told = {link["name"].partition(":")[0]: link["keys_blanked"] for link in flight.manifest["links"]}
    assert told == {"udp": 3, "tcp": 1}
    assert sum(len(piece) for piece in raw_pieces(links_of(flight.id))) > len(before) * 4 + len(packet) * 4
