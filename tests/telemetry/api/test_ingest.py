import asyncio
import json
import time
from typing import Any
from uuid import uuid4

import pytest
from pytest_django import Settings

from telemetry.api.ingest import ingest_app
from telemetry.bus.feed import FeedReader
from telemetry.wire.framing import split
from testcentre.accounts.authenticate import key_digest
from tests.telemetry.api.ingesting import FLIGHT, KEY, OTHER_FLIGHT, Bus, grant
from tests.telemetry.valkeys import PrivateValkey
from tests.telemetry.wire.peer import heard, sender, some_flight

pytestmark = pytest.mark.asyncio
MAVLINK, NDJSON = "application/vnd.mavlink", "application/x-ndjson"
SAMPLE = b'{"time":"2026-06-01T12:00:00Z","latitude_deg":52.2758333,"longitude_deg":6.8891667}'


class Answer:
    """What the door answered."""

    def __init__(self, messages: list[dict[str, Any]]) -> None:
        self.status = messages[0]["status"]
        self.headers = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
        self.json = json.loads(messages[1]["body"])

    @property
    def codes(self) -> list[str]:
        return [error["code"] for error in self.json["errors"]]


async def post(
    body: bytes, content_type: str = MAVLINK, *, key: str | None = KEY, flight: str = FLIGHT, **headers: str
) -> Answer:
    sent: list[dict[str, Any]] = []
    parts = [body[at : at + 1000] for at in range(0, len(body), 1000)] or [b""]
    incoming = [{"type": "http.request", "body": part, "more_body": n < len(parts) - 1} for n, part in enumerate(parts)]
    given = {"content-type": content_type} | {name.replace("_", "-"): value for name, value in headers.items()}
    if key is not None:
        given["authorization"] = f"Bearer {key}"

    async def receive() -> dict[str, Any]:
        return incoming.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    path = f"/api/v1/flights/{flight}/telemetry"
    raw = [(name.encode(), value.encode()) for name, value in given.items()]
    await ingest_app({"type": "http", "method": "POST", "path": path, "headers": raw}, receive, send)
    return Answer(sent)


async def test_packets_are_kept_as_they_came_before_the_answer(bus: Bus) -> None:
    data = some_flight(sender(), 3) + b"noise"
    answer = await post(data)
    assert (answer.status, answer.json) == (202, {"accepted": 15, "bytes": len(data)})
    (batch,) = bus.kept()
    assert (batch.kind, [record.data for record in batch.records]) == ("mavlink", [data])
    assert batch.link == f"http:{key_digest(KEY)[:8]}"


async def test_samples_are_kept_line_by_line(bus: Bus) -> None:
    answer = await post(SAMPLE + b"\n\r\n" + SAMPLE + b"\n", NDJSON + "; charset=utf-8")
    assert (answer.status, answer.json["accepted"]) == (202, 2)
    (batch,) = bus.kept()
    assert (batch.kind, [record.data for record in batch.records]) == ("ndjson", [SAMPLE, SAMPLE])


async def test_the_newest_state_is_published(bus: Bus) -> None:
    await post(some_flight(sender(), 1))
    await post(SAMPLE, NDJSON)
    reader, end = FeedReader(bus.valkey.url), time.monotonic() + 5
    while not (states := reader.states([FLIGHT])) or "battery_pct" in states[FLIGHT].sample:
        assert time.monotonic() < end
        await asyncio.sleep(0.02)
    reader.close()
    assert states[FLIGHT].sample["latitude_deg"] == 52.2758333
    assert states[FLIGHT].links[f"http:{key_digest(KEY)[:8]}"].packets == 6


async def test_a_packet_of_another_system_refuses_the_whole_body(bus: Bus) -> None:
    answer = await post(some_flight(sender(), 1) + some_flight(sender(9), 1))
    assert (answer.status, answer.codes, answer.json["errors"][0]["got"]) == (422, ["foreign_system"], [9])
    assert bus.kept() == []


@pytest.mark.parametrize("body", [b"", b"xxxxx", some_flight(sender(), 1)[:20]])
async def test_a_body_without_a_whole_packet_is_refused(bus: Bus, body: bytes) -> None:
    answer = await post(body)
    assert (answer.status, answer.codes, bus.kept()) == (422, ["no_packet"], [])


async def test_every_bad_line_is_named_and_nothing_is_kept(bus: Bus) -> None:
    answer = await post(SAMPLE + b'\n{"latitude_deg":91}\n' + SAMPLE.replace(b"52.", b"91.") + b"\n", NDJSON)
    assert (answer.status, answer.codes, bus.kept()) == (422, ["bad_sample", "bad_sample"], [])
    assert [error["field"] for error in answer.json["errors"]] == ["line 2.latitude_deg", "line 3.latitude_deg"]
    assert (await post(b"\n\n", NDJSON)).codes == ["no_sample"]


async def test_a_repeat_with_its_key_is_kept_once(bus: Bus) -> None:
    data = some_flight(sender(), 1)
    first, again = await post(data, idempotency_key="k"), await post(data, idempotency_key="k")
    assert (first.status, again.status, again.json) == (202, 202, first.json)
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")
    assert len(bus.kept()) == 1
    other = await post(data + data, idempotency_key="k")
    assert (other.status, other.codes) == (422, ["idempotency_key_reused"])
    assert (await post(data, idempotency_key="k" * 201)).status == 400


async def test_no_key_is_401_and_a_foreign_key_or_flight_404(bus: Bus) -> None:
    data = some_flight(sender(), 1)
    assert (await post(data, key=None)).status == 401
    refused = await asyncio.gather(
        post(data, key="tck_other"), post(data, flight=str(uuid4())), post(data, flight="nonsense")
    )
    assert [answer.status for answer in refused] == [404, 404, 404]
    assert refused[0].json == refused[1].json == refused[2].json
    assert bus.kept() == []


async def test_a_grant_that_comes_within_a_second_is_waited_for(bus: Bus) -> None:
    bus.admit()
    waiting = asyncio.create_task(post(some_flight(sender(), 1)))
    await asyncio.sleep(0.3)
    bus.admit(grant())
    assert (await waiting).status == 202


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"sealed": True}, 409, "sealed"),
        ({"until_us": 1}, 422, "outside_period"),
        ({"from_us": 4_000_000_000_000_000}, 422, "outside_period"),
    ],
)
async def test_sealed_and_outside_its_period_nothing_is_taken(
    bus: Bus, more: dict[str, Any], status: int, code: str
) -> None:
    bus.admit(grant(**more))
    answer = await post(some_flight(sender(), 1))
    assert (answer.status, answer.codes, bus.kept()) == (status, [code], [])


async def test_too_much_too_packed_and_of_another_kind_is_refused(bus: Bus) -> None:
    assert (await post(b"x" * (1024 * 1024 + 1))).status == 413
    assert (await post(b"x", content_length="9" * 30)).status == 413
    packed, xml = await post(b"x", content_encoding="gzip"), await post(b"x", "text/xml")
    assert (packed.status, packed.codes) == (415, ["content_encoding"])
    assert (xml.status, xml.codes) == (415, ["content_type"])
    assert bus.kept() == []


async def test_without_the_stream_it_is_503_within_five_seconds_and_then_goes_on(bus: Bus) -> None:
    data = some_flight(sender(), 1)
    assert (await post(data)).status == 202
    bus.valkey.freeze()
    begun = time.monotonic()
    answer = await post(data)
    assert (answer.status, answer.headers["retry-after"], time.monotonic() - begun < 5) == (503, "2", True)
    bus.valkey.thaw()
    bus.valkey.kill()
    assert (await post(data)).status == 503
    bus.valkey.start()
    assert (await post(data)).status == 202


async def test_near_its_bound_the_stream_refuses_with_507(bus: Bus, settings: Settings) -> None:
    with PrivateValkey(maxmemory="3mb") as small:
        settings.REDIS_STREAM_URL = small.url
        place = Bus(small)
        place.admit(grant())
        peer = sender()
        statuses = []
        body = some_flight(peer, 1) * 400
        for _ in range(40):
            answer = await post(body)
            statuses.append(answer.status)
        assert statuses[-1] == 507
        assert answer.headers["retry-after"] == "10"
        assert len(place.kept()) == statuses.count(202)


async def test_half_a_packet_at_the_end_is_kept_raw(bus: Bus) -> None:
    data = some_flight(sender(), 2)
    assert (await post(data[:-5])).status == 202
    assert [record.data for batch in bus.kept() for record in batch.records] == [data[:-5]]
    assert len(split(data[:-5])) == 10


async def test_a_flight_that_floods_is_told_to_wait_and_the_other_goes_on(bus: Bus, settings: Settings) -> None:
    settings.INGEST_BYTES_PER_S = 4096
    bus.admit(grant(), grant(flight=OTHER_FLIGHT))
    begun = time.monotonic()
    flood = await asyncio.gather(*(post(SAMPLE, NDJSON) for _ in range(100)))
    others = [await post(SAMPLE, NDJSON, flight=OTHER_FLIGHT) for _ in range(10)]
    assert [answer.status for answer in others] == [202] * 10
    taken, refused = [a for a in flood if a.status == 202], [a for a in flood if a.status == 429]
    assert 32 <= len(taken) <= 32 + 2 * (time.monotonic() - begun)  # 16 s of it at once, a request is 2 KiB
    assert len(taken) + len(refused) == 100
    assert {(answer.codes[0], answer.headers["retry-after"]) for answer in refused} == {("too_fast", "1")}
    kept = [batch.flight for batch in bus.kept()]
    assert (kept.count(FLIGHT), kept.count(OTHER_FLIGHT)) == (len(taken), 10)
    reader = FeedReader(bus.valkey.url)
    assert set(reader.states([FLIGHT, OTHER_FLIGHT])) == {FLIGHT, OTHER_FLIGHT}
    reader.close()
    await asyncio.sleep(1)
    assert (await post(SAMPLE, NDJSON)).status == 202


async def test_a_signing_key_is_blanked_before_the_stream_also_where_two_requests_bring_its_halves(bus: Bus) -> None:
    key, giving = bytes(range(101, 133)), sender()
    giving.setup_signing_send(7, 1, key, 1)
    packet, other = heard(giving), some_flight(sender(), 1)

    answers = [await post(part) for part in (packet, other + packet[:30], packet[30:] + other)]

    assert [answer.status for answer in answers] == [202, 202, 202]
    kept = b"".join(record.data for batch in bus.kept() for record in batch.records)
    assert len(kept) == len(packet + other + packet + other)
    assert all(key[at : at + 4] not in kept for at in range(28))
    assert kept.count(other) == 2
