"""What the stream lost before the drain came: seen by generation and numbers, recorded and told, never skipped."""

from collections.abc import Sequence

from telemetry.bus.stream import Entry
from telemetry.drain.place import Place
from telemetry.recordings.models import Loss
from testcentre.foundation.outbox import announce


def note_new_generation(place: Place, generation: str) -> None:
    """Record that the stream is another one than the offset was taken in."""
    _note(
        Loss(
            shard=place.shard,
            kind="generation",
            generation=generation,
            expected_number=place.number + 1,
            detail=f"The stream was replaced after entry {place.number} was drained; what it held then is lost.",
        )
    )


def note_gaps(place: Place, entries: Sequence[Entry]) -> None:
    """Record each place where the numbers of entries don't follow one another."""
    expected = place.number + 1
    for entry in entries:
        if entry.number != expected:
            forward = entry.number > expected
            told = f"{entry.number - expected} entries are missing" if forward else "the numbers step back"
            _note(
                Loss(
                    shard=place.shard,
                    kind="gap" if forward else "step_back",
                    generation=place.generation,
                    expected_number=expected,
                    found_number=entry.number,
                    detail=f"Expected entry {expected}, got {entry.number}: {told}.",
                )
            )
        expected = entry.number + 1


def _note(loss: Loss) -> None:
    loss.save()
    announce(
        "telemetry_loss",
        {
            "shard": loss.shard,
            "loss": loss.kind,
            "expected_number": loss.expected_number,
            "found_number": loss.found_number,
            "detail": loss.detail,
        },
    )
