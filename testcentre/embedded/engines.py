"""All three engines of one installation, started and stopped together."""

import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from testcentre.embedded.engine import Engine
from testcentre.embedded.installation import Installation, InUse, Unusable, last_one_out
from testcentre.embedded.postgresql import has_database, postgresql
from testcentre.embedded.valkey import says_pong, valkey
from testcentre.tether import tethered

START_LIMIT_S = 60.0
STOP_LIMIT_S = 15.0


def engines_of(installation: Installation) -> list[Engine]:
    """Return the installation's engines, ready to be started; only who owns its lock may ask.

    Raises:
        Unusable: the disk is full, the folder cannot be written; see also `postgresql` and `valkey`.
    """
    installation.check_space()
    try:
        return [valkey(installation, name="stream"), valkey(installation, name="relaxed"), postgresql(installation)]
    except OSError as problem:
        raise installation.unusable(problem) from None


class Engines:
    """`with Engines(data) as engines:` a PostgreSQL and two Valkeys that answer, and end with this process.

    Their words go to `DATA/engines.log`, which each start begins anew. They are tied to the thread that starts them:
    use the main one.
    """

    def __init__(self, data: Path) -> None:
        self._installation = Installation(data)
        self._running: list[tuple[Engine, subprocess.Popen[bytes]]] = []
        self._held = ExitStack()

    @property
    def environment(self) -> dict[str, str]:
        """Return what a process needs in its environment to use these engines."""
        return self._installation.environment

    def start(self, *, wait_s: float = 5.0) -> None:
        """Start all three at once and wait until each answers.

        Raises:
            InUse: another process runs this data folder's engines still after `wait_s`.
            Unusable: an engine does not start; one sentence says why and what to do.
        """
        self._held.enter_context(self._installation.own(wait_s=wait_s))
        log = self._installation.data / "engines.log"
        try:
            with log.open("wb") as out:
                for engine in engines_of(self._installation):
                    self._running.append((engine, _spawn(engine, out)))
            for engine, process in self._running:
                wait_until_up(engine, process, said=log)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop all three and give the data folder free."""
        for engine, process in reversed(self._running):
            process.send_signal(engine.stop_signal)
        for _, process in self._running:
            try:
                process.wait(STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running = []
        self._held.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class Visit:
    """`with Visit(data) as environment:` the running installation's engines, or its own for as long as it lasts.

    What a command with `--data DIR` uses; several at once share the engines that the first of them started.
    """

    def __init__(self, data: Path) -> None:
        self._data = data
        self._engines: Engines | None = None
        self._users: IO[str] | None = None

    def __enter__(self) -> dict[str, str]:
        installation = Installation(self._data)
        self._users = installation.visit()
        engines = Engines(self._data)
        try:
            engines.start(wait_s=0)
        except InUse:
            _wait_for_another(installation)
        else:
            self._engines = engines
        return installation.environment

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._users is not None
        if self._engines is not None:
            last_one_out(self._users)
            self._engines.stop()
        self._users.close()


def wait_until_up(engine: Engine, process: subprocess.Popen[bytes], *, said: Path) -> None:
    """Return when the engine answers.

    Raises:
        Unusable: it ended, or does not answer in time; with its last words from the file `said`.
    """
    end = time.monotonic() + START_LIMIT_S
    while not engine.is_up():
        if process.poll() is not None or time.monotonic() > end:
            how = f"ended with {process.returncode}" if process.returncode is not None else "does not answer"
            words = " / ".join(said.read_text(encoding="utf-8", errors="replace").splitlines()[-3:])
            raise Unusable(f"{engine.name} {how} ({words}): look into {said}, and free space or choose another --data.")
        time.sleep(0.02)


def _spawn(engine: Engine, out: IO[bytes]) -> subprocess.Popen[bytes]:
    engine.before()
    argv = tethered(engine.argv, death_signal=engine.death_signal, identity=engine.identity)
    return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)


def _wait_for_another(installation: Installation) -> None:
    """Wait until the engines that another process starts or restarts answer."""
    end = time.monotonic() + START_LIMIT_S
    while not (
        has_database(installation) and all(says_pong(installation.sockets / name) for name in ("stream", "relaxed"))
    ):
        if time.monotonic() > end:
            raise Unusable(
                f"The engines of {installation.data} do not answer: stop the process that runs them, start it again."
            )
        time.sleep(0.05)
