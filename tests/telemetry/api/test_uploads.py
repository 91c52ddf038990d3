import asyncio
import datetime as dt
import hashlib
import os
import uuid
from pathlib import Path

import pytest
from django.test import Client

from telemetry.api import upload_body
from telemetry.recordings import spool, store
from telemetry.recordings.models import Log, Upload
from telemetry.recordings.uploads import commit_part, finish_upload, sweep_uploads, take_turn
from testcentre.audit.models import Entry
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Conflict
from tests.people import Person, person
from tests.telemetry.api.tus_client import ROOT, acall, call, create, patch

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("objects")]
DATA = os.urandom(700_000)
SHA256 = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def engineer() -> Person:
    return person("aero/engineer")


def test_an_upload_becomes_a_log_with_the_same_bytes(engineer: Person) -> None:
    made = create(engineer, len(DATA), sha256=SHA256)
    assert made.status == 201

    done = patch(engineer, made.headers["location"], 0, DATA[:300_000], DATA[300_000:])

    assert (done.status, done.headers["upload-offset"]) == (204, str(len(DATA)))
    log = Log.objects.get(pk=done.headers["log-id"])
    assert (log.filename, log.bytes, log.sha256, log.state) == ("flight.ulg", len(DATA), SHA256, "received")
    assert store.read(SHA256) == DATA
    assert Entry.objects.filter(action="log.received", subject=f"log:{log.id}").count() == 1


def test_a_cut_upload_goes_on_where_it_stood(engineer: Person) -> None:
    path = create(engineer, len(DATA)).headers["location"]

    patch(engineer, path, 0, DATA[:400_000], cut=True)
    head = call("HEAD", path, engineer)

    assert (head.status, head.headers["upload-offset"], head.headers["upload-length"]) == (200, "400000", "700000")
    done = patch(engineer, path, 400_000, DATA[400_000:])
    assert store.read(Log.objects.get(pk=done.headers["log-id"]).sha256) == DATA


def test_the_newest_patch_wins_and_an_older_one_can_neither_write_nor_commit(engineer: Person) -> None:
    path = create(engineer, 6).headers["location"]
    upload_id = uuid.UUID(path.rsplit("/", 1)[1])
    old = take_turn(engineer.asker, upload_id, offset=0)
    with spool.Part(upload_id, old.token) as part:
        part.write(b"OLD")

        assert patch(engineer, path, 0, b"new").status == 204

        part.write(b"OLD")
        part.sync()
    with pytest.raises(Conflict):
        commit_part(old, written=6)
    done = patch(engineer, path, 3, b"er.")
    assert store.read(Log.objects.get(pk=done.headers["log-id"]).sha256) == b"newer."


def test_a_long_patch_is_counted_on_the_way(engineer: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_body, "COMMIT_BYTES", 256 * 1024)
    path = create(engineer, len(DATA)).headers["location"]
    seen: list[int] = []

    async def go() -> None:
        pieces = [DATA[:300_000], DATA[300_000:600_000]]

        async def receive() -> dict[str, object]:
            seen.append(int((await acall("HEAD", path, engineer)).headers["upload-offset"]))
            if pieces:
                return {"type": "http.request", "body": pieces.pop(0), "more_body": True}
            return {"type": "http.disconnect"}

        turn = await asyncio.to_thread(take_turn, engineer.asker, uuid.UUID(path.rsplit("/", 1)[1]), offset=0)
        await upload_body.keep_body(turn, receive)  # type: ignore[arg-type]

    asyncio.run(go())
    assert seen == [0, 300_000, 600_000]


def test_an_upload_whose_bytes_were_all_there_when_the_process_died_is_finished_by_the_next_question(
    engineer: Person,
) -> None:
    path = create(engineer, 3).headers["location"]
    turn = take_turn(engineer.asker, uuid.UUID(path.rsplit("/", 1)[1]), offset=0)
    with spool.Part(turn.upload_id, turn.token) as part:
        part.write(b"abc")
        part.sync()
    commit_part(turn, written=3)

    first, again = call("HEAD", path, engineer), call("HEAD", path, engineer)

    assert first.headers["log-id"] == again.headers["log-id"] == str(Log.objects.get().id)
    assert not spool.folder_of(turn.upload_id).exists()


def test_finishing_twice_makes_one_log(engineer: Person) -> None:
    path = create(engineer, 3).headers["location"]
    done = patch(engineer, path, 0, b"abc")
    upload_id = uuid.UUID(path.rsplit("/", 1)[1])
    assert str(finish_upload(engineer.asker, upload_id).id) == done.headers["log-id"]
    assert Log.objects.count() == 1


def test_an_empty_file_is_a_log_at_once(engineer: Person) -> None:
    made = create(engineer, 0)
    assert Log.objects.get(pk=made.headers["log-id"]).bytes == 0


def test_content_that_is_not_what_was_declared_is_refused_and_removed(engineer: Person) -> None:
    path = create(engineer, 3, sha256=SHA256).headers["location"]
    refused = patch(engineer, path, 0, b"abc")
    assert (refused.status, refused.codes) == (422, ["sha256_differs"])
    assert not Log.objects.exists()
    assert call("HEAD", path, engineer).status == 404


@pytest.mark.parametrize("length", ["-1", "1e30", str(10**30), "", "1.5", "0x10", "٣"])
def test_a_length_that_is_none_is_400(engineer: Person, length: str) -> None:
    refused = create(engineer, length.encode().decode("latin-1") if not length.isascii() else length)
    assert (refused.status, refused.codes) == (400, ["bad_length"])


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"filename": ""}, "bad_filename"),
        ({"filename": "a\0b"}, "bad_filename"),
        ({"filename": "x" * 256}, "bad_filename"),
        ({"sha256": "abc"}, "bad_sha256"),
        ({"flight": "seven"}, "bad_flight"),
        ({"flight": str(uuid.UUID(int=9))}, "unknown_flight"),
    ],
)
def test_bad_metadata_is_400(engineer: Person, words: dict[str, str], code: str) -> None:
    refused = create(engineer, 3, **words)
    assert (refused.status, refused.codes, refused.headers["content-type"]) == (400, [code], "application/problem+json")
    assert not Upload.objects.exists()


def test_metadata_that_is_no_base64_is_400(engineer: Person) -> None:
    refused = call("POST", ROOT, engineer, upload_length="3", upload_metadata="filename ###")
    assert (refused.status, refused.codes) == (400, ["bad_metadata"])


def test_a_name_with_folders_keeps_its_last_part(engineer: Person) -> None:
    create(engineer, 3, filename="..\\..\\etc/passwd")
    assert Upload.objects.get().filename == "passwd"


def test_another_version_is_412(engineer: Person) -> None:
    refused = call("POST", ROOT, engineer, tus_resumable="0.2.2")
    assert call("POST", ROOT, engineer, **{"tus-resumable": "0.2.2"}).status == refused.status == 412
    assert refused.headers["tus-version"] == "1.0.0"


def test_another_offset_is_409_and_tells_the_right_one(engineer: Person) -> None:
    path = create(engineer, 3).headers["location"]
    refused = patch(engineer, path, 2, b"c")
    assert (refused.status, refused.codes) == (409, ["offset_differs"])


def test_more_bytes_than_promised_are_413_and_those_that_fit_are_kept(engineer: Person) -> None:
    path = create(engineer, 4).headers["location"]
    assert patch(engineer, path, 0, b"ab").status == 204
    assert patch(engineer, path, 2, content_length="9").status == 413
    assert patch(engineer, path, 2, b"cdefg").status == 413
    head = call("HEAD", path, engineer)
    assert store.read(Log.objects.get(pk=head.headers["log-id"]).sha256) == b"abcd"


def test_a_file_over_the_limit_is_413(engineer: Person) -> None:
    assert create(engineer, 10**17).status == 413


def test_another_content_type_is_415(engineer: Person) -> None:
    path = create(engineer, 4).headers["location"]
    assert patch(engineer, path, 0, b"a", content_type="text/plain").status == 415


def test_somebody_elses_upload_is_404_like_one_that_is_not_there(engineer: Person) -> None:
    path = create(engineer, 4).headers["location"]
    rival = person("heavylift/engineer")
    for method in ("HEAD", "PATCH", "DELETE"):
        more = {"content_type": "application/offset+octet-stream", "upload_offset": "0"}
        theirs, nobody = call(method, path, rival, **more), call(method, f"{ROOT}{uuid.UUID(int=1)}", rival, **more)
        assert (theirs.status, theirs.body) == (nobody.status, nobody.body)
        assert theirs.status == 404
    assert Upload.objects.get().offset == 0


def test_who_may_not_upload(engineer: Person) -> None:
    assert call("POST", ROOT, None).status == 401
    assert create(person("aero/viewer"), 3).status == 403
    assert create(person("range/operator"), 3).status == 403


def test_deleting_removes_row_and_spool(engineer: Person, objects: Path) -> None:
    path = create(engineer, 4).headers["location"]
    patch(engineer, path, 0, b"ab")
    assert call("DELETE", path, engineer).status == 204
    assert call("HEAD", path, engineer).status == 404
    assert [p for p in (objects / "spool").rglob("*") if p.is_file()] == []


def test_an_upload_that_nobody_continues_for_a_day_is_swept(engineer: Person, objects: Path) -> None:
    path = create(engineer, 4).headers["location"]
    patch(engineer, path, 0, b"ab")
    assert sweep_uploads(utc_now() + dt.timedelta(hours=23)) == 0
    assert sweep_uploads(utc_now() + dt.timedelta(hours=25)) == 1
    assert [p for p in (objects / "spool").rglob("*") if p.is_file()] == []


def test_options_tell_what_is_spoken_and_other_methods_are_405(engineer: Person) -> None:
    told = call("OPTIONS", ROOT, None)
    assert (told.status, told.headers["tus-extension"]) == (204, "creation,termination,expiration")
    assert call("PUT", ROOT, engineer).headers["allow"] == "OPTIONS, POST"


def test_logs_are_the_own_companys_and_their_file_comes_back(engineer: Person, client: Client) -> None:
    log_id = patch(engineer, create(engineer, len(DATA)).headers["location"], 0, DATA).headers["log-id"]

    listed = client.get("/api/v1/logs", headers=engineer.headers).json()
    told = client.get(f"/api/v1/logs/{log_id}", headers=engineer.headers).json()
    file = client.get(f"/api/v1/logs/{log_id}/file", headers=engineer.headers)

    assert listed["results"] == [told]
    assert (told["id"], told["state"], told["bytes"]) == (log_id, "received", len(DATA))
    assert (file.headers["ETag"], file.getvalue()) == (f'"{SHA256}"', DATA)
    rival = person("heavylift/engineer").headers
    assert client.get("/api/v1/logs", headers=rival).json()["results"] == []
    for path in (f"logs/{log_id}", f"logs/{log_id}/file"):
        theirs = client.get(f"/api/v1/{path}", headers=rival)
        nobody = client.get(f"/api/v1/{path.replace(log_id, str(uuid.UUID(int=1)))}", headers=rival)
        assert (theirs.status_code, theirs.content) == (nobody.status_code, nobody.content)
        assert theirs.status_code == 404
    assert client.get("/api/v1/logs", headers=person("range/operator").headers).status_code == 403
