"""The engines: real ones, private, gone with their parent, and startable again whatever happened."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
import redis

from testcentre import embedded
from testcentre.embedded import installation, postgresql
from tests.testcentre.processes import running, within

HOLD = """
    import sys, time
    from pathlib import Path
    from testcentre.embedded import Engines
    engines = Engines(Path(sys.argv[1]))
    engines.start()
    print("up", flush=True)
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder that was used once; to make one takes longer than to copy it."""
    folder = tmp_path_factory.mktemp("made") / "data"
    with embedded.Engines(folder):
        return folder


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "data")


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def held(data: Path) -> Iterator[subprocess.Popen[str]]:
    """Return a process that runs the engines of `data`."""
    script = textwrap.dedent(HOLD)
    process = subprocess.Popen([sys.executable, "-c", script, str(data)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def ask(environment: dict[str, str], sql: str) -> object:
    with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as connection:
        cursor = connection.execute(sql)  # type: ignore[arg-type]
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def valkey(url: str) -> "redis.Redis[bytes]":
    return redis.Redis.from_url(url)


def test_the_engines_keep_what_they_must_and_say_so_only_when_it_is_on_disk(empty: Path) -> None:
    with embedded.Engines(empty) as engines:
        settings = ("fsync", "synchronous_commit", "full_page_writes", "listen_addresses", "server_version_num")
        asked = {name: str(ask(engines.environment, f"SHOW {name}")) for name in settings}
        kept = {}
        for name in ("REDIS_STREAM_URL", "REDIS_URL"):
            with valkey(engines.environment[name]) as client:
                said = {k: client.config_get(k)[k] for k in ("appendonly", "appendfsync", "maxmemory-policy", "port")}
                kept[name] = (said, client.config_get("maxmemory")["maxmemory"] != "0")
    assert asked.pop("server_version_num")[:2] == postgresql.MAJOR
    assert asked == {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "listen_addresses": ""}
    common = {"appendfsync": "always", "maxmemory-policy": "noeviction", "port": "0"}
    assert kept["REDIS_STREAM_URL"] == ({"appendonly": "yes", **common}, True)
    assert kept["REDIS_URL"] == (common | {"appendonly": "no", "appendfsync": "everysec"}, True)


def test_what_was_stored_is_there_after_a_stop_and_a_start(data: Path) -> None:
    with embedded.Engines(data) as engines:
        ask(engines.environment, "CREATE TABLE kept AS SELECT 7 AS n")
        with valkey(engines.environment["REDIS_STREAM_URL"]) as client:
            client.xadd("stream:0", {"n": 7})
    assert running(data) == {}
    with embedded.Engines(data) as engines:
        assert ask(engines.environment, "SELECT n FROM kept") == 7
        with valkey(engines.environment["REDIS_STREAM_URL"]) as client:
            assert client.xlen("stream:0") == 1


def test_nothing_outlives_a_killed_parent_and_the_next_start_has_what_was_acknowledged(
    data: Path, held: subprocess.Popen[str]
) -> None:
    environment = embedded.environment(data)
    ask(environment, "CREATE TABLE kept AS SELECT 7 AS n")
    with valkey(environment["REDIS_STREAM_URL"]) as client:
        client.xadd("stream:0", {"n": 7})
    held.kill()
    held.wait()
    with embedded.Engines(data) as engines:  # at once: the old ones may still be ending
        assert ask(engines.environment, "SELECT n FROM kept") == 7
        with valkey(engines.environment["REDIS_STREAM_URL"]) as client:
            assert client.xlen("stream:0") == 1
    assert within(5, lambda: running(data) == {})


def test_a_killed_parent_leaves_no_process_even_without_another_start(data: Path, held: subprocess.Popen[str]) -> None:
    assert len(running(data)) > 4
    held.kill()
    held.wait()
    assert within(5, lambda: running(data) == {}), running(data)


def test_killed_engines_and_stale_files_do_not_stop_the_next_start(data: Path) -> None:
    with embedded.Engines(data):
        for pid, line in running(data).items():
            if "bin/postgres" in line or "valkey-server" in line:
                os.kill(pid, signal.SIGKILL)
    pid_file = data / "postgresql/postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))  # the number belongs to another process by now
    (data / "postgresql.new").mkdir()  # an initdb that was cut off
    (data / "postgresql.new/PG_VERSION").touch()
    with embedded.Engines(data) as engines:
        assert ask(engines.environment, "SELECT 1") == 1


def test_two_installations_run_beside_each_other(tmp_path: Path) -> None:
    with embedded.Engines(tmp_path / "one") as one, embedded.Engines(tmp_path / "two") as two:
        ask(one.environment, "CREATE TABLE only_in_one (n int)")
        assert ask(two.environment, "SELECT to_regclass('only_in_one')") is None
        assert one.environment["TESTCENTRE_SECRET_KEY"] != two.environment["TESTCENTRE_SECRET_KEY"]


def test_a_second_owner_is_refused_with_the_first_ones_number(data: Path, held: subprocess.Popen[str]) -> None:
    with pytest.raises(embedded.InUse, match=rf"is in use by process {held.pid}: stop that one, or .*--data"):
        embedded.Engines(data).start(wait_s=0)


def test_a_visitor_uses_running_engines_and_leaves_them(data: Path, held: subprocess.Popen[str]) -> None:
    with embedded.Visit(data) as environment:
        assert ask(environment, "SELECT 1") == 1
    assert held.poll() is None
    assert ask(embedded.environment(data), "SELECT 1") == 1


def test_a_visitor_starts_engines_that_do_not_run_and_stops_them(data: Path) -> None:
    with embedded.Visit(data) as environment:
        assert ask(environment, "SELECT 1") == 1
    assert running(data) == {}


def test_a_path_too_long_for_a_socket_gets_a_short_private_one(tmp_path: Path) -> None:
    data = tmp_path / ("long" * 30)
    with embedded.Engines(data) as engines:
        assert ask(engines.environment, "SELECT 1") == 1
        place = Path(engines.environment["REDIS_URL"].removeprefix("unix://")).parent
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
    (place / "postgresql").rmdir()  # nothing is left in them
    place.rmdir()


def test_a_wrong_password_is_refused(data: Path, held: subprocess.Popen[str]) -> None:
    url = embedded.environment(data)["DATABASE_URL"]
    password = json.loads((data / "secrets.json").read_text())["postgresql_password"]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url.replace(password, "guessed"))


def test_secrets_are_private_and_stay_the_same(empty: Path) -> None:
    first = embedded.environment(empty)
    assert embedded.environment(empty) == first
    assert stat.S_IMODE((empty / "secrets.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(empty.stat().st_mode) == 0o700
    assert sorted(embedded.secrets_of(empty)) == ["TESTCENTRE_KEYS_KEY", "TESTCENTRE_SECRET_KEY"]


def test_data_of_another_major_version_say_what_to_do(empty: Path) -> None:
    (empty / "postgresql").mkdir(parents=True)
    (empty / "postgresql/PG_VERSION").write_text("16\n")
    with pytest.raises(embedded.Unusable, match=r"holds data of PostgreSQL 16, this release runs 18: make a dump"):
        embedded.Engines(empty).start()
    assert (empty / "postgresql/PG_VERSION").read_text() == "16\n"


def test_a_full_disk_is_refused_before_anything_is_made(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "LEAST_FREE_MB", 10**9)
    with pytest.raises(
        embedded.Unusable, match=r"is full \(\d+ MB free, 1000000000 MB are needed\): free some space, or"
    ):
        embedded.Engines(empty).start()
    assert not (empty / "postgresql").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder somebody else's")
def test_the_data_of_another_user_are_left_alone(data: Path) -> None:
    embedded.environment(data)
    os.chown(data / "secrets.json", 65534, -1)
    with pytest.raises(
        embedded.Unusable, match=r"is user 65534's, this is user 0: start as that one, or choose another"
    ):
        embedded.environment(data)


def test_engines_say_nothing_that_a_newcomer_must_read_but_all_that_is_wrong(data: Path) -> None:
    with embedded.Engines(data) as engines, valkey(engines.environment["REDIS_URL"]) as client:
        client.ping()
        owned = embedded.engines_of(embedded.Installation(data))
    said = (data / "engines.log").read_text().splitlines()
    assert len(said) > 4
    assert [line for line in said if not any(engine.noise.search(line) for engine in owned)] == []
    wrong = (
        "LOG:  server process (PID 7) was terminated by signal 9",
        "LOG:  database system was interrupted; last known",
    )
    assert not any(engine.noise.search(line) for engine in owned for line in wrong)


def test_damaged_secrets_are_never_made_anew(empty: Path) -> None:
    empty.mkdir()
    (empty / "secrets.json").write_text("{")
    with pytest.raises(embedded.Unusable, match=r"secrets\.json is damaged: put back the copy from your backup"):
        embedded.environment(empty)
    assert (empty / "secrets.json").read_text() == "{"


def test_a_folder_that_cannot_be_made_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(embedded.Unusable, match=r"cannot be used as data folder .*, or choose another one with --data"):
        embedded.environment(tmp_path / "file/data")


def test_a_socket_folder_of_somebody_else_is_refused() -> None:
    with TemporaryDirectory() as folder:  # its path is short: a long one has its sockets elsewhere
        (Path(folder) / "sockets").symlink_to("/tmp")
        with pytest.raises(embedded.Unusable, match="is not a private folder of this user"):
            embedded.environment(Path(folder))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another identity for PostgreSQL")
def test_without_namespaces_root_hands_postgresql_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    # a place that everybody may enter, which pytest's own folders are not
    with TemporaryDirectory(prefix="nobody-") as folder:
        Path(folder).chmod(0o755)
        data = Path(folder) / "data"
        monkeypatch.setattr(postgresql, "may_use_namespaces", lambda _uid: False)
        with embedded.Engines(data) as engines:
            assert ask(engines.environment, "SELECT 1") == 1
        monkeypatch.undo()
        with embedded.Engines(data) as engines:  # whose data are nobody's stay so
            assert ask(engines.environment, "SELECT 1") == 1


def test_no_tcp_port_is_opened(data: Path, held: subprocess.Popen[str]) -> None:
    inodes = set()
    for pid in running(data):
        for link in Path(f"/proc/{pid}/fd").iterdir():
            try:
                target = str(link.readlink())
            except OSError:
                continue
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
    tables = [Path(f"/proc/net/{name}").read_text().splitlines()[1:] for name in ("tcp", "tcp6", "udp")]
    assert [line for table in tables for line in table if line.split()[9] in inodes] == []
