"""A hub's tasks end with their event loop, whatever they wait for at that moment."""

import asyncio
import threading
import time

from telemetry.live.listening import Listening
from tests.telemetry.valkeys import PrivateValkey

ROUNDS = 60


def test_a_hub_ends_whenever_its_loop_does(valkey: PrivateValkey) -> None:
    async def live(seconds: float) -> None:
        Listening(valkey.url, valkey.url)
        await asyncio.sleep(seconds)

    for number in range(ROUNDS):
        # redis-py swallows a cancellation that comes while it reads an answer: somewhere in these milliseconds
        ending = threading.Thread(target=asyncio.run, args=(live(number * 0.0005),), daemon=True)
        begun = time.monotonic()
        ending.start()
        ending.join(10)
        assert not ending.is_alive(), f"the hub still runs {time.monotonic() - begun:.0f} s after its loop was to end"
