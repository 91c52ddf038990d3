"""The format of the raw recording: what a chunk is, byte by byte, and how one is written and read.

A chunk is a header and records; a raw download is chunks one after the other.

    header   8 bytes  `TCCHUNK1`
             u32 BE   length of the JSON that follows
             JSON     {flight, link, kind, number, previous, records, bytes}
    record   u64 BE   time of receipt, microseconds since 1970-01-01 UTC
             u32 BE   length of the bytes that follow
             bytes    as they came; for `ndjson` whole lines

`bytes` in the header is the length of all records together. `previous` is the SHA-256 of the chunk before of the same
link (the whole chunk, header included), empty for the first: a chain in which none can be changed or left out.
"""

import hashlib
import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from telemetry.recordings import store
from telemetry.recordings.models import Chunk, FlightLink

MAGIC = b"TCCHUNK1"
RECORD = struct.Struct(">QI")
LENGTH = struct.Struct(">I")
FULL_BYTES = 1024 * 1024
OPEN_S = 10.0


class DamagedChunk(ValueError):
    """Bytes that should be a chunk are none."""


def pack(records: Iterable[tuple[int, bytes]]) -> bytes:
    """Return records as they lie in a chunk; each is (microseconds of receipt, bytes)."""
    return b"".join(RECORD.pack(receive_us, len(data)) + data for receive_us, data in records)


def unpack(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Read the records of a chunk's body.

    Raises:
        DamagedChunk: the body ends within a record.
    """
    at, size = 0, len(body)
    while at < size:
        if at + RECORD.size > size:
            raise DamagedChunk(f"expected a record's head at byte {at}, got {size - at} bytes")
        receive_us, length = RECORD.unpack_from(body, at)
        at += RECORD.size
        if at + length > size:
            raise DamagedChunk(f"expected {length} bytes of a record at byte {at}, got {size - at}")
        yield receive_us, body[at : at + length]
        at += length


def header(chunk: Chunk, link: FlightLink) -> bytes:
    """Return the header of a chunk as it is now."""
    told = json.dumps(
        {
            "flight": str(link.flight_id),
            "link": link.name,
            "kind": link.kind,
            "number": chunk.number,
            "previous": chunk.previous,
            "records": chunk.records,
            "bytes": chunk.bytes,
        },
        separators=(",", ":"),
    ).encode()
    return MAGIC + LENGTH.pack(len(told)) + told


def body_of(whole: bytes) -> bytes:
    """Return the records of a stored chunk.

    Raises:
        DamagedChunk: these bytes are no chunk.
    """
    if not whole.startswith(MAGIC):
        raise DamagedChunk(f"expected {MAGIC!r}, got {whole[:8]!r}")
    (told,) = LENGTH.unpack_from(whole, len(MAGIC))
    return whole[len(MAGIC) + LENGTH.size + told :]


def close(chunk: Chunk, link: FlightLink) -> None:
    """Move an open chunk to the object store; the caller holds the flight's row and commits.

    Raises:
        StorageFull: no room; the chunk stays open in the database.
    """
    assert chunk.body is not None
    chunk.sha256, _ = store.put([header(chunk, link), bytes(chunk.body)])
    chunk.body = None
    chunk.save(update_fields=["sha256", "body"])


def whole_chunks(link: FlightLink) -> Iterator[bytes]:
    """Read a link's chunks in order, each whole; the open one as it is now."""
    for chunk in link.chunks.order_by("number").iterator(chunk_size=4):
        if chunk.body is not None:
            yield header(chunk, link) + bytes(chunk.body)
        else:
            yield store.read(chunk.sha256)


def records_of(link: FlightLink) -> Iterator[tuple[int, bytes]]:
    """Read a link's records in the order of their arrival: (microseconds of receipt, bytes)."""
    for whole in whole_chunks(link):
        yield from unpack(body_of(whole))


@dataclass(frozen=True)
class Damage:
    """A chunk that is not as it was closed; `number` counts within its link."""

    link: str
    kind: str
    number: int
    reason: str


def damage_of(link: FlightLink) -> list[Damage]:
    """Read all closed chunks of a link and return those that are missing, changed, or no link of the chain."""
    found, before, expected = [], "", 1
    for chunk in link.chunks.filter(body__isnull=True).order_by("number").iterator(chunk_size=100):
        missing = range(expected, chunk.number)
        found += [Damage(link.name, link.kind, number, "the database has no row of it") for number in missing]
        if reason := _fault_of(chunk, link, before="" if missing else before, is_next=not missing):
            found.append(Damage(link.name, link.kind, chunk.number, reason))
        before, expected = chunk.sha256, chunk.number + 1
    return found


def _fault_of(chunk: Chunk, link: FlightLink, *, before: str, is_next: bool) -> str:
    if is_next and chunk.previous != before:
        return "it does not name the hash of the chunk before"
    try:
        whole = store.read(chunk.sha256)
    except FileNotFoundError:
        return f"the store has no object {chunk.sha256}"
    got = hashlib.sha256(whole).hexdigest()
    if got != chunk.sha256:
        return f"expected the hash {chunk.sha256}, got {got}"
    return "" if whole.startswith(header(chunk, link)) else "its head tells other things than the database"


def links_of(flight_id: UUID, *, kind: str | None = None, name: str | None = None) -> list[FlightLink]:
    """Return a flight's links in the order in which they first came to be recorded."""
    links = FlightLink.objects.filter(flight_id=flight_id)
    if kind is not None:
        links = links.filter(kind=kind)
    if name is not None:
        links = links.filter(name=name)
    return list(links.order_by("id"))
