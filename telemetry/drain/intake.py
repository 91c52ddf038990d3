"""Batches become a recording: raw chunks, track and counts, all within the caller's transaction."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from django.db import transaction

from bookings.actions.note_heard import note_heard
from telemetry.bus.batch import Batch, Tally
from telemetry.bus.stream import Entry
from telemetry.drain import account, suspects
from telemetry.drain.chunking import append_records
from telemetry.drain.decoding import DECODER, decoder_of
from telemetry.drain.place import Place
from telemetry.drain.thinning import State, thinned
from telemetry.quality.link import LinkQuality
from telemetry.recordings import figures, track_rows
from telemetry.recordings.models import Flight, FlightLink, TrackSegment
from telemetry.recordings.phases import Phase, Step, after
from testcentre.foundation.outbox import announce

END = "end"


def take_in(place: Place, entries: Sequence[Entry]) -> None:
    """Write entries into the recordings of their flights; what belongs to none is set aside with its bytes."""
    flights = _locked_flights(entries)
    arrived: dict[UUID, list[Batch]] = {}
    for entry in entries:
        flight = flights.get(_flight_id(entry))
        if entry.batch is None:
            suspects.set_aside(place, entry, reason="its bytes are no batch")
        elif flight is None:
            suspects.set_aside(place, entry, reason="no such flight is known")
        elif flight.phase == Phase.SEALED and entry.batch.kind != END:
            suspects.set_aside(place, entry, reason="its flight is sealed")
        else:
            arrived.setdefault(flight.id, []).append(entry.batch)
    for flight_id, batches in arrived.items():
        _Arrival(flights[flight_id]).take(batches)


def _flight_id(entry: Entry) -> UUID | None:
    try:
        return UUID(entry.batch.flight) if entry.batch is not None else None
    except ValueError:
        return None


def _locked_flights(entries: Sequence[Entry]) -> dict[UUID | None, Flight]:
    """Lock the flights in the order of their ids, as everybody does, so that no two wait for each other."""
    wanted = {flight_id for entry in entries if (flight_id := _flight_id(entry)) is not None}
    return {f.id: f for f in Flight.objects.select_for_update().filter(id__in=wanted).order_by("id")}


class _Arrival:
    """What one transaction brings one flight."""

    def __init__(self, flight: Flight) -> None:
        self._flight = flight
        self._links = {(link.name, link.kind): link for link in FlightLink.objects.filter(flight=flight)}
        self._states: list[State] = []

    def take(self, batches: Sequence[Batch]) -> None:
        """Keep all batches, link by link in the order in which each link first comes."""
        groups: dict[tuple[str, str], list[tuple[int, bytes]]] = {}
        tallies: dict[tuple[str, str], list[Tally]] = {}
        ended: set[str] = set()
        for batch in batches:
            if batch.kind == END:
                ended.add(batch.link)
                continue
            ended.discard(batch.link)
            key = (batch.link, str(batch.kind))
            groups.setdefault(key, []).extend((r.receive_us, r.data) for r in batch.records)
            tallies.setdefault(key, []).append(account.tally_of(batch))
        for key, records in groups.items():
            self._keep(*key, records, tallies[key])
        FlightLink.objects.filter(flight=self._flight, name__in=ended).update(ended=True)
        if any(groups.values()):
            self._write_track()
            self._write_flight(groups)

    def _keep(self, name: str, kind: str, records: list[tuple[int, bytes]], tallies: list[Tally]) -> None:
        link = self._links.get((name, kind)) or FlightLink.objects.create(flight=self._flight, name=name, kind=kind)
        quality = figures.quality_of(link)
        account.count(link, tallies, quality)
        if records:
            self._keep_records(link, records, quality)
        link.quality = figures.packed(quality)
        link.save()

    def _keep_records(self, link: FlightLink, records: list[tuple[int, bytes]], quality: LinkQuality) -> None:
        append_records(link, records)
        decoder = decoder_of(
            link.kind,
            system_id=self._flight.system_id,
            memory=bytes(link.decoder) if link.decoder else None,
            quality=quality,
        )
        self._states += decoder.feed(records)
        times = [receive_us for receive_us, _ in records]
        link.decoder = decoder.memory()
        link.records += len(records)
        link.bytes += sum(len(data) for _, data in records)
        link.first_us = min(times) if link.first_us is None else min(link.first_us, *times)
        link.last_us = max(times) if link.last_us is None else max(link.last_us, *times)
        link.ended = False

    def _write_track(self) -> None:
        states = sorted(self._states, key=lambda state: state.own_us)
        kept, self._flight.track_next_us = thinned(states, next_us=self._flight.track_next_us)
        if kept:
            TrackSegment.objects.create(
                flight=self._flight,
                first_us=min(state.time_us for state in kept),
                last_us=max(state.time_us for state in kept),
                rows=len(kept),
                decoder=DECODER,
                data=track_rows.pack([(state.time_us, state.sample) for state in kept]),
            )

    def _write_flight(self, groups: dict[tuple[str, str], list[tuple[int, bytes]]]) -> None:
        flight = self._flight
        times = [receive_us for records in groups.values() for receive_us, _ in records]
        flight.samples += len(self._states)
        flight.bytes += sum(len(data) for records in groups.values() for _, data in records)
        if self._states:
            flight.last_sample = self._states[-1].sample.as_dict()
        last = track_rows.instant(max(times))
        flight.last_received = max(flight.last_received or last, last)
        flight.started = flight.started or track_rows.instant(min(times))
        phase = after(flight.phase, Step.RECEIVE)
        if phase != flight.phase:
            flight.phase = phase
            announce("flight_recording", {"flight": str(flight.id), "phase": phase}, flight_ids=[flight.id])
            # after the commit: whoever changes the booking may wait for this flight's row, which is ours until then
            transaction.on_commit(partial(note_heard, [flight.id], now=last))
        flight.save()
