import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as some

from telemetry.recordings.chunks import DamagedChunk, body_of, pack, unpack

RECORDS = some.lists(some.tuples(some.integers(0, 2**64 - 1), some.binary(max_size=300)))


@given(RECORDS)
def test_records_come_back_as_they_were(records: list[tuple[int, bytes]]) -> None:
    assert list(unpack(pack(records))) == records


@given(RECORDS.filter(bool), some.data())
def test_a_cut_body_is_damaged_and_never_misread(records: list[tuple[int, bytes]], data: some.DataObject) -> None:
    body = pack(records)
    cut = body[: data.draw(some.integers(1, len(body) - 1))]
    read = []
    with contextlib.suppress(DamagedChunk):
        read.extend(unpack(cut))
    assert read == records[: len(read)]
    assert len(read) < len(records)


def test_bytes_that_are_no_chunk_are_refused() -> None:
    with pytest.raises(DamagedChunk, match="TCCHUNK1"):
        body_of(b"something else")
