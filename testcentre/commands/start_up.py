"""What `up` does, in order: engines, tables and site, processes, and the line that says ready."""

import argparse
import asyncio
import hashlib
import os
import re
import sys
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from testcentre import environment
from testcentre.commands.ports import HOST, Ports
from testcentre.commands.processes import QUEUES, worker_argv
from testcentre.embedded import Engine, Installation, engines_of
from testcentre.supervisor import Child, KeepsDying, OneOffFailed, Supervisor

READY_LIMIT_S = 90.0
_EVERYTHING = re.compile("")
_GOODBYE = re.compile("^$|^worker: Warm shutdown")  # Celery says so whatever its log level
_PACKAGES = ("testcentre", "bookings", "telemetry")


class Start:
    """One run of `up` in a data folder that is this process's own.

    Raises:
        BadSetting: the caller's environment holds one.
    """

    def __init__(self, arguments: argparse.Namespace, installation: Installation, ports: Ports) -> None:
        self._arguments, self._installation, self._ports = arguments, installation, ports
        self._supervisor = Supervisor()
        self._env = {
            **os.environ,
            **installation.environment,
            "MAVLINK_UDP_PORT": str(ports.mavlink_udp),
            "MAVLINK_TCP_PORT": str(ports.mavlink_tcp),
            "TESTCENTRE_PUBLIC_URL": os.environ.get("TESTCENTRE_PUBLIC_URL", f"http://{HOST}:{ports.http}"),
            "PYTHONUNBUFFERED": "1",
        }
        environment.read(self._env)

    async def run(self) -> int:
        """Run until a signal asks to stop; 1 when something cannot be kept running, 2 when the caller can mend it.

        Raises:
            Unusable: the engines cannot start, or the disk is full.
        """
        supervisor = self._supervisor
        supervisor.stop_at_signals()
        try:
            engines = await asyncio.to_thread(engines_of, self._installation)
            for engine in engines:
                supervisor.start(_as_child(engine))
            if await supervisor.unless_stopped(asyncio.create_task(self._serve(engines))):
                await supervisor.until_stopped()
        except (KeepsDying, OneOffFailed, NotReady) as problem:
            supervisor.say(str(problem))
            self._installation.check_space()  # what may lie behind it
            return 2 if isinstance(problem, OneOffFailed) and problem.status == 2 else 1
        finally:
            await supervisor.stop()
        return 0

    async def _serve(self, engines: list[Engine]) -> None:
        await asyncio.gather(*(_until_up(engine) for engine in engines))
        stamp = self._installation.data / "prepared"
        found = self._fingerprint()
        if not stamp.exists() or stamp.read_text(encoding="ascii") != found:
            await self._supervisor.run_once(self._child("prepare", "--site", self._site()))
            stamp.write_text(found, encoding="ascii")
        for child in self._serving():
            self._supervisor.start(child)
        told: list[str] = []
        if self._arguments.demo:  # its accounts are told last of all, where a newcomer finds them
            told = await self._supervisor.run_once(
                replace(self._child("prepare", "--no-migrate", "--demo"), name="demo", noise=_EVERYTHING)
            )
        await _until_ready(self._ports.http)
        for child in self._working():  # only now: on two cores they would double the time until it serves
            self._supervisor.start(child)
        for line in told:
            self._supervisor.say(line, name="demo")
        self._supervisor.say(f"ready http://{HOST}:{self._ports.http}", name="")

    def _site(self) -> str:
        return self._arguments.site or ("ehtw-exercise" if self._arguments.demo else "ehtw")

    def _serving(self) -> list[Child]:
        web = self._child("web", "--host", HOST, "--port", str(self._ports.http))
        return [web, self._child("relay"), self._child("gateway")]

    def _working(self) -> list[Child]:
        workers = [
            Child(f"worker-{queue}", worker_argv(queue), env=self._env, stage=2, noise=_GOODBYE) for queue in QUEUES
        ]
        drone = self._child("simulator", "--to", f"udp:{HOST}:{self._ports.mavlink_udp}")
        return [*workers, self._child("beat"), *([drone] if self._arguments.demo else [])]

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
        noise=engine.noise,
    )


async def _until_up(engine: Engine) -> None:
    while not await asyncio.to_thread(engine.is_up):  # noqa: ASYNC110 — another process: no event can tell
        await asyncio.sleep(0.02)


async def _until_ready(port: int) -> None:
    """Ask /readyz until it says 200.

    Raises:
        NotReady: it has not within the limit.
    """
    said = "no answer"
    try:
        async with asyncio.timeout(READY_LIMIT_S):
            while not (said := await _readyz(port)).startswith("HTTP/1.1 200"):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise NotReady(f"not ready after {READY_LIMIT_S:.0f} s ({said})") from None


async def _readyz(port: int) -> str:
    try:
        reader, writer = await asyncio.open_connection(HOST, port)
    except OSError as problem:
        return problem.strerror or "no answer"
    writer.write(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    try:
        return (await reader.read(4096)).decode("utf-8", "replace")
    except OSError as problem:
        return problem.strerror or "no answer"
    finally:
        writer.close()
