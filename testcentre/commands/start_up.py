"""What `up` does, in order: engines, tables and site, processes, and the line that says ready."""

import argparse
import asyncio
import hashlib
import os
import sys
from importlib.metadata import version
from pathlib import Path

from testcentre.commands.ports import Ports
from testcentre.commands.processes import QUEUES, worker_argv
from testcentre.embedded import Engine, Installation, engines_of
from testcentre.supervisor import Child, KeepsDying, OneOffFailed, Supervisor

READY_LIMIT_S = 90.0
_PACKAGES = ("testcentre", "bookings", "telemetry")


class Start:
    """One run of `up` in a data folder that is this process's own."""

    def __init__(self, arguments: argparse.Namespace, installation: Installation, ports: Ports) -> None:
        self._arguments, self._installation, self._ports = arguments, installation, ports
        self._supervisor = Supervisor()
        self._env = {
            **os.environ,
            **installation.environment,
            "MAVLINK_UDP_PORT": str(ports.mavlink_udp),
            "MAVLINK_TCP_PORT": str(ports.mavlink_tcp),
            "PYTHONUNBUFFERED": "1",
        }

    async def run(self) -> int:
        """Run until a signal asks to stop; 1 when something cannot be kept running."""
        supervisor = self._supervisor
        supervisor.stop_at_signals()
        try:
            engines = await asyncio.to_thread(engines_of, self._installation)
            for engine in engines:
                supervisor.start(_as_child(engine))
            if await supervisor.unless_stopped(asyncio.create_task(self._serve(engines))):
                await supervisor.until_stopped()
        except KeepsDying as problem:
            supervisor.say(f"{problem}; its last words:")
            for line in problem.last_words:
                supervisor.say(f"    {line}")
            return 1
        except (OneOffFailed, NotReady) as problem:
            supervisor.say(f"{problem}: see the lines above.")
            return 1
        finally:
            await supervisor.stop()
        return 0

    async def _serve(self, engines: list[Engine]) -> None:
        await asyncio.gather(*(_until_up(engine) for engine in engines))
        stamp = self._installation.data / "prepared"
        found = self._fingerprint()
        is_prepared = stamp.exists() and stamp.read_text(encoding="ascii") == found
        if not is_prepared:
            await self._prepare(is_prepared=False)
            stamp.write_text(found, encoding="ascii")
        for child in self._processes():
            self._supervisor.start(child)
        if is_prepared and self._arguments.demo:
            await self._prepare(is_prepared=True)
        if self._arguments.demo:
            self._supervisor.start(self._child("simulator", "--to", f"udp:127.0.0.1:{self._ports.mavlink_udp}"))
        await _until_ready(self._arguments.host, self._ports.http)
        self._supervisor.say(f"MAVLink: UDP port {self._ports.mavlink_udp}, TCP port {self._ports.mavlink_tcp}")
        self._supervisor.say(f"ready http://{_shown(self._arguments.host)}:{self._ports.http}", name="")

    async def _prepare(self, *, is_prepared: bool) -> None:
        words = ["--demo"] if self._arguments.demo else []
        words += ["--no-migrate"] if is_prepared else ["--site", self._site()]
        await self._supervisor.run_once(self._child("prepare", *words))

    def _site(self) -> str:
        return self._arguments.site or ("ehtw-exercise" if self._arguments.demo else "ehtw")

    def _processes(self) -> list[Child]:
        address = ["--host", self._arguments.host, "--port", str(self._ports.http)]
        workers = [Child(f"worker-{queue}", worker_argv(queue), env=self._env, stage=2) for queue in QUEUES]
        return [
            self._child("web", *address),
            self._child("relay"),
            self._child("gateway"),
            *workers,
            self._child("beat"),
        ]

    def _child(self, command: str, *words: str) -> Child:
        return Child(command, [sys.executable, "-m", "testcentre.cli", command, *words], env=self._env, stage=2)

    def _fingerprint(self) -> str:
        """Return what the tables and the site were made from: nothing changed, nothing to do."""
        whole = hashlib.sha256(f"{version('django')} {self._arguments.demo} {self._site()}".encode())
        root = Path(__file__).resolve().parents[2]
        sources = [path for package in _PACKAGES for path in sorted((root / package).glob("**/migrations/*.py"))]
        sources += sorted((root / "testcentre/sites").glob("*.toml"))
        given = Path(self._site())
        for path in [*sources, *([given] if given.is_file() else [])]:
            whole.update(path.name.encode() + b"\0" + path.read_bytes())
        return whole.hexdigest()


class NotReady(Exception):
    """The service does not get ready in time."""


def _as_child(engine: Engine) -> Child:
    return Child(
        engine.name,
        engine.argv,
        stage=1,
        stop_signal=engine.stop_signal,
        stop_limit_s=15.0,
        death_signal=engine.death_signal,
        identity=engine.identity,
        before=engine.before,
    )


async def _until_up(engine: Engine) -> None:
    while not await asyncio.to_thread(engine.is_up):  # noqa: ASYNC110 — another process: no event can tell
        await asyncio.sleep(0.02)


async def _until_ready(host: str, port: int) -> None:
    """Ask /readyz until it says 200.

    Raises:
        NotReady: it has not within the limit.
    """
    said = "no answer"
    try:
        async with asyncio.timeout(READY_LIMIT_S):
            while not (said := await _readyz(host, port)).startswith("HTTP/1.1 200"):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise NotReady(f"not ready after {READY_LIMIT_S:.0f} s ({said})") from None


async def _readyz(host: str, port: int) -> str:
    try:
        reader, writer = await asyncio.open_connection(_shown(host), port)
    except OSError as problem:
        return problem.strerror or "no answer"
    writer.write(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    try:
        return (await reader.read(4096)).decode("utf-8", "replace")
    except OSError as problem:
        return problem.strerror or "no answer"
    finally:
        writer.close()


def _shown(host: str) -> str:
    return "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 — compared, not bound
