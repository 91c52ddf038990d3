"""The closing account of a link: what came in is what was recorded, what was a copy, and what was refused, by reason.

What came in and was refused is counted where it is received, and told with each batch. What was recorded is counted
from the recording itself. So the two sides are independent: a difference is a fault of ours, shown as `unaccounted`.
"""

from collections import Counter
from typing import Any
from uuid import UUID

from telemetry.bus.batch import Batch, Tally
from telemetry.exports.tlog import LinkAccount
from telemetry.quality.link import LinkQuality
from telemetry.recordings.figures import link_figures
from telemetry.recordings.models import Flight, FlightLink
from telemetry.recordings.phases import Phase
from telemetry.wire.framing import Frame, frame_at, split

SET_ASIDE = "set_aside"


def tally_of(batch: Batch) -> Tally:
    """Return what the receiver counted, or a count of ours for a batch of a receiver that told none."""
    if batch.tally is not None:
        return batch.tally
    size = sum(len(record.data) for record in batch.records)
    if batch.kind == "ndjson":
        return Tally(len(batch.records), size)
    return Tally(sum(isinstance(piece, Frame) for record in batch.records for piece in split(record.data)), size)


def count(link: FlightLink, tallies: list[Tally], quality: LinkQuality) -> None:
    """Add tallies to a link that is not saved here, and read what they bring along of the link itself."""
    refused = Counter(link.refused)
    for tally in tallies:
        link.packets_in += tally.packets
        link.bytes_in += tally.bytes
        link.refused_bytes += tally.refused_bytes
        refused.update(tally.refused)
        for record in tally.beside:
            frame = frame_at(record.data, 0)
            if frame is not None:
                quality.hear_beside(frame, record.receive_us)
    link.refused = dict(refused)


def count_set_aside(batch: Batch | None) -> None:
    """Let the account tell of a batch whose drain failed: it came in, and is not in the recording."""
    if batch is None or batch.kind == "end":
        return
    flight = _open_flight(batch)
    if flight is None:
        return
    link, _ = FlightLink.objects.get_or_create(flight=flight, name=batch.link, kind=batch.kind)
    # Nothing of its bytes is read here, which may be what kills: a record counts as one packet where none were told.
    size = sum(len(record.data) for record in batch.records)
    tally = batch.tally or Tally(len(batch.records), size)
    refused = Counter(tally.refused)
    refused[SET_ASIDE] += tally.packets - refused.total()
    told = Tally(tally.packets, tally.bytes, dict(refused), tally.bytes)
    count(link, [told], LinkQuality())
    link.save(update_fields=["packets_in", "bytes_in", "refused", "refused_bytes"])


def closed(link: FlightLink, found: LinkAccount) -> dict[str, Any]:
    """Return what the manifest tells of a link beside what its recording holds: its account and its quality.

    `recorded` are packets of the `.tlog`, or lines; `duplicates` are in the raw recording alone, since another link
    brought them first.
    """
    recorded = (found.records if link.kind == "ndjson" else found.packets) - found.duplicates
    refused = sum(link.refused.values())
    return {
        "account": {
            "packets_in": link.packets_in,
            "recorded": recorded,
            "duplicates": found.duplicates,
            "refused": link.refused,
            "unaccounted": link.packets_in - recorded - found.duplicates - refused,
            "bytes_in": link.bytes_in,
            "recorded_bytes": found.bytes,
            "refused_bytes": link.refused_bytes,
            "unaccounted_bytes": link.bytes_in - found.bytes - link.refused_bytes,
        },
        "quality": link_figures(link),
    }


def _open_flight(batch: Batch) -> Flight | None:
    try:
        flight_id = UUID(batch.flight)
    except ValueError:
        return None
    return Flight.objects.select_for_update().filter(pk=flight_id).exclude(phase=Phase.SEALED).first()
