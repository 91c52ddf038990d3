"""The object store in a bucket, before a real server: the same promises as the folder's."""

import hashlib
import os
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import obstore
import pytest
from django.db import connection, transaction
from django.test import Client
from pytest_django import Settings

from telemetry.drain.chunking import close_all_chunks
from telemetry.drain.rebuild import rebuild_flight
from telemetry.drain.seal import seal_flight
from telemetry.exports.raw import raw_pieces
from telemetry.recordings import store
from telemetry.recordings.chunks import links_of
from telemetry.recordings.models import Chunk, Flight, Suspect
from telemetry.recordings.store import bucket
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Conflict, Unavailable
from tests.factories import load_exercise
from tests.people import person
from tests.telemetry.api.kept import booked_flight, flown
from tests.telemetry.buckets import BucketServer
from tests.telemetry.keeping import UDP, a_flight, append, batch, drain
from tests.telemetry.valkeys import PrivateValkey

pytestmark = pytest.mark.django_db
LARGE = 8 * 1024 * 1024 + 17
NEVER = timedelta(0)


@pytest.fixture(scope="module")
def server() -> Iterator[BucketServer]:
    with BucketServer() as running:
        yield running


@pytest.fixture(autouse=True)
def prefix(server: BucketServer, settings: Settings) -> str:
    """Have the test's objects below a prefix of its own."""
    settings.OBJECTS_ACCESS_KEY = settings.OBJECTS_SECRET_KEY = "any"
    name = f"test/{uuid.uuid4().hex}"
    settings.OBJECTS_URL, settings.OBJECTS_ENDPOINT = f"s3://{server.bucket}/{name}", server.endpoint
    return name


def key_of(prefix: str, sha256: str) -> str:
    return f"{prefix}/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def is_there(sha256: str) -> bool:
    try:
        store.open_object(sha256).close()
    except FileNotFoundError:
        return False
    return True


def test_content_lies_under_its_hash_and_the_folder_keeps_nothing(
    server: BucketServer, prefix: str, objects: Path
) -> None:
    sha256, size = store.put([b"some", b"", b"thing"])

    assert (sha256, size) == (hashlib.sha256(b"something").hexdigest(), 9)
    assert store.read(sha256) == b"something"
    assert server.ask("GET", key_of(prefix, sha256))[0] == b"something"
    assert [path for path in objects.rglob("*") if path.is_file()] == []


def test_an_object_that_is_not_there_is_a_missing_file() -> None:
    with pytest.raises(FileNotFoundError):
        store.read("0" * 64)


def test_large_content_goes_in_parts_and_comes_back_whole_and_from_any_place(server: BucketServer, prefix: str) -> None:
    content = os.urandom(LARGE)
    sha256, size = store.put(content[at : at + 100_000] for at in range(0, LARGE, 100_000))

    assert size == LARGE
    assert server.ask("HEAD", key_of(prefix, sha256))[1]["ETag"].endswith('-2"'), "two parts"
    assert store.read(sha256) == content
    with store.open_object(sha256) as file:
        for first in (0, 1024 * 1024 - 1, 5_999_999, LARGE - 5, LARGE, LARGE + 10):
            file.seek(first)
            assert file.read(70_000) == content[first : first + 70_000]
        assert file.seek(-3, os.SEEK_END) == LARGE - 3
        assert file.read() == content[-3:]


def test_reading_in_small_pieces_is_few_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    content = os.urandom(1024 * 1024 + 512 * 1024)
    sha256, _ = store.put([content])
    asked: list[int] = []
    get_range = obstore.get_range

    def counted(*which: Any, start: int, length: int) -> Any:
        asked.append(length)
        return get_range(*which, start=start, length=length)

    monkeypatch.setattr(obstore, "get_range", counted)

    assert store.read(sha256) == content
    assert asked == [len(content)]
    asked.clear()
    with store.open_object(sha256) as file:
        assert b"".join(iter(lambda: file.read(100_000), b"")) == content
    assert asked == [1024 * 1024, 512 * 1024]


def test_what_is_there_is_not_written_again(server: BucketServer, prefix: str) -> None:
    sha256, _ = store.put([b"content"])
    server.ask("PUT", key_of(prefix, sha256), b"as it is there")

    store.put([b"content"])

    assert store.read(sha256) == b"as it is there"


def test_two_that_write_at_once_never_overwrite_each_other(server: BucketServer, prefix: str, tmp_path: Path) -> None:
    sha256, _ = store.put([b"first"])
    second = tmp_path / "second"
    second.write_bytes(b"second")
    place = store.place()
    assert isinstance(place, bucket.Bucket)

    place._write(f"{sha256[:2]}/{sha256[2:4]}/{sha256}", second, is_new=True)  # it looked before the first one wrote

    assert store.read(sha256) == b"first"


def test_an_object_whose_bytes_are_damaged_is_replaced_when_asked_to(server: BucketServer, prefix: str) -> None:
    sha256, _ = store.put([b"content"])
    server.ask("PUT", key_of(prefix, sha256), b"rot")

    store.put([b"content"], replace=True)

    assert store.read(sha256) == b"content"


def test_an_old_object_that_nothing_refers_to_is_swept_and_others_stay(server: BucketServer, prefix: str) -> None:
    orphan, kept = (store.put([content])[0] for content in (b"orphan", b"kept"))
    server.ask("PUT", f"{prefix}/notes.txt", b"somebody else's")

    assert store.sweep(lambda _: False) == 0, "they are young"
    assert store.sweep(lambda sha256: sha256 == kept, older_than_s=0) == 1

    assert (is_there(orphan), is_there(kept)) == (False, True)
    assert server.ask("GET", f"{prefix}/notes.txt")[0] == b"somebody else's"


def test_an_orphan_that_is_put_again_while_the_sweep_looks_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket, "YOUNG", NEVER)
    orphan, _ = store.put([b"orphan"])
    threading.Event().wait(2.1)  # the server tells ages in whole seconds

    def asked(_: str) -> bool:
        store.put([b"orphan"])  # its transaction has not committed yet: no row refers to it
        return False

    assert store.sweep(asked, older_than_s=1) == 0
    assert is_there(orphan)


@pytest.mark.django_db(transaction=True)
def test_no_sweep_takes_what_a_transaction_that_still_runs_has_put() -> None:
    def sweep() -> int:
        try:
            return store.sweep(lambda _: False, older_than_s=0)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as beside:
        with transaction.atomic():
            sha256, _ = store.put([b"about to be referred to"])
            assert beside.submit(sweep).result(30) == 0
            assert is_there(sha256)
        assert beside.submit(sweep).result(30) == 1


def test_a_flight_is_sealed_downloaded_in_part_and_rebuilt_from_a_bucket(
    client: Client, server: BucketServer, prefix: str, objects: Path
) -> None:
    load_exercise()
    flight, _ = flown(booked_flight())
    close_all_chunks(flight)
    Flight.objects.filter(pk=flight.pk).update(phase="ended", ended=utc_now())
    assert seal_flight(flight.id, now=utc_now())
    flight.refresh_from_db()
    headers = person("aero/engineer").headers

    whole = client.get(f"/api/v1/flights/{flight.id}/recording", headers=headers).getvalue()
    part = client.get(f"/api/v1/flights/{flight.id}/recording", headers={**headers, "Range": "bytes=40-99"})

    assert hashlib.sha256(whole).hexdigest() == flight.sha256
    assert (part.status_code, part.getvalue()) == (206, whole[40:100])
    assert len(b"".join(raw_pieces(links_of(flight.id)))) > len(whole)
    server.ask("PUT", key_of(prefix, flight.sha256), b"rot")
    assert rebuild_flight(flight.id).changed == ("log",)
    assert store.read(flight.sha256) == whole
    server.ask("DELETE", key_of(prefix, Chunk.objects.get().sha256))
    with pytest.raises(Conflict, match=f"Chunk 1 of link {UDP}"):
        rebuild_flight(flight.id)
    assert [path for path in objects.rglob("*") if path.is_file()] == []


def test_a_store_that_does_not_answer_is_told_and_what_was_to_be_kept_waits_in_the_stream(settings: Settings) -> None:
    flight, works = a_flight(), settings.OBJECTS_ENDPOINT
    with PrivateValkey() as valkey:
        append(valkey.url, [batch(flight, (0, bytes(1_100_000)))])
        settings.OBJECTS_ENDPOINT = "http://127.0.0.1:9"
        for _ in range(4):  # more often than an entry is tried that kills its drain
            with pytest.raises(Unavailable, match="object store"), transaction.atomic():
                drain(valkey.url)

        assert not Suspect.objects.exists()
        settings.OBJECTS_ENDPOINT = works
        drain(valkey.url)

    assert [chunk.body for chunk in Chunk.objects.all()] == [None]
    assert not Suspect.objects.exists()


def test_a_bucket_that_is_not_there_is_told(settings: Settings) -> None:
    settings.OBJECTS_URL = "s3://nowhere"
    with pytest.raises(Unavailable, match="no such bucket"):
        store.put([b"a"])
