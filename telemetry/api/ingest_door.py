"""What the HTTP and socket ingest of one process share: grants, stream, room, limits, and the states they publish."""

import asyncio
import contextlib
import logging
import math
import time
from collections import OrderedDict
from collections.abc import Iterator
from uuid import UUID

from django.conf import settings

from telemetry.api.ingest_body import Parsed
from telemetry.bus import Down, Full
from telemetry.bus.allowance import Allowance
from telemetry.bus.batch import Batch
from telemetry.bus.feed import FeedPublisher
from telemetry.bus.grant_cache import CHECK_S, GrantCache
from telemetry.bus.grants import Grant
from telemetry.bus.room import RoomReader
from telemetry.bus.stream import KeyReused, StreamWriter
from telemetry.gateway.flights import HeardFlights
from telemetry.wire.key_blanking import KeyBlanker
from testcentre.accounts.authenticate import key_digest
from testcentre.foundation.errors import Conflict, NotFound, Refusal, Refused, StorageFull, Throttled, Unavailable

log = logging.getLogger(__name__)

GRANT_COMES_S = 1.0  # so long a grant may travel from the confirmation to here
LOOK_AGAIN_S = 0.05
MEASURE_S = 1.0
PUBLISH_S = 0.02
MOST_HEARD = 500
# what a request or message costs beside its bytes, told in bytes
LEAST_REQUEST_BYTES, LEAST_MESSAGE_BYTES = 2048, 256
MOST_BLANKERS = 4096  # of links by HTTP; the longest silent go first
FULL_RETRY_S, DOWN_RETRY_S = 10, 2
SOURCE = "ingest"


class Door:
    """Admit, keep and publish; one per event loop."""

    def __init__(self, stream_url: str, relaxed_url: str, *, bytes_per_s: int) -> None:
        self._cache = GrantCache(stream_url)
        self._writer = StreamWriter(stream_url)
        self._room = RoomReader(stream_url)
        self._publisher = FeedPublisher(relaxed_url)
        self._allowance = Allowance(relaxed_url, bytes_per_s=bytes_per_s)
        self._flights = HeardFlights()
        self._keys: OrderedDict[str, KeyBlanker] = OrderedDict()
        self._publishing: asyncio.Task[None] | None = None
        self._measured_s = float("-inf")
        self._is_near_full = False

    async def admit(self, flight: str, key: str) -> tuple[Grant, str]:
        """Return the flight's grant and the digest of the key that proves the sender.

        A flight that was confirmed this very moment may not be known here yet: it is looked for again for a second.

        Raises:
            NotFound: no such flight, or the key may not send to it: the two are never told apart.
            Conflict: the flight is sealed. Refused: it is not its time. Unavailable: Redis does not answer.
        """
        digest, flight = key_digest(key), _canonical(flight)
        until_s = time.monotonic() + GRANT_COMES_S
        await self._refresh(older_than_s=CHECK_S)
        while (grant := self._cache.grants.get(flight)) is None or digest not in grant.key_digests:
            if time.monotonic() > until_s:
                raise NotFound(detail="There is no such flight, or this key may not send to it.")
            await asyncio.sleep(LOOK_AGAIN_S)
            await self._refresh(older_than_s=LOOK_AGAIN_S)
        _require_open(grant, time.time_ns() // 1000)
        return grant, digest

    async def require_room(self) -> None:
        """Refuse when the stream nears its bound; measured once a second.

        Raises:
            StorageFull, Unavailable.
        """
        if time.monotonic() - self._measured_s > MEASURE_S:
            self._measured_s = time.monotonic()
            with _told():
                self._is_near_full = (await self._room.measure()).is_near_full
        if self._is_near_full:
            raise _storage_full("the stream nears its bound")

    async def require_allowance(self, grant: Grant, size_bytes: int) -> None:
        """Refuse what is more than the flight may send now; a request counts as 2 KiB at least.

        Raises:
            Throttled: with the seconds after which the same body is taken.
        """
        wait_s = await self._allowance.take(grant.flight, max(size_bytes, LEAST_REQUEST_BYTES))
        if wait_s:
            raise Throttled(
                Refusal(
                    "too_fast",
                    "This flight sends more than it may: nothing of the body was kept.",
                    remedy="Send it again later; many samples in one request cost less than one each.",
                ),
                retry_after_s=math.ceil(wait_s),
            )

    async def wait_for_allowance(self, grant: Grant, size_bytes: int) -> None:
        """Return when the flight may send so much; a message counts as 256 bytes at least."""
        cost_bytes = max(size_bytes, LEAST_MESSAGE_BYTES)
        while True:
            wait_s = await self._allowance.take(grant.flight, cost_bytes)
            if not wait_s:
                return
            await asyncio.sleep(wait_s)

    async def keep(self, grant: Grant, link: str, parsed: Parsed, *, once: str | None, fingerprint: str) -> bool:
        """Keep what was parsed; it is on disk when this returns. False: it was kept before under this key.

        Raises:
            Refused: the idempotency key was used for another body. StorageFull, Unavailable.
        """
        batch = Batch(grant.flight, link, parsed.kind, SOURCE, parsed.records, parsed.tally)
        with _told():
            is_new = await self._writer.append(batch, once=once, fingerprint=fingerprint)
        if is_new:
            self._take_state(grant, link, parsed)
        return is_new

    async def keep_from(self, grant: Grant, link: str, parsed: Parsed, *, offset: int) -> bool:
        """Keep a piece of a link's stream that ends at a byte offset; False: that offset was kept before.

        Raises:
            StorageFull, Unavailable.
        """
        batch = Batch(grant.flight, link, parsed.kind, SOURCE, parsed.records, parsed.tally)
        with _told():
            (is_new,) = await self._writer.append_rising([batch], writer=_mark(grant, link), numbers=[offset])
        if is_new:
            self._take_state(grant, link, parsed)
        return is_new

    def keys_of(self, grant: Grant, link: str) -> KeyBlanker:
        """Return what takes signing keys out of a link whose bytes come request by request."""
        keys = self._keys.setdefault(_mark(grant, link), KeyBlanker())
        self._keys.move_to_end(_mark(grant, link))
        if len(self._keys) > MOST_BLANKERS:
            self._keys.popitem(last=False)
        return keys

    async def kept_bytes(self, grant: Grant, link: str) -> int:
        """Return how many bytes of a link's stream are on disk.

        Raises:
            Unavailable.
        """
        with _told():
            return await self._writer.kept(_mark(grant, link))

    async def close(self) -> None:
        """Publish what is due and close all connections."""
        if self._publishing is not None:
            await self._publishing
        for part in (self._cache, self._writer, self._room, self._publisher, self._allowance):
            await part.close()

    async def _refresh(self, *, older_than_s: float) -> None:
        with _told():
            await self._cache.refresh(older_than_s=older_than_s)

    def _take_state(self, grant: Grant, link: str, parsed: Parsed) -> None:
        now_us = time.time_ns() // 1000
        heard = self._flights.of(grant.flight, system_id=grant.system_id)
        counted = heard.link(link, forget=_forget)
        for frame in parsed.frames:
            counted.count(frame, now_us=now_us, is_signed=False)
            heard.feed(frame, now_us)
        for sample in parsed.samples:
            counted.count_sample(sample, now_us=now_us)
            heard.take_sample(sample, now_us)
        counted.figures.bad += parsed.bad
        counted.figures.bytes += sum(len(record.data) for record in parsed.records)
        if self._publishing is None or self._publishing.done():
            self._publishing = asyncio.create_task(self._publish())

    async def _publish(self) -> None:
        """Publish what is due until there is no news left, then end."""
        while any(heard.has_news for heard in self._flights):
            now_us = time.time_ns() // 1000
            due = [heard.due_state(now_us, source=SOURCE) for heard in self._flights]
            states = [state for state in due if state is not None]
            if states:
                try:
                    await self._publisher.publish(*states)
                except (Down, Full) as problem:
                    log.warning("states of ingested flights could not be published: %s", problem)
            await asyncio.sleep(PUBLISH_S)
        for heard in list(self._flights)[:-MOST_HEARD]:
            self._flights.remove(heard.flight)


_doors: dict[asyncio.AbstractEventLoop, Door] = {}


def door_of_process() -> Door:
    """Return the door of the running event loop."""
    loop = asyncio.get_running_loop()
    for ended in [other for other in _doors if other.is_closed()]:
        del _doors[ended]
    if loop not in _doors:
        _doors[loop] = Door(settings.REDIS_STREAM_URL, settings.REDIS_URL, bytes_per_s=settings.INGEST_BYTES_PER_S)
    return _doors[loop]


async def close_door() -> None:
    """Close the door of the running event loop, at the end of the process."""
    door = _doors.pop(asyncio.get_running_loop(), None)
    if door is not None:
        await door.close()


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Tell the bus's failures as the domain does."""
    try:
        yield
    except KeyReused as problem:
        raise Refused(
            Refusal(
                "idempotency_key_reused",
                "This Idempotency-Key was used for another body.",
                "Idempotency-Key",
                remedy="Use a new key for new data.",
            )
        ) from problem
    except Full as problem:
        raise _storage_full("the stream is full") from problem
    except Down as problem:
        raise Unavailable(
            detail="The stream does not answer: what was sent may or may not be kept. Send it again with its "
            "Idempotency-Key.",
            retry_after_s=DOWN_RETRY_S,
        ) from problem


def _storage_full(why: str) -> StorageFull:
    return StorageFull(detail=f"Nothing was kept: {why}. Send it again later.", retry_after_s=FULL_RETRY_S)


def _require_open(grant: Grant, now_us: int) -> None:
    if grant.sealed:
        raise Conflict(Refusal("sealed", "The flight has ended: its recording takes nothing more."))
    if not grant.from_us <= now_us < grant.until_us:
        raise Refused(
            Refusal(
                "outside_period",
                "The flight takes data only around its booked time.",
                expected=f"{_rfc3339(grant.from_us)} to {_rfc3339(grant.until_us)}",
                got=_rfc3339(now_us),
            )
        )


def _canonical(flight: str) -> str:
    try:
        return str(UUID(flight))
    except ValueError:
        return flight  # no grant has it


def _rfc3339(time_us: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time_us // 1_000_000))


def _mark(grant: Grant, link: str) -> str:
    return f"{grant.flight}:{link}"


def _forget(_flight: str, _link: str) -> None:
    """Let a link's figures go: its recording needs no end mark, its sender was answered for every byte."""
