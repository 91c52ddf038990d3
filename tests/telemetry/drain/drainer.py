"""A drain in a process of its own, which the tests kill and freeze: `python -m … URL SHARD [freeze]`.

Says `ready`, then drains until it is killed. With `freeze` it stops itself between its first read and the commit.
"""

import os
import signal
import sys
import time

import django

django.setup()

from telemetry.bus.stream import Entry, StreamReader  # noqa: E402
from telemetry.drain import shard as shard_module  # noqa: E402
from telemetry.drain.place import Fenced  # noqa: E402


class FreezingReader(StreamReader):
    """Stop the process once something was read and is not committed."""

    def read(self, shard: int, *, after: str = "0-0", count: int = 256) -> list[Entry]:
        entries = super().read(shard, after=after, count=count)
        if entries:
            os.kill(os.getpid(), signal.SIGSTOP)
        return entries


def main(url: str, shard: str, mode: str = "") -> None:
    shard_module.READ_COUNT = 3  # many small commits: more places to die at
    reader = FreezingReader(url) if mode == "freeze" else StreamReader(url)
    print("ready", flush=True)
    while True:
        try:
            outcome = shard_module.drain_shard(int(shard), reader=reader, holder=f"drainer {os.getpid()}")
        except Fenced:
            print("fenced", flush=True)
            return
        if not outcome.entries:
            time.sleep(0.005)


main(*sys.argv[1:])
