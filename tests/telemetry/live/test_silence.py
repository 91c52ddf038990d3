"""Engines that do not answer: the hub says unknown, and then begins again."""

from collections.abc import Callable

import redis

from tests.people import person
from tests.telemetry.live.makers import flight
from tests.telemetry.live.serving import Server
from tests.telemetry.live.test_resume import tell
from tests.telemetry.valkeys import PrivateValkey

Publish = Callable[[], None]


def test_a_frozen_redis_makes_the_picture_unknown_until_a_fresh_snapshot(
    server: Server, publish_outbox: Publish, valkey: PrivateValkey
) -> None:
    flown = flight("aero")
    console = server.open("/ws/range", person("range/operator").key)
    epoch = console.opening()["epoch"]
    valkey.freeze()
    try:
        unknown = console.wait_for(lambda frame: frame["type"] == "unknown", 3)
        told = {frame["type"] for frame in console.frames(2)}
    finally:
        valkey.thaw()
    assert set(unknown) == {"type", "t", "since", "reason"}
    assert unknown["reason"] in ("events", "feed")
    assert told == {"unknown"}
    snapshot = console.wait_for(lambda frame: frame["type"] != "unknown", 10)
    assert (snapshot["type"], snapshot["epoch"]) == ("snapshot", epoch)
    assert [row["id"] for row in snapshot["flights"]] == [str(flown.id)]
    tell(publish_outbox, "after the thaw")
    assert [event["kind"] for event in console.events(1)] == ["after the thaw"]


def test_a_redis_that_was_killed_and_came_back_loses_no_event(
    server: Server, publish_outbox: Publish, valkey: PrivateValkey
) -> None:
    console = server.open("/ws/range", person("range/operator").key)
    console.opening()
    tell(publish_outbox, "one")
    assert console.events(1)[0]["position"] == 1
    valkey.kill()
    console.wait_for(lambda frame: frame["type"] == "unknown", 4)
    valkey.start()
    tell(publish_outbox, "two")
    snapshot = console.wait_for(lambda frame: frame["type"] == "snapshot", 10)
    following = [event["position"] for event in console.events(2 - snapshot["position"])]
    assert snapshot["position"] in (1, 2)
    assert following == list(range(snapshot["position"] + 1, 3))


def test_another_epoch_begins_with_a_snapshot(server: Server, publish_outbox: Publish, valkey: PrivateValkey) -> None:
    console = server.open("/ws/range", person("range/operator").key)
    epoch = console.opening()["epoch"]
    tell(publish_outbox, "one")
    console.events(1)
    with redis.Redis.from_url(valkey.url) as client:
        client.delete("events", "events:epoch")
    snapshot = console.wait_for(lambda frame: frame["type"] == "snapshot", 5)
    assert snapshot["epoch"] != epoch


def test_a_gap_in_the_stream_is_a_snapshot_and_never_a_silence(
    server: Server, publish_outbox: Publish, valkey: PrivateValkey
) -> None:
    console = server.open("/ws/range", person("range/operator").key)
    console.opening()
    tell(publish_outbox, "one")
    console.events(1)
    with redis.Redis.from_url(valkey.url) as client:
        client.xadd("events", {"b": b'{"kind":"five","time":"","positions":{},"data":{}}'}, id="5-0")
    assert console.wait_for(lambda frame: frame["type"] in ("snapshot", "event"), 5)["position"] == 5
