"""One socket's slot and queue, with a client as slow as the test wants it."""

import asyncio
import json
from uuid import UUID

import pytest

from telemetry.live.close_codes import CloseCode
from telemetry.live.frames import Telemetry
from telemetry.live.seat import Resume, Seat
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Role

OPERATOR = Asker(UUID(int=1), "range", "Twente Range", Role.OPERATOR, True, "operator", key_id=UUID(int=2))


class Client:
    """Take frames one by one: a frame is sent when `allow` has been called for it."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self._allowed = asyncio.Semaphore(0)

    def allow(self, frames: int = 1) -> None:
        for _ in range(frames):
            self._allowed.release()

    async def send(self, text: str) -> None:
        await self._allowed.acquire()
        self.got.append(text)


async def snapshot(_seat: Seat) -> list[str]:
    return ["snapshot"]


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def tick(number: int) -> Telemetry:
    return Telemetry(lambda: {"changes": number}, lambda: {"whole": number})


@pytest.mark.asyncio
async def test_a_socket_that_keeps_up_gets_a_whole_tick_and_then_changes() -> None:
    seat, client = Seat(OPERATOR), Client()
    client.allow(100)
    serving = asyncio.create_task(seat.serve(client.send, snapshot))
    await settle()
    for number in range(3):
        seat.offer(tick(number))
        await settle()
    serving.cancel()
    assert client.got == ["snapshot", '{"whole":0}', '{"changes":1}', '{"changes":2}']


@pytest.mark.asyncio
async def test_a_slow_socket_skips_to_the_newest_tick_and_is_told_how_many_it_missed() -> None:
    seat, client = Seat(OPERATOR), Client()
    serving = asyncio.create_task(seat.serve(client.send, snapshot))
    client.allow()
    await settle()
    for number in range(6):  # the first is being sent, four are replaced, the last is what remains
        seat.offer(tick(number))
        await settle()
    client.allow(2)
    await settle()
    serving.cancel()
    assert [json.loads(text) for text in client.got[1:]] == [{"whole": 0}, {"whole": 5, "skipped": 4}]


@pytest.mark.asyncio
async def test_events_go_before_telemetry_in_order_and_none_is_lost() -> None:
    seat, client = Seat(OPERATOR, most_events=10), Client()
    serving = asyncio.create_task(seat.serve(client.send, snapshot))
    client.allow()
    await settle()
    seat.offer(tick(0))
    for number in range(10):
        seat.offer_event(f"event {number}")
    client.allow(11)
    await settle()
    serving.cancel()
    assert client.got == ["snapshot", *(f"event {number}" for number in range(10)), '{"whole":0}']


@pytest.mark.asyncio
async def test_one_event_too_many_ends_the_seat_as_too_slow() -> None:
    seat, client = Seat(OPERATOR, most_events=3), Client()
    client.allow()
    serving = asyncio.create_task(seat.serve(client.send, snapshot))
    await settle()
    for number in range(5):
        seat.offer_event(f"event {number}")
    client.allow(10)
    assert await serving is CloseCode.TOO_SLOW


@pytest.mark.asyncio
async def test_a_send_that_takes_too_long_ends_the_seat_as_too_slow() -> None:
    seat, client = Seat(OPERATOR, send_limit_s=0.05), Client()
    assert await seat.serve(client.send, snapshot) is CloseCode.TOO_SLOW


@pytest.mark.asyncio
async def test_what_is_offered_before_the_opening_comes_after_it() -> None:
    seat, client = Seat(OPERATOR), Client()
    client.allow(100)
    seat.offer(tick(1))
    seat.offer_event("event")
    serving = asyncio.create_task(seat.serve(client.send, snapshot))
    await settle()
    serving.cancel()
    assert client.got == ["snapshot", "event"]


@pytest.mark.asyncio
async def test_a_reopened_seat_gets_a_snapshot_in_place_of_what_was_queued() -> None:
    seat, client = Seat(OPERATOR, resume=Resume("e", 3)), Client()
    resumes: list[Resume | None] = []

    async def opening(asking: Seat) -> list[str]:
        resumes.append(asking.resume)
        return [f"opening {len(resumes)}"]

    client.allow(100)
    serving = asyncio.create_task(seat.serve(client.send, opening))
    await settle()
    seat.offer_event("stands in the snapshot")
    seat.reopen(7)
    seat.notify("unknown")
    seat.offer_event("after it")
    await settle()
    serving.cancel()
    assert client.got == ["opening 1", "opening 2", "after it", "unknown"]
    assert resumes == [Resume("e", 3), None]


@pytest.mark.asyncio
async def test_while_no_opening_can_be_made_only_notices_are_sent() -> None:
    seat, client = Seat(OPERATOR), Client()
    frames: list[list[str] | None] = [None, ["snapshot"]]

    async def opening(_seat: Seat) -> list[str] | None:
        return frames.pop(0)

    client.allow(100)
    seat.notify("unknown")
    serving = asyncio.create_task(seat.serve(client.send, opening))
    seat.offer_event("event")
    await settle()
    assert client.got == ["unknown"]
    seat.try_again()
    await settle()
    serving.cancel()
    assert client.got == ["unknown", "snapshot", "event"]
