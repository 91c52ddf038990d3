"""From an operator's click to every gateway, with the real relay and two real gateways."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from telemetry.bus.feed import FeedReader, Heartbeat
from telemetry.bus.stream import StreamReader
from telemetry.recordings.models import Flight
from tests.factories import load_exercise
from tests.people import Person, person
from tests.telemetry.admitting import confirmed, flight_of
from tests.telemetry.valkeys import PrivateValkey
from tests.telemetry.wire.peer import sender, some_flight

pytestmark = pytest.mark.timeout(120)
PATH = "/api/v1/range/admitted-sources"
GATEWAYS = ("gateway-a", "gateway-b")
ONCE_S = 1.0


class Range:
    """A relay and two gateways on a Valkey of their own."""

    def __init__(self, valkey: PrivateValkey) -> None:
        self.reader, self.stream = FeedReader(valkey.url), StreamReader(valkey.url)
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def beats(self) -> dict[str, Heartbeat]:
        return {beat.name: beat for beat in self.reader.heartbeats()}

    def ports(self) -> dict[str, int]:
        return {name: beat.udp_port for name, beat in self.beats().items()}

    def kept(self, flight: Flight) -> dict[str, int]:
        """Return how many records each gateway has had kept of the flight."""
        found = dict.fromkeys(GATEWAYS, 0)
        for shard in range(4):
            for entry in self.stream.read(shard, count=10_000):
                if entry.batch and entry.batch.flight == str(flight.id):
                    found[entry.batch.source] += len(entry.batch.records)
        return found

    def until(self, found: Callable[[], Any], *, seconds: float = 20, send: bytes = b"") -> float:
        """Send to both gateways 50 times a second until that is so; return how long it took."""
        begun, ports = time.monotonic(), self.ports().values() if send else ()
        while not found():
            assert time.monotonic() < begun + seconds, "it did not happen in time"
            for port in ports:
                self.udp.sendto(send, ("127.0.0.1", port))
            time.sleep(0.02)
        return time.monotonic() - begun


@pytest.fixture
def live(service_environment: Callable[..., dict[str, str]]) -> Iterator[Range]:
    load_exercise()
    started = []
    with PrivateValkey() as valkey:
        common = {"REDIS_URL": valkey.url, "REDIS_STREAM_URL": valkey.url, "MAVLINK_HOST": "127.0.0.1"}
        ports = {"MAVLINK_UDP_PORT": "0", "MAVLINK_TCP_PORT": "0"}
        for command, name in (("relay", ""), *(("gateway", name) for name in GATEWAYS)):
            environment = service_environment(**common, **ports, GATEWAY_NAME=name or "none")
            started.append(subprocess.Popen([sys.executable, "-m", "testcentre.cli", command], env=environment))
        here = Range(valkey)
        here.until(lambda: set(here.ports()) == set(GATEWAYS), seconds=60)
        yield here
        for process in started:
            process.kill()
            process.wait()
        here.udp.close()
        here.reader.close()
        here.stream.close()


def asked(who: Person, path: str, **body: object) -> dict[str, Any]:
    answer = Client().post(path, body, content_type="application/json", headers=who.headers)
    assert answer.status_code < 300, answer.content
    return dict(answer.json())


def test_a_source_is_admitted_and_revoked_at_all_gateways_within_a_second(live: Range) -> None:
    operator, flight = person("range/operator"), flight_of(confirmed("aero/booker", sources=()))
    data = some_flight(sender(flight.system_id), 1)

    def refused() -> set[str]:
        beats = live.beats().values()
        return {b.name for b in beats for u in b.unadmitted if (u.reason, u.source) == ("wrong_source", "127.0.0.1")}

    live.until(lambda: refused() == set(GATEWAYS), send=data)
    assert live.kept(flight) == dict.fromkeys(GATEWAYS, 0)

    form = {"source": "127.0.0.1", "system_id": flight.system_id, "flight": str(flight.id), "reason": "by phone"}
    row = asked(operator, PATH, **form)
    assert live.until(lambda: all(live.kept(flight).values()), send=data) < ONCE_S
    live.until(lambda: str(flight.id) in live.reader.states([str(flight.id)]))
    (state,) = live.reader.states([str(flight.id)]).values()
    assert [figures.signed for figures in state.links.values()] == [False]

    asked(operator, f"{PATH}/{row['id']}/revoke", reason="wrong aircraft")
    time.sleep(ONCE_S)
    before = live.kept(flight)
    for _ in range(20):
        for port in live.ports().values():
            live.udp.sendto(data, ("127.0.0.1", port))
        time.sleep(0.02)
    time.sleep(0.3)
    assert live.kept(flight) == before


def test_a_link_without_a_booking_is_recorded_within_a_second_of_the_emergency_door(live: Range) -> None:
    operator, data = person("range/operator"), some_flight(sender(201), 1)
    live.until(lambda: {b.name for b in live.beats().values() if b.unadmitted} == set(GATEWAYS), send=data)
    form = {"source": "127.0.0.1", "system_id": 201, "kind": "multirotor", "reason": "airborne over the runway"}
    row = asked(operator, "/api/v1/range/emergency-admissions", **form)
    flight = Flight.objects.get(pk=row["flight"])
    assert live.until(lambda: all(live.kept(flight).values()), send=data) < ONCE_S
