"""What travels on the stream: the bytes of one link of one flight with their receive times."""

from typing import Literal

import msgspec


class Record(msgspec.Struct, array_like=True, frozen=True):
    """Hold bytes that arrived together; `receive_us` is our clock, µs since 1970 UTC."""

    receive_us: int
    data: bytes


class Tally(msgspec.Struct, array_like=True, frozen=True):
    """Say what its receiver counted on a link since the batch before, kept and refused alike.

    `refused` is packets by reason. `beside` are packets of other systems that tell of the link itself (its radio, time
    requests): they are read for its figures, and not kept.
    """

    packets: int = 0
    bytes: int = 0
    refused: dict[str, int] = {}
    refused_bytes: int = 0
    beside: list[Record] = []


class Batch(msgspec.Struct, array_like=True, frozen=True):
    """Hold what one link brought one flight within a batch window.

    `link` names the link (`udp:ADDRESS:PORT`, `tcp:…`, `http:…`, `ws:…`), `source` the process that received it.
    Kind `mavlink`: each record is a run of bytes, whole packets and unreadable ones; `ndjson`: one line each;
    `end`: no records, nothing more comes on this link. `tally` is the receiver's own count, for the closing account;
    a batch that only tells what was refused has no records.
    """

    flight: str
    link: str
    kind: Literal["mavlink", "ndjson", "end"]
    source: str
    records: list[Record]
    tally: Tally | None = None


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Batch)


def encode(batch: Batch) -> bytes:
    """Return the batch as it lies in the stream."""
    return _ENCODER.encode(batch)


def decode(blob: bytes) -> Batch:
    """Return the batch.

    Raises:
        msgspec.MsgspecError: the bytes are no batch.
    """
    return _DECODER.decode(blob)
