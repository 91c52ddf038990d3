"""`up`: one sentence where it cannot start; ready, watched and gone again where it can."""

import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from testcentre import embedded
from testcentre.commands.processes import QUEUES
from tests.testcentre.processes import children_of, running, within

START_LIMIT_S = 60
TERMINAL = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
UP = [sys.executable, "-m", "testcentre.cli", "up"]


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> str:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def refused(data: Path, *words: str, **more: object) -> str:
    """Return the one sentence with which `up` refuses to start."""
    command = [*UP, "--data", str(data), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **more)  # type: ignore[call-overload]
    assert (done.returncode, done.stdout) == (2, ""), done
    assert done.stderr.count("\n") == 1, done.stderr
    assert running(data) == {}
    return str(done.stderr)


@pytest.mark.parametrize(
    ("option", "kind", "host"),
    [
        ("--port", socket.SOCK_STREAM, "127.0.0.1"),
        ("--mavlink-udp", socket.SOCK_DGRAM, "0.0.0.0"),
        ("--mavlink-tcp", socket.SOCK_STREAM, "0.0.0.0"),
    ],
)
def test_a_taken_port_names_the_option_that_chooses_another(
    tmp_path: Path, option: str, kind: socket.SocketKind, host: str
) -> None:
    with socket.socket(socket.AF_INET, kind) as holder:
        holder.bind((host, 0))
        if kind is socket.SOCK_STREAM:
            holder.listen()
        taken = str(holder.getsockname()[1])
        ports = [] if option == "--port" else ["--port", free_port()]
        said = refused(tmp_path / "data", *ports, option, taken)
    why = "(Address already in use)"
    assert said == f"testcentre: Port {taken} of {host} cannot be used {why}: choose another one with {option}.\n"


@pytest.mark.parametrize("port", ["0", "65536"])
def test_a_port_that_is_none_is_refused(tmp_path: Path, port: str) -> None:
    assert refused(tmp_path / "data", "--port", port) == f"testcentre: --port must be from 1 to 65535, got {port}.\n"


def test_a_data_folder_that_cannot_be_made_is_refused() -> None:
    said = refused(Path("/proc/nowhere"), "--port", free_port())
    assert re.search(r"/proc/nowhere cannot be used as data folder by user \d+ \(.+\): make it writable, or", said)


def test_data_of_another_major_version_are_refused(tmp_path: Path) -> None:
    (tmp_path / "postgresql").mkdir()
    (tmp_path / "postgresql/PG_VERSION").write_text("17\n")
    said = refused(tmp_path, "--port", free_port())
    assert "holds data of PostgreSQL 17, this release runs 18: make a dump (pg_dump) with the release that" in said


def test_a_disk_that_takes_no_more_is_refused_with_the_reason(tmp_path: Path) -> None:
    def small_files_only() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))

    said = refused(tmp_path / "data", "--port", free_port(), preexec_fn=small_files_only)
    assert "File too large): free space there or choose another --data." in said


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    with embedded.Installation(tmp_path).own():
        said = refused(tmp_path, "--port", free_port())
    assert said.endswith(f"is in use by process {os.getpid()}: stop that one, or choose another folder with --data.\n")


def test_a_bad_setting_is_refused(tmp_path: Path) -> None:
    said = refused(tmp_path, "--port", free_port(), env={**os.environ, "TESTCENTRE_DEBUG": "maybe"})
    assert said == "testcentre: TESTCENTRE_DEBUG must be 0 or 1, got 'maybe'.\n"


class Up:
    """A running `up --no-demo` at a terminal of its own; to kill that is to close it."""

    def __init__(self, data: Path) -> None:
        self.port, self._log = free_port(), data.with_suffix(".log").open("w+b")
        ports = ["--mavlink-udp", free_port(socket.SOCK_DGRAM), "--mavlink-tcp", free_port()]
        command = [*UP, "--no-demo", "--data", str(data), "--port", self.port, *ports]
        ours = ("DATABASE_", "REDIS_", "TESTCENTRE_", "DJANGO_")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        self.terminal = subprocess.Popen(
            [sys.executable, "-c", TERMINAL, *command], stdin=subprocess.PIPE, stdout=self._log, env=environment
        )

    @property
    def lines(self) -> list[str]:
        self._log.seek(0)
        return self._log.read().decode().splitlines()

    @property
    def pid(self) -> int:
        return next(iter(children_of(self.terminal.pid).values()))

    def type(self, keys: bytes) -> None:
        assert self.terminal.stdin is not None
        self.terminal.stdin.write(keys)
        self.terminal.stdin.flush()

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=3) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def kill(self, are_meant: Callable[[str], bool]) -> None:
        """Kill children, and wait until all that were there are there again and the service is ready."""
        before = children_of(self.pid)
        killed = {name: pid for name, pid in before.items() if are_meant(name)}
        for pid in killed.values():
            os.kill(pid, signal.SIGKILL)

        def has_all_again() -> bool:
            now = children_of(self.pid)
            return now.keys() == before.keys() and not {*now.values()} & {*killed.values()} and self.is_ready()

        assert within(START_LIMIT_S, has_all_again), (before, children_of(self.pid), self.lines[-20:])
        assert sum("ended with signal SIGKILL; it is started again" in line for line in self.lines) >= len(killed)

    def close(self) -> None:
        self.terminal.kill()
        self.terminal.wait()
        assert self.terminal.stdin is not None
        self.terminal.stdin.close()
        self._log.close()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return one data folder for all starts, with a name that is plain to nobody but a file system."""
    folder = tmp_path_factory.mktemp("up") / "a folder, 100 % odd"
    yield folder
    shutil.rmtree(embedded.Installation(folder).sockets)  # below /tmp, because of that name


@pytest.fixture
def up(data: Path) -> Iterator[Up]:
    started = Up(data)
    try:
        assert within(START_LIMIT_S, lambda: any(line.startswith("ready") for line in started.lines)), started.lines
        yield started
    finally:
        started.close()
    assert within(10, lambda: running(data) == {}), running(data)


def test_killed_engines_and_processes_come_back_and_ctrl_c_twice_stops_all(up: Up, data: Path) -> None:
    said, ready = up.lines, f"ready http://127.0.0.1:{up.port}"
    named = [line for line in said if line != ready]
    assert len(named) == len(said) - 1
    assert [line for line in named if not re.match(r"[a-z-]+ +\| ", line)] == []
    assert [line for line in named if "LOG:" in line or "WARNING" in line] == []
    with psycopg.connect(embedded.environment(data)["DATABASE_URL"]) as connection:
        for table in ("accounts_user", "accounts_apikey", "bookings_booking"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)  # type: ignore[arg-type]
    # three engines; web, relay, gateway, beat; a worker for each queue
    assert within(START_LIMIT_S, lambda: len(children_of(up.pid)) == 7 + len(QUEUES)), children_of(up.pid)
    up.kill(lambda name: "cli" not in name)
    up.kill(lambda name: "cli" in name)
    up.type(b"\x03\x03")
    assert up.terminal.wait(30) == 0
    assert running(data) == {}


def test_closing_the_terminal_leaves_nothing_behind(up: Up, data: Path) -> None:
    assert within(START_LIMIT_S, lambda: len(children_of(up.pid)) == 7 + len(QUEUES)), children_of(up.pid)
    up.terminal.kill()
    assert within(20, lambda: running(data) == {}), running(data)
