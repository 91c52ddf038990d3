"""Watch child processes: their words on one terminal, a dead one started again, all of them stopped together.

Every child leads a process group of its own and is tethered (tether.py): neither the end of this process, however it
comes, nor a child's own children can leave anything behind.
"""

import asyncio
import contextlib
import os
import re
import signal
import sys
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from testcentre.tether import tethered

YOUNG_S = 10.0
YOUNG_DEATHS = 5
LONGEST_PAUSE_S = 3.0
LAST_WORDS = 20
_LONGEST_LINE = 8192


@dataclass(frozen=True)
class Child:
    """A program to keep running.

    Stages stop one after another, the highest first; within a stage all stop at once. `before` runs before each start.
    Lines that `noise` finds something in are not printed; as last words they are.
    """

    name: str
    argv: list[str]
    env: Mapping[str, str] | None = None
    stage: int = 1
    stop_signal: signal.Signals = signal.SIGTERM
    stop_limit_s: float = 8.0
    death_signal: signal.Signals = signal.SIGKILL
    identity: str = "same"
    before: Callable[[], None] = lambda: None
    noise: re.Pattern[str] | None = None


class KeepsDying(Exception):
    """A child died at once, again and again; the text ends with the last lines that it said."""


class OneOffFailed(Exception):
    """A program that was to run once ended with an error; the text ends with its last words that were not printed."""

    def __init__(self, text: str, *, status: int) -> None:
        super().__init__(text)
        self.status = status


@dataclass
class _Running:
    child: Child
    process: asyncio.subprocess.Process | None = None
    last_words: deque[str] = field(default_factory=lambda: deque(maxlen=LAST_WORDS))

    def is_noise(self, line: str) -> bool:
        return self.child.noise is not None and self.child.noise.search(line) is not None


class Supervisor:
    """Keep children running until told to stop; use it in the main thread's event loop, which the tethers watch."""

    def __init__(self, *, out: TextIO = sys.stdout) -> None:
        self._out = out
        self._running: list[_Running] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._asked_to_stop = asyncio.Event()
        self._is_stopping = asyncio.Event()

    def stop_at_signals(self) -> None:
        """Take SIGTERM, SIGINT and SIGHUP as the wish to stop."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, self._asked_to_stop.set)

    def start(self, child: Child) -> None:
        """Start a child and keep it running."""
        running = _Running(child)
        self._running.append(running)
        self._tasks.append(asyncio.create_task(self._keep(running), name=child.name))

    async def run_once(self, child: Child) -> list[str]:
        """Run a program to its end and return the last lines that it said.

        Raises:
            OneOffFailed: its exit status was not 0.
        """
        running = _Running(child)
        self._running.append(running)
        status = await self._live(running)
        self._running.remove(running)
        if status != 0:
            unheard = [line for line in running.last_words if running.is_noise(line)]
            raise OneOffFailed(_told(f"{child.name} ended with {_how(status)}", unheard), status=status)
        return list(running.last_words)

    async def until_stopped(self) -> None:
        """Return when a signal asks to stop.

        Raises:
            KeepsDying: a child cannot be kept running.
        """
        asked = asyncio.create_task(self._asked_to_stop.wait())
        try:
            done, _ = await asyncio.wait([asked, *self._tasks], return_when=asyncio.FIRST_COMPLETED)
            for task in done - {asked}:
                task.result()
        finally:
            asked.cancel()

    async def unless_stopped(self, work: "asyncio.Task[None]") -> bool:
        """Wait for `work`, or for what `until_stopped` waits for; True when the work was done.

        Raises:
            KeepsDying: see `until_stopped`.
        """
        watch = asyncio.create_task(self.until_stopped())
        await asyncio.wait([work, watch], return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            watch.cancel()
            work.result()
            return True
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError, OneOffFailed):
            await work
        await watch
        return False

    async def stop(self) -> None:
        """Stop all children, stage by stage, and return when none is left."""
        self._is_stopping.set()
        for stage in sorted({running.child.stage for running in self._running}, reverse=True):
            await asyncio.gather(*(_end(running) for running in self._running if running.child.stage == stage))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def say(self, text: str, *, name: str = "up") -> None:
        """Print lines under a name, or as they are; a terminal that was closed meanwhile stops nothing."""
        try:
            for line in text.splitlines() or [""]:
                self._out.write(f"{name:<12} | {line}\n" if name else f"{line}\n")
            self._out.flush()
        except OSError:
            with Path(os.devnull).open("wb") as nowhere:  # what is in the buffer still goes there too
                os.dup2(nowhere.fileno(), self._out.fileno())

    async def _keep(self, running: _Running) -> None:
        """Start the child again whenever it ends, after a pause that grows while it dies young."""
        clock, young = asyncio.get_running_loop().time, 0
        while not self._is_stopping.is_set():
            born = clock()
            status = await self._live(running)
            if self._is_stopping.is_set():
                return
            young = young + 1 if clock() - born < YOUNG_S else 0
            if young >= YOUNG_DEATHS:
                died = f"{running.child.name} died {YOUNG_DEATHS} times, each within {YOUNG_S:.0f} s of its start"
                raise KeepsDying(_told(died, list(running.last_words)))
            pause_s = min(LONGEST_PAUSE_S, 0.1 * 2**young)
            self.say(f"{running.child.name} ended with {_how(status)}; it is started again in {pause_s:.1f} s")
            await asyncio.sleep(pause_s)

    async def _live(self, running: _Running) -> int:
        """Run the child from start to end and return its exit status; nothing of its group is left."""
        child = running.child
        child.before()
        heard, said = os.pipe()  # asyncio's own pipe would have its wait last until the last grandchild closes it
        words = asyncio.create_task(self._repeat(running, heard))
        process = running.process = await asyncio.create_subprocess_exec(
            *tethered(child.argv, death_signal=child.death_signal, identity=child.identity),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            env=None if child.env is None else dict(child.env),
            start_new_session=True,
        )
        os.close(said)
        try:
            return await process.wait()
        finally:
            _signal_group(process.pid, signal.SIGKILL)
            await asyncio.wait([words], timeout=1)  # who left the group may hold the pipe still
            words.cancel()

    async def _repeat(self, running: _Running, heard: int) -> None:
        """Print what the child says, line by line; what is longer than a line may be comes in pieces."""
        stream = asyncio.StreamReader()
        with os.fdopen(heard, "rb") as pipe:
            transport, _ = await asyncio.get_running_loop().connect_read_pipe(
                lambda: asyncio.StreamReaderProtocol(stream), pipe
            )
            try:
                await self._repeat_lines(running, stream)
            finally:
                transport.close()

    async def _repeat_lines(self, running: _Running, stream: asyncio.StreamReader) -> None:
        rest = b""
        while chunk := await stream.read(65536):
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > _LONGEST_LINE:
                lines, rest = [*lines, rest], b""
            for line in lines:
                self._repeat_line(running, line)
        if rest:
            self._repeat_line(running, rest)

    def _repeat_line(self, running: _Running, line: bytes) -> None:
        text = line.decode("utf-8", "replace").rstrip()
        running.last_words.append(text)
        if not running.is_noise(text):
            self.say(text, name=running.child.name)


async def _end(running: _Running) -> None:
    """Ask a child to stop, and kill its whole group when it has not within its limit."""
    process = running.process
    if process is None or process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(running.child.stop_signal)
    try:
        await asyncio.wait_for(process.wait(), running.child.stop_limit_s)
    except TimeoutError:
        _signal_group(process.pid, signal.SIGKILL)
        await process.wait()


def _signal_group(leader: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def _told(what: str, words: list[str]) -> str:
    return "\n    ".join([f"{what}; its last words:", *words] if words else [what])


def _how(status: int) -> str:
    return f"exit status {status}" if status >= 0 else f"signal {signal.Signals(-status).name}"
