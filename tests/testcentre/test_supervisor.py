"""The supervisor: what dies is started again and said, what keeps dying stops all, and nothing is left behind."""

import asyncio
import io
import os
import re
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from testcentre import supervisor as watched
from testcentre.supervisor import Child, KeepsDying, OneOffFailed, Supervisor
from tests.testcentre.processes import running, within


def shell(name: str, script: str, **more: object) -> Child:
    return Child(name, ["/bin/sh", "-c", script], **more)  # type: ignore[arg-type]


async def until(is_so: Callable[[], bool], limit_s: float = 10) -> None:
    async with asyncio.timeout(limit_s):
        while not is_so():  # noqa: ASYNC110 — files and processes: no event can tell
            await asyncio.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@contextmanager
def within_pauses_of(pause_s: float, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(watched, "LONGEST_PAUSE_S", pause_s)
    yield


@pytest.mark.asyncio
async def test_every_line_carries_the_name_of_the_child_that_said_it() -> None:
    out = io.StringIO()
    keeper = Supervisor(out=out)
    await keeper.run_once(shell("one", "echo first; echo second >&2; printf unfinished"))
    assert out.getvalue() == "one          | first\none          | second\none          | unfinished\n"


@pytest.mark.asyncio
async def test_a_line_without_end_is_not_kept_in_memory() -> None:
    out = io.StringIO()
    keeper = Supervisor(out=out)
    await keeper.run_once(shell("loud", "head -c 300000 /dev/zero | tr '\\0' x"))
    lines = out.getvalue().splitlines()
    assert sum(line.count("x") for line in lines) == 300_000
    assert len(lines) > 1


@pytest.mark.asyncio
async def test_a_program_that_runs_once_and_fails_is_told() -> None:
    with pytest.raises(OneOffFailed, match="prepare ended with exit status 3"):
        await Supervisor(out=io.StringIO()).run_once(shell("prepare", "exit 3"))


@pytest.mark.asyncio
async def test_noise_is_not_printed_but_is_among_the_last_words_of_what_fails() -> None:
    out = io.StringIO()
    keeper = Supervisor(out=out)
    noise = re.compile("LOG: ")
    assert await keeper.run_once(shell("engine", "echo LOG: ready; echo FATAL: no", noise=noise)) == [
        "LOG: ready",
        "FATAL: no",
    ]
    with pytest.raises(OneOffFailed) as failed:
        await keeper.run_once(shell("engine", "echo LOG: why; exit 2", noise=noise))
    assert out.getvalue() == "engine       | FATAL: no\n"
    assert str(failed.value) == "engine ended with exit status 2; its last words:\n    LOG: why"
    assert failed.value.status == 2


@pytest.mark.asyncio
async def test_a_terminal_that_was_closed_stops_nothing(tmp_path: Path) -> None:
    screen, keyboard = os.openpty()
    with os.fdopen(keyboard, "w") as out:
        keeper = Supervisor(out=out)
        os.close(screen)
        await keeper.run_once(shell("loud", f"echo one; echo two; touch {tmp_path}/done"))
        keeper.say("three")
    assert (tmp_path / "done").exists()


@pytest.mark.asyncio
async def test_a_killed_child_is_started_again_and_said(tmp_path: Path) -> None:
    out = io.StringIO()
    keeper = Supervisor(out=out)
    keeper.start(shell("web", f"echo $$ >> {tmp_path}/pids; exec sleep 100"))
    pids = tmp_path / "pids"
    await until(lambda: pids.exists() and len(pids.read_text().split()) == 1)
    os.kill(int(pids.read_text()), signal.SIGKILL)
    await until(lambda: len(pids.read_text().split()) == 2)
    assert "web ended with signal SIGKILL; it is started again in 0.2 s" in out.getvalue()
    await keeper.stop()
    assert [pid for pid in pids.read_text().split() if alive(int(pid))] == []


@pytest.mark.asyncio
async def test_what_must_be_done_before_a_start_is_done_before_each(tmp_path: Path) -> None:
    done: list[int] = []
    keeper = Supervisor(out=io.StringIO())
    keeper.start(shell("engine", "exit 1", before=lambda: done.append(1)))
    await until(lambda: len(done) == 2)
    await keeper.stop()


@pytest.mark.asyncio
async def test_a_child_that_keeps_dying_stops_all_with_its_last_words(monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = Supervisor(out=io.StringIO())
    keeper.start(shell("fine", "exec sleep 100"))
    with within_pauses_of(0.01, monkeypatch):
        keeper.start(shell("broken", "echo the reason; exit 1"))
        with pytest.raises(KeepsDying, match="broken died 5 times, each within 10 s of its start") as stopped:
            await keeper.until_stopped()
    assert str(stopped.value).splitlines()[1:] == ["    the reason"] * 5
    await keeper.stop()


@pytest.mark.asyncio
async def test_a_child_that_dies_late_may_do_so_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched, "YOUNG_S", 0.0)  # every death is late
    out = io.StringIO()
    keeper = Supervisor(out=out)
    keeper.start(shell("often", "exit 1"))
    await until(lambda: out.getvalue().count("started again") > watched.YOUNG_DEATHS)
    await keeper.stop()


@pytest.mark.asyncio
async def test_stages_stop_one_after_another_the_highest_first(tmp_path: Path) -> None:
    log = tmp_path / "log"
    keeper = Supervisor(out=io.StringIO())
    slow = "trap 'sleep 0.3; echo {0} >> {1}; exit 0' TERM; touch {1}.{0}; while :; do sleep 0.05; done"
    keeper.start(shell("engine", slow.format("engine", log), stage=1))
    keeper.start(shell("service", slow.format("service", log), stage=2))
    await until(lambda: len(list(tmp_path.glob("log.*"))) == 2)
    await keeper.stop()
    assert log.read_text().split() == ["service", "engine"]


@pytest.mark.asyncio
async def test_a_child_that_ignores_its_signal_is_killed_with_all_its_own(tmp_path: Path) -> None:
    script = f"trap '' TERM; sleep 101 & echo $! > {tmp_path}/grandchild; while :; do sleep 0.05; done"
    keeper = Supervisor(out=io.StringIO())
    keeper.start(shell("deaf", script, stop_limit_s=0.3))
    await until((tmp_path / "grandchild").exists)
    await until(lambda: (tmp_path / "grandchild").read_text() != "")
    await keeper.stop()
    assert within(3, lambda: not alive(int((tmp_path / "grandchild").read_text())))


@pytest.mark.asyncio
async def test_the_pool_of_a_child_that_dies_does_not_outlive_it(tmp_path: Path) -> None:
    grandchild = tmp_path / "grandchild"
    keeper = Supervisor(out=io.StringIO())
    keeper.start(shell("worker", f"sleep 101 & echo $! >> {grandchild}; sleep 0.1; kill -9 $$"))
    await until(lambda: grandchild.exists() and len(grandchild.read_text().split()) >= 2)
    await keeper.stop()
    assert within(3, lambda: not any(alive(int(pid)) for pid in grandchild.read_text().split()))


PARENT = """
    import asyncio, sys
    from testcentre.supervisor import Child, Supervisor

    async def main():
        keeper = Supervisor()
        keeper.stop_at_signals()
        for n in range(3):
            keeper.start(Child(f"child-{n}", ["/bin/sleep", sys.argv[1]]))
        await asyncio.sleep(0.5)
        print("up", flush=True)
        await keeper.until_stopped()
        await keeper.stop()

    asyncio.run(main())
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_no_child_outlives_the_supervisor_however_it_ends(how: signal.Signals) -> None:
    mark = f"{1000 + how}.{os.getpid()}"
    command = [sys.executable, "-c", textwrap.dedent(PARENT), mark]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert any(line == "up\n" for line in parent.stdout)
        assert len(running(Path(mark))) == 4
        parent.send_signal(how)
        assert within(5, lambda: running(Path(mark)) == {}), running(Path(mark))
