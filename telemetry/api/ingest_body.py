"""What a sender's bytes hold: packets or samples of one aircraft, taken whole or refused with all faults."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from telemetry.bus.batch import Record, Tally
from telemetry.sample import BadSample, Sample, parse_line
from telemetry.wire.framing import Frame, Unreadable, split
from telemetry.wire.key_blanking import KeyBlanker
from testcentre.foundation.errors import Refusal, Refused, UnsupportedType

MAVLINK, NDJSON = "application/vnd.mavlink", "application/x-ndjson"
MOST_REFUSALS = 20


@dataclass(frozen=True)
class Parsed:
    """What is to be kept, and what it tells of the aircraft's state: `frames` or `samples`."""

    kind: Literal["mavlink", "ndjson"]
    records: list[Record]
    frames: Sequence[Frame] = ()
    samples: Sequence[Sample] = ()
    bad: int = 0

    @property
    def accepted(self) -> int:
        """Return the number of packets or samples."""
        return len(self.frames) or len(self.samples)

    @property
    def tally(self) -> Tally:
        """Return what came in, for the flight's closing account."""
        return Tally(self.accepted, sum(len(record.data) for record in self.records))


def parse_body(body: bytes, content_type: str, *, system_id: int, now_us: int, keys: KeyBlanker) -> Parsed:
    """Parse a request's body; `keys` is the link's.

    Raises:
        UnsupportedType: the content type is neither of the two.
        Refused: no whole packet, no sample, a packet of another system, a line that is no sample.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind == MAVLINK:
        pieces = split(body)
        _require_a_packet(pieces, body)
        return parse_pieces(pieces, system_id=system_id, now_us=now_us, keys=keys)
    if kind == NDJSON:
        return _parse_lines(body, now_us=now_us)
    refusal = Refusal(
        "content_type", "The content type is not known.", "Content-Type", f"{MAVLINK} or {NDJSON}", kind[:80] or None
    )
    raise UnsupportedType(refusal)


def parse_pieces(pieces: Sequence[Frame | Unreadable], *, system_id: int, now_us: int, keys: KeyBlanker) -> Parsed:
    """Return packets of one aircraft; bytes between them that are no packets are kept as they came, but for keys.

    Raises:
        Refused: a packet of another system.
    """
    frames = [piece for piece in pieces if isinstance(piece, Frame)]
    foreign = sorted({frame.system_id for frame in frames} - {system_id})
    if foreign:
        raise Refused(
            Refusal(
                "foreign_system",
                "There are packets of another system: nothing of it was kept.",
                expected=system_id,
                got=foreign,
                remedy="Send only the packets of the booked aircraft, or book it under the system id that it uses.",
            )
        )
    body = b"".join(keys.blank(piece) for piece in pieces)
    bad = sum(max(piece.bad_crcs, 1) for piece in pieces if isinstance(piece, Unreadable))
    return Parsed("mavlink", [Record(now_us, body)], frames=frames, bad=bad)


def _require_a_packet(pieces: Sequence[Frame | Unreadable], body: bytes) -> None:
    if not any(isinstance(piece, Frame) for piece in pieces):
        raise Refused(
            Refusal(
                "no_packet",
                "The body holds no whole MAVLink packet.",
                expected="MAVLink 1 or 2 packets with good CRCs",
                got=f"{len(body)} bytes that begin with {body[:8].hex(' ') or 'nothing'}",
                remedy="Send the bytes of the link as they are, without time stamps between them.",
            )
        )


def _parse_lines(body: bytes, *, now_us: int) -> Parsed:
    records, samples, refusals = [], [], []
    for number, line in enumerate(body.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            samples.append(parse_line(line))
        except BadSample as bad:
            refusals.append(_of_line(number, bad))
            if len(refusals) == MOST_REFUSALS:
                break
        records.append(Record(now_us, line))
    if refusals:
        raise Refused(*refusals)
    if not samples:
        raise Refused(Refusal("no_sample", "The body holds no sample.", expected="one sample per line", got="no line"))
    return Parsed("ndjson", records, samples=samples)


def _of_line(number: int, bad: BadSample) -> Refusal:
    field = f"line {number}" + (f".{bad.field}" if bad.field else "")
    return Refusal("bad_sample", f"Line {number} is no sample: {bad}.", field, bad.expected, bad.got)
