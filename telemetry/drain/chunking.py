"""Appending to the open chunk of a link, and closing it when it is full or old."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import BinaryField, F, Func, Value

from telemetry.recordings import chunks
from telemetry.recordings.models import Chunk, Flight, FlightLink
from testcentre.foundation.clock import utc_now


def append_records(link: FlightLink, records: list[tuple[int, bytes]]) -> None:
    """Append records to the link's open chunk, within the caller's transaction, which holds the flight's row."""
    body = chunks.pack(records)
    times = [receive_us for receive_us, _ in records]
    chunk = link.chunks.filter(body__isnull=False).defer("body").first()
    size = len(body)
    if chunk is None:
        chunk = _open(link, body, count=len(records), first_us=min(times), last_us=max(times))
    else:
        size += chunk.bytes
        link.chunks.filter(pk=chunk.pk).update(
            body=Func(F("body"), Value(body, BinaryField()), template="(%(expressions)s)", arg_joiner=" || "),
            records=F("records") + len(records),
            bytes=F("bytes") + len(body),
            first_us=min(chunk.first_us, *times),
            last_us=max(chunk.last_us, *times),
        )
    if size >= chunks.FULL_BYTES or _is_old(chunk, utc_now()):
        chunks.close(link.chunks.get(pk=chunk.pk), link)


def close_old_chunks(now: datetime) -> int:
    """Close what has been open for 10 s and more; each in its own transaction. Returns how many were closed."""
    old = Chunk.objects.filter(body__isnull=False, opened_at__lte=now - timedelta(seconds=chunks.OPEN_S))
    closed = 0
    for chunk_id, flight_id in old.values_list("id", "link__flight_id"):
        with transaction.atomic():
            Flight.objects.select_for_update().get(pk=flight_id)
            chunk = Chunk.objects.select_related("link").filter(pk=chunk_id, body__isnull=False).first()
            if chunk is not None:
                chunks.close(chunk, chunk.link)
                closed += 1
    return closed


def close_all_chunks(flight: Flight) -> None:
    """Close every open chunk of a flight, within the caller's transaction, which holds the flight's row."""
    for chunk in Chunk.objects.select_related("link").filter(link__flight=flight, body__isnull=False):
        chunks.close(chunk, chunk.link)


def _open(link: FlightLink, body: bytes, *, count: int, first_us: int, last_us: int) -> Chunk:
    before = link.chunks.order_by("-number").values("number", "sha256").first()
    return Chunk.objects.create(
        link=link,
        number=before["number"] + 1 if before else 1,
        previous=before["sha256"] if before else "",
        records=count,
        bytes=len(body),
        first_us=first_us,
        last_us=last_us,
        opened_at=utc_now(),
        body=body,
    )


def _is_old(chunk: Chunk, now: datetime) -> bool:
    return now - chunk.opened_at >= timedelta(seconds=chunks.OPEN_S)
