"""Judge what arrives, piece by piece: each to its flight, or counted by reason and source."""

from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from telemetry.bus.batch import Record
from telemetry.gateway.admit import Admission, Admitted, Reason
from telemetry.gateway.counts import Counts
from telemetry.gateway.flights import HeardFlights
from telemetry.gateway.keep import Keeper
from telemetry.quality.link import is_beside
from telemetry.wire.framing import Frame, Unreadable
from telemetry.wire.key_blanking import KeyBlanker

MOST_ENDPOINTS = 4096
ENDPOINT_HOLDS_US = 60_000_000


@dataclass(frozen=True)
class Endpoint:
    """Where bytes come from: one socket of a sender. `link` names it in recordings, `address` is its IP."""

    link: str
    address: str


@dataclass
class _Told:
    """Which flights an endpoint's packets were admitted to, and when last; and what takes keys out of its bytes."""

    flights: dict[str, int] = field(default_factory=dict)
    keys: KeyBlanker = field(default_factory=KeyBlanker)


class Intake:
    """Take pieces of bytes in; it knows no sockets."""

    def __init__(self, admission: Admission, keeper: Keeper, flights: HeardFlights, counts: Counts) -> None:
        self._admission, self._keeper, self._flights, self._counts = admission, keeper, flights, counts
        self._endpoints: OrderedDict[str, _Told] = OrderedDict()

    def take(self, pieces: Sequence[Frame | Unreadable], endpoint: Endpoint, now_us: int) -> bool:
        """Take what one datagram or one read brought, in order; says whether any packet of it was admitted.

        A packet of another system on a link that is admitted is foreign: its bytes are not kept. Unreadable bytes are
        kept where the endpoint belongs to exactly one flight. Signing keys are blanked here: what leaves is written to
        disk.
        """
        told = self._told(endpoint, now_us)
        verdicts = [self._judge(piece, endpoint, now_us, told) for piece in pieces]
        owner = next(iter(told.flights)) if len(told.flights) == 1 else None
        kept: dict[str, list[tuple[bytes, bool]]] = defaultdict(list)
        for piece, verdict in zip(pieces, verdicts, strict=True):
            to_keep = told.keys.blank(piece)
            if isinstance(piece, Unreadable):
                self._take_unreadable(piece, endpoint, now_us, owner)
                if owner is not None:
                    kept[owner].append((to_keep, False))
            elif isinstance(verdict, Admitted):
                self._take_frame(piece, verdict, endpoint, now_us)
                kept[verdict.flight].append((to_keep, True))
            else:
                reason = Reason.FOREIGN if told.flights and verdict is Reason.NO_GRANT else verdict
                self._refuse(str(reason), piece, endpoint, piece.system_id, now_us)
                # A record never spans a hole: what lies around it must not read as a packet together.
                self._keep(kept, endpoint, now_us)
                if owner is not None:
                    self._tell_refused(owner, piece, str(reason), endpoint, Record(now_us, to_keep))
        self._keep(kept, endpoint, now_us)
        return any(isinstance(verdict, Admitted) for verdict in verdicts)

    def close_ended(self, now_us: int) -> None:
        """Write an end mark for every link of a flight whose grant is gone or over, and forget the flight."""
        for heard in self._flights:
            if not self._admission.is_open(heard.flight, now_us):
                for link in heard.links:
                    self._keeper.end(heard.flight, link)
                self._flights.remove(heard.flight)

    def _told(self, endpoint: Endpoint, now_us: int) -> _Told:
        told = self._endpoints.setdefault(endpoint.link, _Told())
        self._endpoints.move_to_end(endpoint.link)
        if len(self._endpoints) > MOST_ENDPOINTS:
            self._endpoints.popitem(last=False)
        for flight, last_us in list(told.flights.items()):
            if now_us - last_us > ENDPOINT_HOLDS_US or not self._admission.is_open(flight, now_us):
                del told.flights[flight]
        return told

    def _judge(
        self, piece: Frame | Unreadable, endpoint: Endpoint, now_us: int, told: _Told
    ) -> Admitted | Reason | None:
        if isinstance(piece, Unreadable):
            return None
        verdict = self._admission.judge(piece, endpoint.address, now_us)
        if isinstance(verdict, Admitted):
            told.flights[verdict.flight] = now_us
        return verdict

    def _keep(self, kept: dict[str, list[tuple[bytes, bool]]], endpoint: Endpoint, now_us: int) -> None:
        """Keep the bytes of each flight as one record; those of whole packets say so."""
        for flight, parts in kept.items():
            record = Record(now_us, b"".join(data for data, _ in parts))
            self._keeper.keep(flight, endpoint.link, record, packets=sum(is_packet for _, is_packet in parts))
        kept.clear()

    def _tell_refused(self, owner: str, frame: Frame, reason: str, endpoint: Endpoint, record: Record) -> None:
        """Tell the account of the flight whose link this is, and take from the packet what it says of the link."""
        self._keeper.refuse(owner, endpoint.link, reason, record, is_beside=is_beside(frame))
        link = self._flights.of(owner, system_id=self._admission.grants[owner].system_id).links.get(endpoint.link)
        if link is not None and is_beside(frame):
            link.quality.hear_beside(frame, record.receive_us)

    def _take_frame(self, frame: Frame, admitted: Admitted, endpoint: Endpoint, now_us: int) -> None:
        heard = self._flights.of(admitted.flight, system_id=frame.system_id)
        link = heard.link(endpoint.link, forget=self._keeper.end)
        link.count(frame, now_us=now_us, is_signed=admitted.is_signed)
        link.figures.bytes += frame.end - frame.start
        heard.feed(frame, now_us)
        self._counts.add("packets")
        self._counts.add("admitted")

    def _take_unreadable(self, piece: Unreadable, endpoint: Endpoint, now_us: int, owner: str | None) -> None:
        self._counts.add("bad_crc", piece.bad_crcs)
        self._counts.add("unreadable_bytes", piece.end - piece.start)
        if owner is None:
            reason = Reason.BAD_CRC if piece.bad_crcs else Reason.NOT_MAVLINK
            self._refuse(str(reason), piece, endpoint, None, now_us)
            return
        system_id = self._admission.grants[owner].system_id
        link = self._flights.of(owner, system_id=system_id).link(endpoint.link, forget=self._keeper.end)
        link.figures.bad += max(piece.bad_crcs, 1)
        link.figures.bytes += piece.end - piece.start

    def _refuse(
        self, reason: str, piece: Frame | Unreadable, endpoint: Endpoint, system_id: int | None, now_us: int
    ) -> None:
        self._counts.add("packets", max(piece.bad_crcs, 1) if isinstance(piece, Unreadable) else 1)
        self._counts.refuse(reason, piece, source=endpoint.address, system_id=system_id, now_us=now_us)
