"""What runs on this machine, as tests of starting and stopping need to know it."""

import time
from collections.abc import Callable
from pathlib import Path


def running(data: Path) -> dict[int, str]:
    """Return {pid: command line} of everything that has the folder in its command line, folder or environment."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            place = str((entry / "cwd").readlink())
            environment = (entry / "environ").read_bytes().decode("utf-8", "replace")
        except OSError:
            continue
        if state not in "ZX" and (str(data) in line or place.startswith(str(data)) or f"={data}\0" in environment):
            found[int(entry.name)] = line
    return found


def within(limit_s: float, is_so: Callable[[], bool]) -> bool:
    """Wait until something is so; False when it is not in time."""
    end = time.monotonic() + limit_s
    while not is_so():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def children_of(parent: int) -> dict[str, int]:
    """Return {command line: process number} of a process's own children."""
    found = {}
    for process in (path for path in Path("/proc").iterdir() if path.name.isdigit()):
        try:
            state, its_parent = (process / "stat").read_text().rpartition(")")[2].split()[:2]
            line = (process / "cmdline").read_bytes().decode().replace("\0", " ")
        except OSError:
            continue
        if int(its_parent) == parent and state not in "ZX":
            found[line] = int(process.name)
    return found
