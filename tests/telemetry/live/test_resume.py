"""Events: live, missed, resumed; exactly once each and with the same content."""

import threading
import time
from collections.abc import Callable
from uuid import UUID

import redis
from django.db import connection, transaction

from testcentre.foundation.models import Announcement
from testcentre.foundation.outbox import announce
from tests.people import person
from tests.telemetry.live.makers import flight
from tests.telemetry.live.serving import Server
from tests.telemetry.valkeys import PrivateValkey

Publish = Callable[[], None]


def tell(publish_outbox: Publish, *kinds: str, flights: tuple[UUID, ...] = (), organisation: str = "") -> None:
    Announcement.objects.filter(kind="keys_changed").delete()  # what making the test's people announced
    for kind in kinds:
        with transaction.atomic():
            announce(kind, {"n": kind, "organisation": organisation}, flight_ids=flights)
    publish_outbox()


def test_missed_events_come_back_in_order_with_the_content_they_had_live(
    server: Server, publish_outbox: Publish
) -> None:
    key = person("range/operator").key
    flown = flight("aero")
    witness, away = server.open("/ws/range", key), server.open("/ws/range", key)
    epoch, start = away.opening()["epoch"], witness.opening()["position"]
    tell(publish_outbox, "one", "two", flights=(flown.id,))
    assert [event["position"] for event in away.events(2)] == [start + 1, start + 2]
    away.connection.close_socket()
    tell(publish_outbox, "three", "four", "five", flights=(flown.id,))
    missed = witness.events(5)[2:]
    back = server.open(f"/ws/range?epoch={epoch}&position={start + 2}", key)
    first = back.opening()
    assert (first["type"], first["epoch"], first["position"]) == ("resumed", epoch, start + 2)
    assert str(flown.id) in [row["id"] for row in first["flights"]]
    assert back.events(3) == missed
    tell(publish_outbox, "six")
    assert [event["kind"] for event in back.events(1)] == ["six"]


def test_an_event_names_its_flights_to_the_range_but_not_the_company(server: Server, publish_outbox: Publish) -> None:
    flown = flight("aero")
    console = server.open("/ws/range", person("range/operator").key)
    console.opening()
    tell(publish_outbox, "one", flights=(flown.id,), organisation="whose it is")
    (event,) = console.events(1)
    assert event.pop("time").endswith("Z")
    assert event == {"type": "event", "position": 1, "kind": "one", "n": "one", "flight_ids": [str(flown.id)]}


def test_a_flight_has_its_own_count_from_which_nobody_reads_others_activity(
    server: Server, publish_outbox: Publish
) -> None:
    own, other = flight("aero"), flight("heavylift")
    key = person("aero/pilot").key
    socket = server.open(f"/ws/flights/{own.id}", key)
    epoch = socket.opening()["epoch"]
    tell(publish_outbox, "one", flights=(own.id,))
    tell(publish_outbox, "two", "three", flights=(other.id,))
    tell(publish_outbox, "four", flights=(own.id,))
    live = socket.events(2)
    assert [(event["position"], event["kind"]) for event in live] == [(1, "one"), (2, "four")]
    assert all("flight_ids" not in event for event in live)
    back = server.open(f"/ws/flights/{own.id}?epoch={epoch}&position=1", key)
    assert back.opening()["type"] == "resumed"
    assert back.events(1) == live[1:]
    assert server.open(f"/ws/flights/{own.id}", key).opening()["position"] == 2


def test_what_can_not_be_resumed_gets_a_whole_snapshot(server: Server, publish_outbox: Publish) -> None:
    key = person("range/operator").key
    console = server.open("/ws/range", key)
    epoch = console.opening()["epoch"]
    tell(publish_outbox, "one", "two")
    console.events(2)
    positions = ("1000000000000", "x", "-1", "", "%D9%A1", "1" * 40)
    queries = [f"epoch={epoch}&position={position}" for position in positions]
    for query in (*queries, "epoch=other&position=1", f"epoch={epoch}", "position=1"):
        first = server.open(f"/ws/range?{query}", key).opening()
        assert (query, first["type"], first["position"]) == (query, "snapshot", 2)


def test_events_that_are_no_longer_kept_can_not_be_resumed(
    server: Server, publish_outbox: Publish, valkey: PrivateValkey
) -> None:
    key = person("range/operator").key
    console = server.open("/ws/range", key)
    epoch = console.opening()["epoch"]
    tell(publish_outbox, "one", "two", "three")
    console.events(3)
    with redis.Redis.from_url(valkey.url) as client:
        client.xtrim("events", minid="3-0", approximate=False)
    assert server.open(f"/ws/range?epoch={epoch}&position=1", key).opening()["type"] == "snapshot"
    resumed = server.open(f"/ws/range?epoch={epoch}&position=2", key)
    assert resumed.opening()["type"] == "resumed"
    assert [event["kind"] for event in resumed.events(1)] == ["three"]


def test_whoever_connects_in_the_middle_of_events_misses_none(server: Server, publish_outbox: Publish) -> None:
    key = person("range/operator").key

    def talk() -> None:
        for number in range(40):
            tell(publish_outbox, f"event {number}")
        connection.close()

    talking = threading.Thread(target=talk)
    talking.start()
    consoles = []
    while talking.is_alive():
        consoles.append(server.open("/ws/range", key))
        time.sleep(0.05)
    talking.join()
    for console in consoles:
        position = console.opening()["position"]
        assert [event["position"] for event in console.events(40 - position)] == list(range(position + 1, 41))
    assert len(consoles) > 1
