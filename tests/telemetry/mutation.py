"""Spoilt input, and what must be so whatever comes: shared by the suite's short run and `make fuzz`."""

import base64
import random
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from telemetry.api import tus
from telemetry.api.ingest_body import MAVLINK, NDJSON, parse_body
from telemetry.bus import batch
from telemetry.drain.decoding import MavlinkDecoder, NdjsonDecoder
from telemetry.sample import parse_line
from telemetry.wire.framing import LONGEST, Frame, Framer, Unreadable, split
from telemetry.wire.key_blanking import KeyBlanker
from telemetry.wire.signing import SignatureCheck
from telemetry.wire.tlog import read_tlog, write_tlog
from testcentre.foundation.errors import DomainError
from testcentre.foundation.json_body import parse_json
from tests.telemetry.wire.peer import KEY, NOW_US, sender, some_flight

T = TypeVar("T")
SYSTEM = 7
MOST_BYTES = 4096
SAMPLE = {
    "time": "2026-06-01T12:00:00.123Z",
    "latitude_deg": 52.27,
    "longitude_deg": 6.89,
    "mode": "LOITER",
    "armed": True,
}
_MAGIC = (
    b"\xfd",
    b"\xfe",
    b"\x00",
    b"\xff",
    b"\n",
    b"[",
    b"{",
    b'"',
    b"\\u",
    b"NaN",
    b"1e999",
    b"\xed\xa0\x80",
    b" ",
    b",",
)


def packets() -> list[bytes]:
    """Return one aircraft's packets of both versions, without and with signatures."""
    sent = some_flight(sender()) + some_flight(sender(is_v1=True)) + some_flight(sender(key=KEY))
    return [piece.packet for piece in split(sent)]


def seeds(own: Sequence[bytes] = ()) -> dict[str, list[bytes]]:
    """Return good inputs by kind; `own` are more packets."""
    found = [*packets(), *own]
    line = msgspec.json.encode(SAMPLE)
    words = ",".join(
        f"{k} {base64.b64encode(v).decode()}" for k, v in (("filename", b"a.tlog"), ("sha256", b"ab" * 32))
    )
    stored = batch.encode(batch.Batch("f", "udp:1", "mavlink", "g", [batch.Record(NOW_US, found[0])]))
    return {
        "mavlink": [*found, b"".join(found[:20])],
        "ndjson": [line, line + b"\n" + line, b'{"time":"2026-06-01T12:00:00+02:00"}\n' * 5],
        "json": [line, b"[" * 60 + b"]" * 60, b'{"a": [1, 2.5, null, "\\ud83d\\ude00"]}'],
        "tus": [words.encode(), b"12", b"flight 00000000-0000-0000-0000-000000000001"],
        "tlog": [
            write_tlog((NOW_US + n, packet) for n, packet in enumerate(found[at : at + 5])) for at in range(0, 40, 5)
        ],
        "batch": [stored],
    }


def mutate(dice: random.Random, pool: Sequence[bytes]) -> bytes:
    """Return one of the pool's inputs, spoilt one to four times; at most 4096 bytes."""
    data = bytearray(dice.choice(pool))
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(data) + 1)
        match dice.randrange(7):
            case 0 if data:  # bits flip
                for _ in range(dice.randint(1, 8)):
                    data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
            case 1:  # the end is missing
                del data[at:]
            case 2:  # the beginning is missing
                del data[:at]
            case 3:  # another one begins in the middle of this one
                other = dice.choice(pool)
                data[at:] = other[dice.randrange(len(other) + 1) :]
            case 4:  # it comes again
                data += bytes(data[at:] or data)
            case 5:  # something that means something
                data[at:at] = dice.choice(_MAGIC) * dice.choice((1, 1, 2, 100))
            case _:  # noise
                data[at : at + dice.randrange(8)] = dice.randbytes(dice.randrange(16))
        del data[MOST_BYTES:]
    return bytes(data)


def mavlink(data: bytes, dice: random.Random) -> None:
    """Cut, read and judge bytes of a link, whole and in two pieces: no byte is lost, no sample leaves its ranges."""
    pieces, framer, cut = split(data), Framer(), dice.randrange(len(data) + 1)
    assert b"".join(piece.packet for piece in pieces) == data
    parts = [*framer.feed(data[:cut]), *framer.feed(data[cut:])]
    kept = sum(piece.end - piece.start for piece in parts)
    assert len(data) - kept <= LONGEST
    parts += framer.finish()
    assert b"".join(piece.packet for piece in parts) == data
    assert [p.packet for p in parts if isinstance(p, Frame)] == [p.packet for p in pieces if isinstance(p, Frame)]
    _judge(pieces)
    decoder = MavlinkDecoder(SYSTEM, None)
    states = decoder.feed([(NOW_US, data)])
    MavlinkDecoder(SYSTEM, decoder.memory()).feed([(NOW_US + 1, data)])
    for state in states[-1:]:
        parse_line(msgspec.json.encode({"time": SAMPLE["time"], **state.sample.as_dict()}))
    _refused_or_not(lambda: parse_body(data, MAVLINK, system_id=SYSTEM, now_us=NOW_US, keys=KeyBlanker()))


def _judge(pieces: Sequence[Frame | Unreadable]) -> None:
    check = SignatureCheck()
    for piece in pieces:
        if isinstance(piece, Frame):
            check.judge(piece, key=KEY, now_us=NOW_US)


def ndjson(data: bytes, _dice: random.Random) -> None:
    """Read lines: taken whole or refused whole, and the drain reads what was taken."""
    parsed = _refused_or_not(lambda: parse_body(data, NDJSON, system_id=SYSTEM, now_us=NOW_US, keys=KeyBlanker()))
    if parsed is not None:
        assert len(NdjsonDecoder().feed([(r.receive_us, r.data) for r in parsed.records])) == parsed.accepted


def document(data: bytes, _dice: random.Random) -> None:
    """Read a document; what is read can be written in UTF-8."""
    repr(_refused_or_not(lambda: parse_json(data, limit_bytes=MOST_BYTES))).encode("utf-8")


def words(data: bytes, _dice: random.Random) -> None:
    """Read the headers of an upload."""
    text = data.decode("latin-1")
    _refused_or_not(lambda: tus.wish_of({"upload-length": "12", "upload-metadata": text}))
    _refused_or_not(lambda: tus.wish_of({"upload-length": text, "upload-metadata": "filename YQ=="}))
    _refused_or_not(lambda: tus.check_version({"tus-resumable": text}))


def tlog(data: bytes, _dice: random.Random) -> None:
    """Read a telemetry log; what it tells is in it."""
    for receive_us, frame in read_tlog(data):
        assert receive_us.to_bytes(8, "big") + frame.packet == data[frame.start - 8 : frame.end]


def stored(data: bytes, _dice: random.Random) -> None:
    """Read an entry of the stream as the drain does."""
    try:
        batch.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return


PARSERS: dict[str, Callable[[bytes, random.Random], None]] = {
    "mavlink": mavlink,
    "ndjson": ndjson,
    "json": document,
    "tus": words,
    "tlog": tlog,
    "batch": stored,
}


def _refused_or_not(read: Callable[[], T]) -> T | None:
    try:
        return read()
    except DomainError:
        return None
