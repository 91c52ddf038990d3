"""Keep it: real flights are sent through UDP, and come back from the sealed recording message for message."""

import datetime as dt
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from pymavlink import mavutil

from telemetry.bus.feed import FeedReader
from telemetry.bus.grants import Grant, GrantWriter
from telemetry.bus.keys import SHARDS
from telemetry.bus.stream import StreamReader
from telemetry.drain.seal import seal_flight
from telemetry.drain.shard import drain_shard
from telemetry.recordings.ending import end_flights
from telemetry.recordings.models import Flight
from telemetry.simulator.aircraft import Aircraft
from telemetry.simulator.replay import Target, replay
from telemetry.wire.encode import Encoder
from telemetry.wire.tlog import write_tlog
from tests.people import person

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
GROUND_STATION = 255


def messages(log: Path) -> list[tuple[int, str, bytes]]:
    """Return (system id, name, bytes) of what pymavlink reads in a .tlog, in its order."""
    reader = mavutil.mavlink_connection(str(log), dialect="all")
    found = []
    while (message := reader.recv_msg()) is not None:
        if message.get_type() != "BAD_DATA":
            found.append((message.get_srcSystem(), message.get_type(), bytes(message.get_msgbuf())))
    reader.close()
    return found


def made_log(path: Path) -> Path:
    """Write 90 s of the simulated aircraft's flight, as a ground station that speaks too would log it."""
    aircraft, drone, station = Aircraft(seed=11), Encoder(42), Encoder(GROUND_STATION, component_id=190)
    begun_us = 1_760_000_000_000_000
    records = []
    for step in range(90 * 20):
        now_us = begun_us + step * 50_000
        records += [(now_us, drone.pack(message, now_us=now_us)) for message in aircraft.step(now_us)]
        if step % 20 == 0:
            records.append((now_us, station.heartbeat(now_us=now_us, armed=False, custom_mode=0, vehicle=6)))
    path.write_bytes(write_tlog(records))
    return path


@contextmanager
def gateway_running(environment: Callable[..., dict[str, str]]) -> Iterator[int]:
    """Run the real gateway until the block is left; gives its UDP port."""
    name = f"gateway-{uuid.uuid4().hex[:8]}"
    ours = {"MAVLINK_HOST": "127.0.0.1", "MAVLINK_UDP_PORT": "0", "MAVLINK_TCP_PORT": "0", "GATEWAY_NAME": name}
    command = [str(Path(sys.executable).with_name("testcentre")), "gateway"]
    process = subprocess.Popen(command, env=environment(**ours))
    feed, end = FeedReader(os.environ["REDIS_URL"]), time.monotonic() + 20
    try:
        while not (ports := [beat.udp_port for beat in feed.heartbeats() if beat.name == name]):
            assert time.monotonic() < end, "the gateway does not beat"
            assert process.poll() is None, "the gateway ended"
            time.sleep(0.05)
        yield ports[0]
    finally:
        feed.close()
        process.terminate()
        process.wait(10)


def expected_flight(system_id: int) -> Flight:
    """Store a flight of Aero's, as a confirmed booking makes it, and grant its link."""
    now = dt.datetime.now(dt.UTC)
    flight = Flight.objects.create(
        id=uuid.uuid4(),
        booking_id=uuid.uuid4(),
        organisation_id=person("aero/booker").organisation_id,
        aircraft_id=uuid.uuid4(),
        system_id=system_id,
        admit_from=now - dt.timedelta(minutes=5),
        admit_until=now + dt.timedelta(hours=1),
    )
    grants = GrantWriter(os.environ["REDIS_STREAM_URL"])
    grants.write_all(
        [
            Grant(
                flight=str(flight.id),
                organisation=str(flight.organisation_id),
                system_id=system_id,
                from_us=int(flight.admit_from.timestamp() * 1e6),
                until_us=int(flight.admit_until.timestamp() * 1e6),
                sources=["127.0.0.1/32"],
            )
        ]
    )
    grants.close()
    return flight


def drain_until_quiet() -> None:
    """Drain until nothing more has come for a second."""
    reader, quiet_since = StreamReader(os.environ["REDIS_STREAM_URL"]), time.monotonic()
    while time.monotonic() - quiet_since < 1.0:
        for shard in range(SHARDS):
            if drain_shard(shard, reader=reader, holder="test").entries:
                quiet_since = time.monotonic()
        time.sleep(0.1)
    reader.close()


def download(flight: Flight, to: Path) -> Path:
    """Download the flight's recording as an engineer of the company that flew."""
    answer = Client().get(f"/api/v1/flights/{flight.id}/recording", headers=person("aero/engineer").headers)
    assert answer.status_code == 200
    assert answer.headers["ETag"] == f'"{flight.sha256}"'
    to.write_bytes(answer.getvalue())
    return to


@pytest.mark.timeout(180)
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("name", "system_id", "least"),
    [("dronekit_flight.tlog", 1, 70_000), ("mavlink_2013.tlog", 1, 17_000), ("made by the simulator", 42, 2_900)],
)
def test_the_sealed_download_has_the_aircrafts_messages_in_order_and_none_of_other_system_ids(
    name: str, system_id: int, least: int, tmp_path: Path, service_environment: Callable[..., dict[str, str]]
) -> None:
    log = SHARED / name if name.endswith(".tlog") else made_log(tmp_path / "made.tlog")
    if not log.exists():
        pytest.skip(f"{log} is not here; the log that the simulator makes is replayed in any case")
    flight = expected_flight(system_id)
    with gateway_running(service_environment) as port:
        replay(log, to=Target("127.0.0.1", port), speed=0, say=lambda line: None)
        drain_until_quiet()
    drain_until_quiet()
    now = dt.datetime.now(dt.UTC)
    with transaction.atomic():
        end_flights(Flight.objects.filter(pk=flight.pk), now=now)
    assert seal_flight(flight.id, now=now)
    flight.refresh_from_db()

    sent = [message for message in messages(log) if message[0] == system_id]
    assert len(sent) >= least
    assert messages(download(flight, tmp_path / "download.tlog")) == sent
