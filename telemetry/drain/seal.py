"""Sealing: once all that was acknowledged is drained, the recording gets its final form, hash and account."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from bookings.actions.note_flown import note_flown
from telemetry.bus.keys import shard_of
from telemetry.bus.stream import StreamReader
from telemetry.drain.account import closed
from telemetry.drain.chunking import close_all_chunks
from telemetry.drain.decoding import DECODER
from telemetry.exports.tlog import TelemetryLog
from telemetry.recordings import chunks, store
from telemetry.recordings.models import DrainOffset, Flight, FlightLink
from telemetry.recordings.phases import Phase
from testcentre.foundation.outbox import announce

SEALING = 0x5EA1  # the class of our advisory locks; they go with the session
WAIT_FOR_MARKS = timedelta(seconds=60)
# Gateways and web processes read the grants each second: until all know of the end, data may still be acknowledged.
WAIT_FOR_GRANTS = timedelta(seconds=5)


def flights_to_seal(now: datetime, *, reader: StreamReader) -> list[UUID]:
    """Return the ended flights whose links all have their end mark, or that ended 60 s ago, and that are drained."""
    ended = Flight.objects.filter(phase=Phase.ENDED, ended__lte=now - WAIT_FOR_GRANTS).order_by("ended")
    return [flight.id for flight in ended.prefetch_related("links") if _is_ready(flight, now, reader)]


def _is_ready(flight: Flight, now: datetime, reader: StreamReader) -> bool:
    links = list(flight.links.all())
    marked = bool(links) and all(link.ended for link in links)
    assert flight.ended is not None
    if not marked and now - flight.ended < WAIT_FOR_MARKS:
        return False
    settled = flight.ended + (WAIT_FOR_GRANTS if marked else WAIT_FOR_MARKS)
    return _is_drained_to(settled, shard_of(str(flight.id)), reader)


def _is_drained_to(moment: datetime, shard: int, reader: StreamReader) -> bool:
    """Say whether all that the shard's stream took in before the moment is in the database."""
    if reader.length(shard) == 0:  # only what is committed is ever trimmed
        return True
    offset = DrainOffset.objects.filter(shard=shard).first()
    milliseconds = int(offset.entry_id.partition("-")[0]) if offset else 0
    return milliseconds > moment.timestamp() * 1000


def seal_flight(flight_id: UUID, *, now: datetime) -> bool:
    """Seal an ended flight.

    Returns:
        False when it is not ended, somebody else is at it, or more came while its log was written: then ask again.

    Raises:
        StorageFull: no room for the log; nothing has changed.
    """
    if not _is_first(flight_id):
        return False
    with transaction.atomic():
        flight = Flight.objects.select_for_update().get(pk=flight_id)
        if flight.phase != Phase.ENDED:
            return False
        close_all_chunks(flight)
    # Without holding the row: a long flight's log takes a while, and the drain of its shard must not wait for it.
    log = TelemetryLog(chunks.links_of(flight_id))
    sha256, size = store.put(log.pieces())
    manifest = _manifest(flight, log, sha256=sha256, size=size)
    with transaction.atomic():
        unchanged = Flight.objects.select_for_update().filter(pk=flight_id, phase=Phase.ENDED, bytes=flight.bytes)
        if not unchanged.update(phase=Phase.SEALED, sealed_at=now, sha256=sha256, tlog_bytes=size, manifest=manifest):
            return False
        if flight.started and flight.last_received:
            note_flown(flight_id, flown_from=flight.started, flown_until=max(flight.started, flight.last_received))
        payload = {"flight": str(flight_id), "phase": Phase.SEALED, "sha256": sha256, "bytes": size}
        announce("flight_sealed", payload, flight_ids=[flight_id])
    return True


def _is_first(flight_id: UUID) -> bool:
    """Say whether nobody else seals this flight now; only to save work: the last transaction decides who sealed it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [SEALING, flight_id.int & 0x7FFFFFFF])
        return bool(cursor.fetchone()[0])


def _manifest(flight: Flight, log: TelemetryLog, *, sha256: str, size: int) -> dict[str, Any]:
    links = [
        {**asdict(account), **closed(link, account), "chunks": link.chunks.count(), "last_chunk": _last_chunk(link)}
        for account, link in zip(log.accounts, chunks.links_of(flight.id), strict=True)
    ]
    return {
        "manifest": 1,
        "flight": str(flight.id),
        "tlog": {"sha256": sha256, "bytes": size},
        "decoder": DECODER,
        "samples": flight.samples,
        "links": links,
    }


def _last_chunk(link: FlightLink) -> str:
    """Return the hash that the whole chain of a link's chunks hangs from."""
    return link.chunks.order_by("-number").values_list("sha256", flat=True).first() or ""
