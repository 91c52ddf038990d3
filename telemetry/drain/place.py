"""Where a drain stands in its shard: the committed offset, fenced by the token of the shard's lease."""

from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models.functions import Now

from telemetry.recordings.models import DrainOffset


class Fenced(Exception):
    """Somebody else drains this shard now, or has drained on: nothing of ours may be committed."""


@dataclass(frozen=True)
class Place:
    """The offset as committed, and the token under which it may be moved."""

    shard: int
    token: int
    generation: str
    entry_id: str
    number: int


def lease_name(shard: int) -> str:
    """Return the name of a shard's lease."""
    return f"drain:{shard}"


def adopt(shard: int, *, token: int) -> tuple[Place, bool]:
    """Write our token into the offset, so that no holder before us can commit any more.

    Returns:
        The place, and whether the holder before us left without saying so: killed, frozen or failed at its work.

    Raises:
        Fenced: a later holder has been here already.
    """
    with transaction.atomic():
        DrainOffset.objects.get_or_create(shard=shard)
        row = DrainOffset.objects.select_for_update().get(shard=shard)
        if row.token >= token:
            raise Fenced(f"shard {shard}: token {token} came after {row.token}")
        died = row.busy
        row.token, row.busy = token, True
        row.save(update_fields=["token", "busy"])
    return Place(shard, token, row.generation, row.entry_id, row.number), died


def advance(place: Place, *, generation: str, entry_id: str, number: int) -> Place:
    """Move the offset, within the transaction that writes the data up to it.

    Raises:
        Fenced: the offset or the token is not ours any more; the caller rolls back.
    """
    mine = DrainOffset.objects.filter(
        shard=place.shard, token=place.token, generation=place.generation, entry_id=place.entry_id
    )
    if not mine.update(generation=generation, entry_id=entry_id, number=number, updated_at=Now()):
        raise Fenced(f"shard {place.shard}: no longer at {place.entry_id} under token {place.token}")
    return replace(place, generation=generation, entry_id=entry_id, number=number)


def leave(place: Place) -> None:
    """Say that we stopped in good order; does nothing where somebody else has taken over."""
    DrainOffset.objects.filter(shard=place.shard, token=place.token).update(busy=False)
