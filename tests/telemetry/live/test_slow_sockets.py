"""A reader that stops reading altogether: it is closed with a code, and nobody else notices."""

import time

from telemetry.bus.events import EventWriter
from telemetry.live.seat import SEND_LIMIT_S
from tests.people import person
from tests.telemetry.live.serving import Server
from tests.telemetry.valkeys import PrivateValkey

EVENTS = 400
LONG = "x" * 16_000  # 6.4 MB in all: more than what the system itself holds for a socket
STALL_S = SEND_LIMIT_S + 1.5


def test_a_reader_that_takes_in_nothing_is_closed_with_4408_and_the_others_get_all(
    server: Server, valkey: PrivateValkey
) -> None:
    key = person("range/operator").key
    slow = server.open("/ws/range", key, is_narrow=True)
    steady = server.open("/ws/range", key)
    begun = steady.opening()["position"]
    events = EventWriter(valkey.url)
    for number in range(begun + 1, begun + 1 + EVENTS):
        events.append(number, {}, {"kind": "long", "time": "", "positions": {}, "data": {"text": LONG}})
    events.close()
    told = [event["position"] for event in steady.events(EVENTS, 10)]
    assert told == list(range(begun + 1, begun + 1 + EVENTS))
    time.sleep(STALL_S)
    assert slow.close_code(20) == 4408
