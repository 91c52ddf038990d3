"""What the kernel knows about engines that an earlier start has left behind."""

import os
import signal
import time
from pathlib import Path

_ENGINES = {"postgres", "valkey-server"}


def end_leftovers(folder: Path) -> None:
    """Kill engines that still work in `folder`; only who owns the installation's lock may ask for it.

    An engine whose parent was killed ends by itself within moments, its children a little later; this is for the
    start that comes sooner. An engine is known by its program and its working directory, never by a number in a file.
    """
    end = time.monotonic() + 5
    while (left := _working_in(folder)) and time.monotonic() < end:
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.02)


def _working_in(folder: Path) -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _is_engine(entry, folder)]


def _is_engine(process: Path, folder: Path) -> bool:
    try:
        return (process / "cwd").readlink() == folder and (process / "exe").readlink().name in _ENGINES
    except OSError:  # ended meanwhile, or somebody else's
        return False
