"""From a flight's kept chunks to all that is derived of them: the same bytes from the same chunks and decoder.

While a flight is recorded, its track is written as bytes come; what it is in detail then depends on which of them came
together. Sealing derives all of it once more from the chunks alone, in the one order that this module gives, and
`rebuild` does the same again. Memory stays flat: the track waits in a file without a name.
"""

import heapq
from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby
from operator import itemgetter
from types import TracebackType
from typing import Any, NamedTuple, Self

from telemetry.drain.account import closed
from telemetry.drain.decoding import DECODER, Decoder, decoder_of
from telemetry.drain.thinning import State, thinned
from telemetry.exports.tlog import LinkAccount, TelemetryLog
from telemetry.recordings import chunks, store, track_rows
from telemetry.recordings.models import Flight, FlightLink, TrackSegment

WINDOW_US = 1_000_000  # what arrives within one second of our clock is put in the order of the aircraft's
SEGMENT_ROWS = 6000


class _Arrived(NamedTuple):
    receive_us: int
    link: int
    data: bytes


class _Segment(NamedTuple):
    first_us: int
    last_us: int
    rows: int
    bytes: int


class Track:
    """A flight's derived track, which lies in a file until it is written; `with` removes the file."""

    def __init__(self) -> None:
        self.samples = 0
        self.last_sample: dict[str, Any] | None = None
        self._segments: list[_Segment] = []
        self._file = store.unnamed_file()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, states: list[State]) -> None:
        """Add a run of states, one segment.

        Raises:
            StorageFull: no room for the file.
        """
        data = track_rows.pack([(state.time_us, state.sample) for state in states])
        times = [state.time_us for state in states]
        with store.no_room_told():
            self._file.write(data)
        self._segments.append(_Segment(min(times), max(times), len(states), len(data)))

    def segments(self, flight: Flight) -> Iterator[TrackSegment]:
        """Return the segments as rows that are not saved yet."""
        self._file.seek(0)
        for first_us, last_us, rows, size in self._segments:
            data = self._file.read(size)
            yield TrackSegment(flight=flight, first_us=first_us, last_us=last_us, rows=rows, decoder=DECODER, data=data)


class Derived(NamedTuple):
    """What the chunks of a flight tell: the columns of its row, those of its links by their ids, and the track."""

    flight: dict[str, Any]
    links: dict[int, dict[str, Any]]
    track: Track


def derive(flight: Flight, track: Track, *, mend: bool = False) -> Derived:
    """Derive everything from a flight's chunks into an empty track, and put its log into the store.

    With `mend` the log is written also where the store has an object of its name, whose bytes may be damaged.

    Raises:
        StorageFull: no room; nothing has changed.
    """
    links = chunks.links_of(flight.id)
    log = TelemetryLog(links)
    sha256, size = store.put(log.pieces(), replace=mend)
    _derive_track(flight, links, track)
    first, last = _span(log.accounts)
    values = {
        "started": first and track_rows.instant(first),
        "last_received": last and track_rows.instant(last),
        "samples": track.samples,
        "bytes": sum(account.bytes for account in log.accounts),
        "last_sample": track.last_sample,
        "sha256": sha256,
        "tlog_bytes": size,
        "manifest": _manifest(flight, links, log.accounts, tlog={"sha256": sha256, "bytes": size}, track=track),
    }
    counted = ("records", "bytes", "first_us", "last_us")
    of_links = {
        link.id: {name: getattr(account, name) for name in counted}
        for link, account in zip(links, log.accounts, strict=True)
    }
    return Derived(values, of_links, track)


def write(flight: Flight, derived: Derived) -> None:
    """Replace all derived rows, within the caller's transaction, which holds the flight's row."""
    TrackSegment.objects.filter(flight=flight).delete()
    for segment in derived.track.segments(flight):
        segment.save(force_insert=True)
    for link_id, values in derived.links.items():
        FlightLink.objects.filter(pk=link_id).update(**values)
    Flight.objects.filter(pk=flight.pk).update(**derived.flight)


def _derive_track(flight: Flight, links: list[FlightLink], track: Track) -> None:
    decoders: list[Decoder] = [decoder_of(link.kind, system_id=flight.system_id, memory=None) for link in links]
    waiting: list[State] = []
    next_us = 0
    for window in _windows(links):
        states = [state for one in window for state in decoders[one.link].feed([(one.receive_us, one.data)])]
        if not states:
            continue
        track.samples += len(states)
        track.last_sample = states[-1].sample.as_dict()
        kept, next_us = thinned(sorted(states, key=lambda state: state.own_us), next_us=next_us)
        waiting += kept
        while len(waiting) >= SEGMENT_ROWS:
            track.add(waiting[:SEGMENT_ROWS])
            del waiting[:SEGMENT_ROWS]
    if waiting:
        track.add(waiting)


def _windows(links: list[FlightLink]) -> Iterator[list[_Arrived]]:
    """Read the records of all links in the order of their arrival, window by window."""
    arrived = heapq.merge(*(_arrivals(link, number) for number, link in enumerate(links)), key=itemgetter(0))
    for _, window in groupby(arrived, key=lambda one: one.receive_us // WINDOW_US):
        yield list(window)


def _arrivals(link: FlightLink, number: int) -> Iterator[_Arrived]:
    for receive_us, data in chunks.records_of(link):
        yield _Arrived(receive_us, number, data)


def _span(accounts: list[LinkAccount]) -> tuple[int | None, int | None]:
    firsts = [account.first_us for account in accounts if account.first_us is not None]
    lasts = [account.last_us for account in accounts if account.last_us is not None]
    return min(firsts, default=None), max(lasts, default=None)


def _manifest(
    flight: Flight, links: list[FlightLink], accounts: list[LinkAccount], *, tlog: dict[str, Any], track: Track
) -> dict[str, Any]:
    return {
        "manifest": 1,
        "flight": str(flight.id),
        "tlog": tlog,
        "decoder": DECODER,
        "samples": track.samples,
        "links": [
            {
                **asdict(account),
                **closed(link, account),
                "gaps": [list(gap) for gap in account.gaps],  # as JSON gives them back
                "chunks": link.chunks.count(),
                "last_chunk": _last_chunk(link),
            }
            for account, link in zip(accounts, links, strict=True)
        ],
    }


def _last_chunk(link: FlightLink) -> str:
    """Return the hash that the whole chain of a link's chunks hangs from."""
    return link.chunks.order_by("-number").values_list("sha256", flat=True).first() or ""
