"""Spoil a million inputs and give them to everything that reads strangers' bytes: nothing may crash, grow or get lost.

Most go to the parsers in a process of its own (tests/telemetry/mutation.py: what each must hold to), within a limit of
memory. The others go to a real gateway by UDP and TCP, between good packets of an admitted aircraft; what its stream
holds at the end is compared, link by link, with what was sent: every byte is kept, or is of a packet of another system
and counted as refused. Prints one JSON line; fails, naming the seed, where anything is not so.

    python -m bench.fuzz [--inputs 1000000] [--seed 1] [LOG …]
"""

import argparse
import hashlib
import json
import os
import random
import resource
import socket
import subprocess
import sys
import tempfile
import time
import traceback
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench._service import set_up_django
from bench.ingest import counters_after, free_port
from telemetry.bus import keys
from telemetry.bus.feed import FeedReader
from telemetry.bus.grants import Grant, GrantWriter
from telemetry.bus.stream import StreamReader
from telemetry.wire.framing import Frame, Framer, Unreadable, split
from telemetry.wire.tlog import read_tlog
from testcentre.embedded import Engines

SYSTEM_ID = 7
PARSED_SHARE, TCP_SHARE = 0.8, 0.25  # of all; of what goes to the gateway
SHARES = {"mavlink": 0.4, "ndjson": 0.2, "json": 0.1, "tus": 0.1, "tlog": 0.1, "batch": 0.1}
MORE_BYTES = 256 * 1024 * 1024  # so much address space the parsers may take beyond what they have when they start
GATEWAY_BYTES = 4 * 1024 * 1024 * 1024  # uvloop and its threads reserve much and use little: what it uses is measured
MOST_GROWTH_MB = 64
BURST, CONNECTION = 500, 200
SETTLE_S = 20.0


def rss_mb(pid: int) -> float:
    """Return the memory that a process has in use."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def own_packets(logs: Sequence[Path]) -> list[bytes]:
    """Return packets of real logs, a thousand of each, evenly spread."""
    found = [[frame.packet for _, frame in read_tlog(path.read_bytes())] for path in logs]
    return [packet for packets in found for packet in packets[:: max(1, len(packets) // 1000)]]


def parse(inputs: int, seed: int, logs: Sequence[Path]) -> dict[str, Any]:
    """Give inputs to the parsers in this process; returns how many, the crashes and the memory that it took."""
    set_up_django()
    from tests.telemetry.mutation import PARSERS, mutate, seeds  # noqa: PLC0415 — models want Django set up

    pools, dice, crashes = seeds(own_packets(logs)), random.Random(seed), []
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (mapped + MORE_BYTES, mapped + MORE_BYTES))
    before_mb = rss_mb(os.getpid())
    kinds = dice.choices(list(SHARES), list(SHARES.values()), k=inputs)
    for kind in kinds:
        data = mutate(dice, pools[kind])
        try:
            PARSERS[kind](data, dice)
        except Exception:  # noqa: BLE001 — whatever it is, it is what we look for
            crashes.append({"kind": kind, "data": data.hex(), "why": traceback.format_exc(limit=-3)})
    return {"inputs": inputs, "crashes": crashes, "growth_mb": round(rss_mb(os.getpid()) - before_mb, 1)}


@dataclass
class Account:
    """What one link's kept bytes must be, and are."""

    wanted: Any = field(default_factory=hashlib.sha256)
    kept: Any = field(default_factory=hashlib.sha256)
    wanted_bytes: int = 0
    kept_bytes: int = 0

    def want(self, pieces: Sequence[Frame | Unreadable]) -> int:
        """Take what was sent; returns how many packets of it are of other systems, and thus refused."""
        foreign = 0
        for piece in pieces:
            if isinstance(piece, Frame) and piece.system_id != SYSTEM_ID:
                foreign += 1
                continue
            self.wanted.update(piece.packet)
            self.wanted_bytes += piece.end - piece.start
        return foreign

    def keep(self, data: bytes) -> None:
        """Take what the stream holds."""
        self.kept.update(data)
        self.kept_bytes += len(data)


class Sender:
    """Send spoilt input to a gateway, and keep the account of every link."""

    def __init__(self, environment: dict[str, str], flight: str, ports: tuple[int, int], pool: list[bytes]) -> None:
        from tests.telemetry.mutation import mutate  # noqa: PLC0415

        self._flight, self._ports, self._pool, self._mutate = flight, ports, pool, mutate
        self._good = [
            p for p in pool if (frame := split(p)[0]) and isinstance(frame, Frame) and frame.system_id == SYSTEM_ID
        ]
        self._reader, self._after = StreamReader(environment["REDIS_STREAM_URL"]), "0-0"
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.connect(("127.0.0.1", ports[0]))
        self.accounts: dict[str, Account] = {}
        self.foreign = self.inputs = self.bytes = 0

    def datagrams(self, dice: random.Random) -> None:
        """Send a burst of datagrams and wait until the stream has them: none is lost for want of room."""
        account = self._account("udp", self._udp)
        for _ in range(BURST):
            self._send(self._udp, dice.choice(self._good), account)
            data = self._mutate(dice, self._pool)
            if data:
                self._send(self._udp, data, account)
        self.inputs += BURST
        self._settle(account)

    def connection(self, dice: random.Random) -> None:
        """Send a connection's stream and close it."""
        parts = []
        for _ in range(CONNECTION):
            parts += [dice.choice(self._good), self._mutate(dice, self._pool)]
        data, framer = b"".join(parts), Framer()
        with socket.create_connection(("127.0.0.1", self._ports[1])) as tcp:
            account = self._account("tcp", tcp)
            tcp.sendall(data)
        self.foreign += account.want([*framer.feed(data), *framer.finish()])
        self.inputs, self.bytes = self.inputs + CONNECTION, self.bytes + len(data)
        self._settle(account)

    def _send(self, udp: socket.socket, data: bytes, account: Account) -> None:
        udp.send(data)
        self.bytes += len(data)
        self.foreign += account.want(split(data))

    def _account(self, kind: str, sender: socket.socket) -> Account:
        return self.accounts.setdefault(f"{kind}:127.0.0.1:{sender.getsockname()[1]}", Account())

    def _settle(self, account: Account) -> None:
        end = time.monotonic() + SETTLE_S
        while account.kept_bytes < account.wanted_bytes and time.monotonic() < end:
            shard = keys.shard_of(self._flight)
            for entry in self._reader.read(shard, after=self._after):
                self._after = entry.id
                for record in entry.batch.records if entry.batch else ():
                    self.accounts[entry.batch.link].keep(record.data)  # type: ignore[union-attr]
            self._reader.trim_through(shard, last=self._after)

    def unbalanced(self) -> list[str]:
        """Return the links whose kept bytes are not those that they must be."""
        return [name for name, one in self.accounts.items() if one.wanted.digest() != one.kept.digest()]

    def close(self) -> None:
        """Close what is open."""
        self._udp.close()
        self._reader.close()


def shell(environment: dict[str, str], inputs: int, seed: int, logs: Sequence[Path]) -> dict[str, Any]:
    """Give inputs to a gateway; returns the figures."""
    from tests.telemetry.mutation import seeds  # noqa: PLC0415

    flight, ports, now_us = str(uuid.uuid4()), (free_port(), free_port()), time.time_ns() // 1000
    grant = Grant(
        flight=flight,
        organisation=str(uuid.uuid4()),
        system_id=SYSTEM_ID,
        from_us=now_us - 60_000_000,
        until_us=now_us + 86_400_000_000,
        sources=["127.0.0.1/32"],
    )
    grants = GrantWriter(environment["REDIS_STREAM_URL"])
    grants.write_all([grant])
    grants.close()
    ours = {**environment, "MAVLINK_UDP_PORT": str(ports[0]), "MAVLINK_TCP_PORT": str(ports[1])}
    with tempfile.TemporaryFile("w+") as said:
        gateway = subprocess.Popen(
            [sys.executable, "-m", "testcentre.cli", "gateway"],
            env=ours,
            stdout=said,
            stderr=said,
            preexec_fn=lambda: resource.setrlimit(  # noqa: PLW1509 — there are no threads
                resource.RLIMIT_AS, (GATEWAY_BYTES, GATEWAY_BYTES)
            ),
        )
        counters_after(environment["REDIS_URL"], now_us=now_us)
        sender, dice = Sender(environment, flight, ports, seeds(own_packets(logs))["mavlink"]), random.Random(seed)
        sender.datagrams(dice)  # its caches are full after this
        before_mb = rss_mb(gateway.pid)
        while sender.inputs < inputs and gateway.poll() is None:
            (sender.connection if dice.random() < TCP_SHARE * BURST / CONNECTION / 2 else sender.datagrams)(dice)
        alive = gateway.poll() is None
        growth_mb = round(rss_mb(gateway.pid) - before_mb, 1) if alive else 0.0
        counted = counters_after(environment["REDIS_URL"], now_us=time.time_ns() // 1000) if alive else {}
        refused = _refused(environment["REDIS_URL"]) if alive else -1
        gateway.terminate()
        gateway.wait(20)
        sender.close()
        said.seek(0)
        faults = [line for line in said if "Traceback" in line or "Exception in callback" in line]
    return {
        "inputs": sender.inputs,
        "bytes": sender.bytes,
        "bytes_counted": counted.get("bytes", 0),
        "foreign": sender.foreign,
        "refused": refused,
        "links": len(sender.accounts),
        "links_unbalanced": len(sender.unbalanced()),
        "crashes": len(faults) + (not alive),
        "growth_mb": growth_mb,
    }


def _refused(url: str) -> int:
    feed = FeedReader(url)
    try:
        return sum(row.packets for beat in feed.heartbeats() for row in beat.refused)
    finally:
        feed.close()


def measure(environment: dict[str, str], asked: argparse.Namespace) -> dict[str, Any]:
    """Run both and return the figures; `passes` says whether all is as it must be."""
    to_parse = round(asked.inputs * PARSED_SHARE)
    command = [sys.executable, "-m", "bench.fuzz", "--parse", "--inputs", str(to_parse), "--seed", str(asked.seed)]
    with subprocess.Popen(
        [*command, *map(str, asked.logs)], env=environment, stdout=subprocess.PIPE, text=True
    ) as parsers:
        gateway = shell(environment, asked.inputs - to_parse, asked.seed, asked.logs)
        said, _ = parsers.communicate()
    parsed = json.loads(said or "null") or {"inputs": 0, "crashes": ["the process died"], "growth_mb": 0}
    accounted = gateway["bytes"] == gateway["bytes_counted"] and gateway["foreign"] == gateway["refused"]
    bounded = max(parsed["growth_mb"], gateway["growth_mb"]) <= MOST_GROWTH_MB
    sound = not (parsed["crashes"] or gateway["crashes"] or gateway["links_unbalanced"])
    return {
        "bench": "fuzz",
        "seed": asked.seed,
        "inputs": parsed["inputs"] + gateway["inputs"],
        "crashes": len(parsed["crashes"]) + gateway["crashes"],
        "parsers": {**parsed, "crashes": parsed["crashes"][:5]},
        "gateway": gateway,
        "passes": sound and accounted and bounded,
    }


def main() -> None:
    """Run, or be the process of the parsers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("logs", nargs="*", type=Path, metavar="LOG")
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--parse", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.parse:
        print(json.dumps(parse(asked.inputs, asked.seed, asked.logs)))
        return
    with tempfile.TemporaryDirectory(prefix="bench-fuzz-") as data, Engines(Path(data)) as engines:
        environment = {**os.environ, **engines.environment}
        os.environ.update(environment)
        set_up_django()
        found = measure(environment, asked)
    print(json.dumps(found))
    if not found["passes"]:
        sys.exit("fuzz: something crashed, grew or got lost")


if __name__ == "__main__":
    main()
