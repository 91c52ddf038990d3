"""Who has two downloads and the page about the format can prove that a recording is whole."""

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from telemetry.drain.chunking import close_all_chunks
from telemetry.drain.seal import seal_flight
from telemetry.recordings.models import Flight
from testcentre.foundation.clock import utc_now
from tests.factories import load_exercise
from tests.people import person
from tests.telemetry.api.kept import booked_flight, keep
from tests.telemetry.keeping import HTTP, UDP, batch

PAGE = Path(__file__).parents[3] / "docs/reference/recording-format.md"
MAGIC = b"TCCHUNK1"
IN_UDP, IN_HTTP = f"('{UDP}', 'mavlink')", f"('{HTTP}', 'ndjson')"

pytestmark = pytest.mark.django_db

Verify = Callable[[bytes], tuple[int, str]]


def script() -> str:
    _, code = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    return str(code)


@pytest.fixture
def download(client: Client) -> tuple[bytes, bytes]:
    """Seal a flight of three chunks by one link and two by another; return its raw recording and its answer."""
    load_exercise()
    flight = booked_flight()
    for n in range(3):
        keep(flight, batch(flight, (n * 10, b"record %d" % n), (n * 10 + 1, bytes(range(200)))))
        if n:
            keep(flight, batch(flight, (n * 10, b"{%d}" % n), link=HTTP, kind="ndjson"))
        close_all_chunks(flight)
    Flight.objects.filter(pk=flight.pk).update(phase="ended", ended=utc_now())
    assert seal_flight(flight.id, now=utc_now())
    headers = person("aero/engineer").headers
    raw = client.get(f"/api/v1/flights/{flight.id}/recording?format=raw", headers=headers)
    return raw.getvalue(), client.get(f"/api/v1/flights/{flight.id}", headers=headers).content


@pytest.fixture
def verify(download: tuple[bytes, bytes], tmp_path: Path) -> Verify:
    """Return what runs the page's script, as it stands there, on raw bytes; gives its status and what it says."""
    (tmp_path / "verify.py").write_text(script())
    (tmp_path / "flight.json").write_bytes(download[1])

    def run(raw: bytes) -> tuple[int, str]:
        (tmp_path / "flight.raw").write_bytes(raw)
        command = [sys.executable, "-I", "verify.py", "flight.raw", "flight.json"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        return done.returncode, (done.stdout + done.stderr).strip()

    return run


def chunks_of(raw: bytes) -> list[bytes]:
    return [MAGIC + rest for rest in raw.split(MAGIC)[1:]]


def test_it_is_no_longer_than_thirty_lines() -> None:
    assert len(script().splitlines()) <= 30


def test_a_real_download_is_whole(download: tuple[bytes, bytes], verify: Verify) -> None:
    assert verify(download[0]) == (0, "whole: 5 chunks")


@pytest.mark.parametrize("number", [1, 2, 3])
def test_one_changed_bit_is_found_in_its_chunk(download: tuple[bytes, bytes], verify: Verify, number: int) -> None:
    chunks = chunks_of(download[0])
    changed = bytearray(chunks[number - 1])
    changed[-5] ^= 1
    chunks[number - 1] = bytes(changed)

    assert verify(b"".join(chunks)) == (1, f"{IN_UDP}: chunk {number} is not as it was")


@pytest.mark.parametrize(
    ("gone", "told"), [(1, f"{IN_UDP}: chunk 2"), (2, f"{IN_UDP}: chunk 3"), (4, f"{IN_HTTP}: chunk 2")]
)
def test_a_chunk_that_was_left_out_is_named(
    download: tuple[bytes, bytes], verify: Verify, gone: int, told: str
) -> None:
    chunks = chunks_of(download[0])
    del chunks[gone]

    assert verify(b"".join(chunks)) == (1, f"{told} is missing")


def test_a_whole_link_that_was_left_out_is_named(download: tuple[bytes, bytes], verify: Verify) -> None:
    assert verify(b"".join(chunks_of(download[0])[:3])) == (1, f"{IN_HTTP}: chunk 1 is missing")


def test_an_arrival_time_that_was_changed_is_found(download: tuple[bytes, bytes], verify: Verify) -> None:
    chunks = chunks_of(download[0])
    length = int.from_bytes(chunks[1][8:12], "big")
    chunks[1] = chunks[1][: 12 + length + 7] + b"\xff" + chunks[1][12 + length + 8 :]

    assert verify(b"".join(chunks)) == (1, f"{IN_UDP}: chunk 2 is not as it was")


def test_a_chain_that_was_made_anew_from_the_changed_chunk_on_fails_at_its_end(
    download: tuple[bytes, bytes], verify: Verify
) -> None:
    chunks = chunks_of(download[0])
    forged = [chunks[0].replace(b"record 0", b"forged 0")]
    for chunk in chunks[1:3]:
        length = int.from_bytes(chunk[8:12], "big")
        head = json.loads(chunk[12 : 12 + length])
        forged.append(chunk.replace(head["previous"].encode(), hashlib.sha256(forged[-1]).hexdigest().encode()))

    assert verify(b"".join(forged + chunks[3:])) == (1, f"{IN_UDP}: chunk 3 is not as it was")


def test_a_cut_download_is_found(download: tuple[bytes, bytes], verify: Verify) -> None:
    assert verify(download[0][:-1]) == (1, f"{IN_HTTP}: chunk 2 is not as it was")
    status, told = verify(download[0][: len(chunks_of(download[0])[0]) + 20])
    assert (status, told.partition(":")[0].partition(",")[0]) == (1, "chunk 2 of the file")
