"""Sealing: once all that was acknowledged is drained, the recording gets its final form, hash, track and account."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from bookings.actions.note_flown import note_flown
from telemetry.bus.keys import shard_of
from telemetry.bus.stream import StreamReader
from telemetry.drain.chunking import close_all_chunks
from telemetry.drain.derive import Derived, Track, derive, write
from telemetry.recordings.models import DrainOffset, Flight
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
        False when it is not ended, somebody else is at it, or more came while it was derived: then ask again.

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
    # Without holding the row: a long flight takes a while, and the drain of its shard must not wait for it.
    with Track() as track:
        derived = derive(flight, track)
        with transaction.atomic():
            unchanged = Flight.objects.select_for_update().filter(pk=flight_id, phase=Phase.ENDED, bytes=flight.bytes)
            if not unchanged.update(phase=Phase.SEALED, sealed_at=now, sha256=derived.flight["sha256"]):
                return False
            write(flight, derived)
            _tell(flight_id, derived)
    return True


def _tell(flight_id: UUID, derived: Derived) -> None:
    values = derived.flight
    if values["started"]:
        note_flown(flight_id, flown_from=values["started"], flown_until=values["last_received"])
    payload = {
        "flight": str(flight_id),
        "phase": Phase.SEALED,
        "sha256": values["sha256"],
        "bytes": values["tlog_bytes"],
    }
    announce("flight_sealed", payload, flight_ids=[flight_id])


def _is_first(flight_id: UUID) -> bool:
    """Say whether nobody else seals this flight now; only to save work: the last transaction decides who sealed it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [SEALING, flight_id.int & 0x7FFFFFFF])
        return bool(cursor.fetchone()[0])
