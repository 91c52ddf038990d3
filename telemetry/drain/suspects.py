"""Entries that may have killed their drain: attempts are counted before, and after three the entry is set aside.

Only a drain whose predecessor left without a word looks at entries one by one; otherwise nothing is written here.
"""

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from telemetry.bus.batch import encode
from telemetry.bus.stream import Entry
from telemetry.drain.place import Place
from telemetry.recordings.models import Suspect
from testcentre.foundation.outbox import announce

MOST_ATTEMPTS = 3


def begin_attempt(place: Place, entry: Entry) -> bool:
    """Count an attempt at an entry, committed before it is touched; False when it has had its three."""
    with transaction.atomic():
        suspect, _ = Suspect.objects.select_for_update().get_or_create(
            shard=place.shard, generation=place.generation, entry_id=entry.id
        )
        if suspect.attempts >= MOST_ATTEMPTS:
            return False
        suspect.attempts += 1
        suspect.save(update_fields=["attempts"])
    return True


def withdraw_attempt(place: Place, entry: Entry) -> None:
    """Take an attempt back whose failure was not the entry's: an engine did not answer, or a disk was full."""
    _rows(place, entry).update(attempts=F("attempts") - 1)


def clear(place: Place, entry: Entry) -> None:
    """Forget an entry that was drained after all, in the transaction that drains it."""
    _rows(place, entry).delete()


def set_aside(place: Place, entry: Entry, *, reason: str) -> None:
    """Keep an entry's bytes here instead of in a recording, in the transaction that moves the offset past it."""
    blob = encode(entry.batch) if entry.batch is not None else entry.undecodable
    Suspect.objects.update_or_create(
        shard=place.shard,
        generation=place.generation,
        entry_id=entry.id,
        defaults={"reason": reason, "blob": blob, "set_aside_at": Now()},
    )
    announce("telemetry_set_aside", {"shard": place.shard, "entry": entry.id, "reason": reason})


def _rows(place: Place, entry: Entry) -> "QuerySet[Suspect]":
    return Suspect.objects.filter(shard=place.shard, generation=place.generation, entry_id=entry.id)
