"""Rebuild: all that is derived of a sealed flight, made again from its kept chunks.

The same decoder gives the same bytes. A newer one gives its own: then the log's hash, which is its ETag, changes with
it. Nothing is written unless every chunk is there and as it was closed.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from telemetry.drain.derive import Derived, Track, derive, write
from telemetry.recordings import chunks, store
from telemetry.recordings.chunks import Damage
from telemetry.recordings.models import Flight, FlightLink, TrackSegment
from telemetry.recordings.phases import Phase
from testcentre.audit.trail import record
from testcentre.foundation.errors import Conflict, NotFound, Refusal

PIECE_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Rebuilt:
    """What came of it: the log's hash, and which parts were not as they are now."""

    sha256: str
    changed: tuple[str, ...]


def rebuild_flight(flight_id: UUID) -> Rebuilt:
    """Derive a sealed flight's track, counts, log and manifest again and write them in one transaction.

    Raises:
        NotFound: there is no such flight. Conflict: it is not sealed, or chunks are damaged, each named by link and
        number: nothing has changed. StorageFull: no room for the log; nothing has changed.
    """
    flight = _sealed(Flight.objects.filter(pk=flight_id).first())
    _require_whole(flight)
    was_log = _log_state(flight)
    with Track() as track:
        derived = derive(flight, track, mend=True)
        with transaction.atomic():
            flight = _sealed(Flight.objects.select_for_update().filter(pk=flight_id).first())
            changed = [*(["log"] if was_log != derived.flight["sha256"] else []), *_differences(flight, derived)]
            write(flight, derived)
            details = {"changed": changed, "sha256": derived.flight["sha256"]}
            record(None, "flight.rebuild", subject=f"flight:{flight_id}", reason="command line", details=details)
    return Rebuilt(derived.flight["sha256"], tuple(changed))


def _sealed(flight: Flight | None) -> Flight:
    if flight is None:
        raise NotFound(detail="There is no such flight.")
    if flight.phase != Phase.SEALED:
        raise Conflict(
            Refusal(
                "not_sealed",
                "The flight's recording is not sealed yet.",
                expected=str(Phase.SEALED),
                got=flight.phase,
                remedy="Wait until it is.",
            )
        )
    return flight


def _require_whole(flight: Flight) -> None:
    damages = [damage for link in chunks.links_of(flight.id) for damage in chunks.damage_of(link)]
    damages += _shortened(flight)
    if damages:
        raise Conflict(*map(_refusal, damages))


def _shortened(flight: Flight) -> list[Damage]:
    """Return the chunks that the manifest tells of and the database has no row of: the end of a chain is cut off."""
    found = []
    for told in (flight.manifest or {}).get("links", []):
        name, kind, count, tip = (told.get(field) for field in ("name", "kind", "chunks", "last_chunk"))
        link = FlightLink.objects.filter(flight=flight, name=name, kind=kind).first()
        last = link and link.chunks.order_by("-number").first()
        numbers = range((last.number if last else 0) + 1, (count or 0) + 1)
        found += [Damage(name, kind, number, "the database has no row of it") for number in numbers]
        if last and last.number == count and last.sha256 != tip:
            found.append(Damage(name, kind, last.number, f"the manifest names {tip} as its hash, got {last.sha256}"))
    return found


def _refusal(damage: Damage) -> Refusal:
    return Refusal(
        "chunk_damaged",
        f"Chunk {damage.number} of link {damage.link} ({damage.kind}) is damaged: {damage.reason}.",
        field=f"{damage.link} {damage.kind} {damage.number}",
    )


def _log_state(flight: Flight) -> str:
    """Return the hash of the log as it lies in the store; empty when it is not there."""
    try:
        with store.open_object(flight.sha256) as file:
            return _hash_of(iter(lambda: file.read(PIECE_BYTES), b""))
    except FileNotFoundError:
        return ""


def _differences(flight: Flight, derived: Derived) -> list[str]:
    """Return what of the rows is not as it was derived now."""
    changed = [name for name, value in derived.flight.items() if getattr(flight, name) != value]
    for link in FlightLink.objects.filter(flight=flight):
        values = derived.links.get(link.id, {})
        changed += [f"{link.name} {name}" for name, value in values.items() if getattr(link, name) != value]
    there = TrackSegment.objects.filter(flight=flight).order_by("id").iterator(chunk_size=10)
    if _hash_of(map(_as_bytes, there)) != _hash_of(map(_as_bytes, derived.track.segments(flight))):
        changed.append("track")
    return changed


def _as_bytes(segment: TrackSegment) -> bytes:
    told: tuple[Any, ...] = (segment.first_us, segment.last_us, segment.rows, segment.decoder)
    return repr(told).encode() + bytes(segment.data)


def _hash_of(pieces: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()
