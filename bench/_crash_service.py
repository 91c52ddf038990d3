"""The service of `make crash`: all of `testcentre up`, whose processes can be killed by their role."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.testcentre.processes import children_of, running, within

START_LIMIT_S = 120.0
# of the command line of each child of `up`
ROLES = {
    "postgresql": "/bin/postgres ",
    "stream": "/sockets/stream",
    "relaxed": "/sockets/relaxed",
    "web": "cli web",
    "relay": "cli relay",
    "gateway": "cli gateway",
    "worker-drain": "--queue drain",
    "worker-prompt": "--queue prompt",
    "worker-outgoing": "--queue outgoing",
    "beat": "cli beat",
}
ALL = "all"


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """Return a port that is free now."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Service:
    """`testcentre up` on a data folder, always on the same ports."""

    def __init__(self, data: Path) -> None:
        self.data, self.port = data, free_port()
        self.udp, self.tcp = free_port(socket.SOCK_DGRAM), free_port()
        self.kills: Counter[str] = Counter()
        self._said = data.with_suffix(".log").open("ab")
        self.start()

    def start(self) -> None:
        """Start it and wait until all processes are there and it is ready."""
        ports = ["--port", self.port, "--mavlink-udp", self.udp, "--mavlink-tcp", self.tcp]
        command = [sys.executable, "-m", "testcentre.cli", "up", "--no-demo", "--site", "ehtw-exercise"]
        command += ["--data", str(self.data), *map(str, ports)]
        ours = ("DATABASE_", "REDIS_", "TESTCENTRE_", "DJANGO_", "MAVLINK_")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        self.process = subprocess.Popen(command, env=environment, stdout=self._said, stderr=self._said)
        self._until(lambda: len(self.roles()) == len(ROLES) and self.is_ready())

    def roles(self) -> dict[str, int]:
        """Return {role: process id} of what runs now."""
        lines = children_of(self.process.pid)
        return {role: pid for role, word in ROLES.items() for line, pid in lines.items() if word in line}

    def is_ready(self) -> bool:
        """Ask /readyz."""
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=3) as answer:
            return bool(answer.status == 200)
        return False

    def kill(self, role: str) -> list[float]:
        """Kill a role's processes and wait until it is there again; returns when the gateway died, if it did."""
        before = self.roles()
        meant = list(before.values()) if role == ALL else [before[role]]
        if role == ALL:
            os.kill(self.process.pid, signal.SIGKILL)
        for pid in meant:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
        at = time.monotonic()
        self.kills[role] += 1
        if role == ALL:
            self.process.wait()
            self._until(lambda: running(self.data) == {})
            self.start()
        else:
            self._until(lambda: self._is_again(before, role) and self.is_ready())
        return [at] if role in ("gateway", ALL) else []

    def _is_again(self, before: dict[str, int], role: str) -> bool:
        now = self.roles()
        return now.keys() == before.keys() and now[role] != before[role]

    def _until(self, is_so: Any) -> None:
        if not within(START_LIMIT_S, is_so):
            raise TimeoutError(f"not ready in time: {self.data.with_suffix('.log').read_text()[-3000:]}")

    def stop(self) -> None:
        """Stop it in good order."""
        self.process.terminate()
        self.process.wait(60)
        self._said.close()
