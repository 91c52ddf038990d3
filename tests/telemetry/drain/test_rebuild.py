import datetime as dt
import json
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F

from telemetry.bus.batch import Batch
from telemetry.drain.chunking import close_all_chunks
from telemetry.drain.derive import SEGMENT_ROWS
from telemetry.drain.rebuild import rebuild_flight
from telemetry.drain.seal import seal_flight
from telemetry.recordings import store
from telemetry.recordings.models import Chunk, Flight, FlightLink, TrackSegment
from telemetry.recordings.queries import track_of
from telemetry.wire.encode import Encoder
from telemetry.wire.tlog import read_tlog
from testcentre.audit.models import Entry
from testcentre.foundation.errors import Conflict, NotFound
from tests.telemetry.api.kept import keep
from tests.telemetry.keeping import BEGUN_US, HTTP, SYSTEM, UDP, a_flight, batch, position

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
ENDED = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
ROW = ("started", "last_received", "samples", "bytes", "last_sample", "sha256", "tlog_bytes", "manifest", "sealed_at")

Record = tuple[str, str, int, bytes]


def records(moments: int = 60) -> list[Record]:
    """Return what two links and a second sender brought in the order of arrival: (link, kind, µs, bytes)."""
    encoder, found = Encoder(SYSTEM), []
    for n in range(moments):
        packet = position(encoder, n) + encoder.heartbeat(now_us=BEGUN_US, armed=n > 5, custom_mode=0)
        found.append((UDP, "mavlink", n * 100_000, packet + (b"noise" if n % 7 == 0 else b"")))
        if n % 3:
            found.append((HTTP, "mavlink", n * 100_000 + 30_000, packet))
    line = json.dumps({"time": "2026-06-01T12:00:00Z", "latitude_deg": 52.0, "longitude_deg": 6.8}).encode()
    found.append((HTTP, "ndjson", 700_000, line))
    return sorted(found, key=lambda record: record[2])


def recorded(brought: Sequence[Record], *, together: int = 7, system_id: int = SYSTEM) -> Flight:
    """Keep records, so many together in a transaction and a chunk closed after every third, and seal the flight."""
    flight = a_flight(system_id=system_id)
    for turn, some in enumerate(chunked(brought, together)):
        groups: list[Batch] = [batch(flight, (us, data), link=link, kind=kind) for link, kind, us, data in some]
        with transaction.atomic():
            keep(flight, *groups)
            if turn % 3 == 2:
                close_all_chunks(flight)
    Flight.objects.filter(pk=flight.pk).update(phase="ended", ended=ENDED)
    assert seal_flight(flight.id, now=ENDED)
    flight.refresh_from_db()
    return flight


def chunked(brought: Sequence[Record], size: int) -> Iterator[Sequence[Record]]:
    for at in range(0, len(brought), size):
        yield brought[at : at + size]


def derived(flight: Flight) -> dict[str, Any]:
    """Return all that was derived of a flight, byte for byte."""
    flight.refresh_from_db()
    segments = TrackSegment.objects.filter(flight=flight).order_by("id")
    links = FlightLink.objects.filter(flight=flight).order_by("id")
    return {
        "row": {name: getattr(flight, name) for name in ROW},
        "links": list(links.values("name", "kind", "records", "bytes", "first_us", "last_us")),
        "log": store.read(flight.sha256),
        "track": [(s.first_us, s.last_us, s.rows, s.decoder, bytes(s.data)) for s in segments],
    }


@pytest.mark.django_db
def test_a_rebuilt_flight_is_the_same_to_the_last_byte() -> None:
    flight = recorded(records())
    before = derived(flight)

    assert rebuild_flight(flight.id).changed == ()

    assert derived(flight) == before
    assert before["row"]["samples"] == before["row"]["manifest"]["samples"] == 60 + 40 + 1
    assert before["row"]["manifest"]["links"][0]["chunks"] > 3
    assert Entry.objects.get(action="flight.rebuild").subject == f"flight:{flight.id}"


@pytest.mark.django_db
def test_what_a_sealed_flight_tells_does_not_depend_on_what_was_drained_together() -> None:
    brought = records()
    one, other = (derived(recorded(brought, together=size)) for size in (3, 50))

    assert (one["track"], one["log"], one["links"]) == (other["track"], other["log"], other["links"])
    assert one["row"]["samples"] == other["row"]["samples"]


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "system_id"), [("mavlink_2013.tlog", 1), ("dronekit_flight.tlog", 1)])
def test_a_real_flight_is_rebuilt_the_same(name: str, system_id: int) -> None:
    if not (SHARED / name).exists():
        pytest.skip(f"{SHARED / name} is not here")
    frames = [frame for _, frame in read_tlog((SHARED / name).read_bytes()) if frame.system_id == system_id][:6000]
    brought = [(UDP, "mavlink", n * 20_000, frame.packet) for n, frame in enumerate(frames)]
    flight = recorded(brought, together=500, system_id=system_id)
    before = derived(flight)
    assert before["row"]["samples"] > 100

    TrackSegment.objects.filter(flight=flight).delete()
    rebuild_flight(flight.id)

    assert derived(flight) == before


@pytest.mark.django_db
def test_what_was_damaged_is_restored_and_told() -> None:
    flight = recorded(records())
    before = derived(flight)
    wrong = "0" * 64
    Flight.objects.filter(pk=flight.pk).update(samples=1, sha256=wrong, manifest=None, last_sample=None)
    FlightLink.objects.filter(flight=flight, name=UDP).update(records=1)
    segment = TrackSegment.objects.filter(flight=flight).first()
    assert segment is not None
    segment.data = bytes(len(segment.data))
    segment.save()
    store.path_of(before["row"]["sha256"]).write_bytes(b"rot")

    rebuilt = rebuild_flight(flight.id)

    assert set(rebuilt.changed) == {
        "log", "samples", "sha256", "manifest", "last_sample", f"{UDP} records", "track",
    }  # fmt: skip
    assert derived(flight) == before
    assert rebuild_flight(flight.id).changed == ()


@pytest.mark.django_db
def test_a_damaged_log_file_alone_is_written_anew() -> None:
    flight = recorded(records())
    before = derived(flight)
    store.path_of(flight.sha256).write_bytes(before["log"][:-1])

    assert rebuild_flight(flight.id).changed == ("log",)

    assert derived(flight) == before


@pytest.mark.django_db
def test_chunks_that_are_missing_or_changed_are_all_named_and_nothing_is_changed() -> None:
    flight = recorded(records())
    TrackSegment.objects.filter(flight=flight).delete()
    udp = FlightLink.objects.get(flight=flight, name=UDP)
    of_udp = {chunk.number: chunk for chunk in udp.chunks.all()}
    changed = store.path_of(of_udp[2].sha256)
    changed.write_bytes(changed.read_bytes()[:-1] + b"\xff")
    store.path_of(of_udp[3].sha256).unlink()
    of_http = Chunk.objects.filter(link__flight=flight, link__name=HTTP, link__kind="mavlink")
    last = of_http.order_by("-number")[0]
    last.delete()
    before = derived(flight)

    with pytest.raises(Conflict) as told:
        rebuild_flight(flight.id)

    assert [refusal.field for refusal in told.value.refusals] == [
        f"{UDP} mavlink 2",
        f"{UDP} mavlink 3",
        f"{HTTP} mavlink {last.number}",
    ]
    assert derived(flight) == before
    assert not Entry.objects.filter(action="flight.rebuild").exists()


@pytest.mark.django_db
def test_a_chunk_taken_out_of_the_middle_is_named() -> None:
    flight = recorded(records())
    Chunk.objects.filter(link__flight=flight, link__name=UDP, number=2).delete()

    with pytest.raises(Conflict) as told:
        rebuild_flight(flight.id)

    assert [refusal.field for refusal in told.value.refusals] == [f"{UDP} mavlink 2"]


@pytest.mark.django_db
def test_a_chain_that_ends_otherwise_than_the_manifest_says_is_refused() -> None:
    flight = recorded(records())
    assert flight.manifest is not None
    flight.manifest["links"][0]["last_chunk"] = "f" * 64
    flight.save()

    with pytest.raises(Conflict, match=r"the manifest names f{64} as its hash"):
        rebuild_flight(flight.id)


@pytest.mark.django_db
def test_a_long_track_lies_in_several_segments_and_reads_as_one() -> None:
    encoder = Encoder(SYSTEM)
    moments = SEGMENT_ROWS + 10
    flight = recorded([(UDP, "mavlink", n * 100_000, position(encoder, n)) for n in range(moments)], together=2000)

    assert [segment.rows for segment in TrackSegment.objects.order_by("id")] == [SEGMENT_ROWS, 10]
    assert list(track_of(flight)["time_us"]) == [BEGUN_US + n * 100_000 for n in range(moments)]


@pytest.mark.django_db
def test_a_flight_that_is_not_sealed_or_not_there_is_refused() -> None:
    with pytest.raises(Conflict, match="not sealed"):
        rebuild_flight(a_flight().id)
    with pytest.raises(NotFound):
        rebuild_flight(uuid.UUID(int=9))


@pytest.mark.django_db(transaction=True)
def test_the_command_rebuilds_names_damage_and_ends_with_its_status(
    service_environment: Callable[..., dict[str, str]], objects: Path
) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "testcentre.cli", "rebuild", "flight", *words]
        environment = service_environment(TESTCENTRE_DATA=str(objects.parent))
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    flight = recorded(records())
    before = derived(flight)
    Flight.objects.filter(pk=flight.pk).update(samples=F("samples") + 1)

    done = run(str(flight.id))

    assert (done.returncode, done.stdout) == (0, f"flight {flight.id}: made again: samples; log {flight.sha256}\n")
    assert derived(flight) == before
    store.path_of(Chunk.objects.get(link__name=UDP, number=1).sha256).unlink()
    refused = run(str(flight.id))
    assert refused.returncode == 2
    assert refused.stderr.startswith(f"testcentre: Chunk 1 of link {UDP} (mavlink) is damaged: the store has no object")
    assert run("seven").returncode == 2
