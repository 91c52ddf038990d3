"""Measure `make run`: from nothing until the service is ready, and again on what is there.

The first start has a fresh clone of the last commit, an empty home folder and an empty package cache, so it takes the
registry's download along; ready means the line `ready …` and an answer 200 from /readyz. Prints one JSON line.

    python -m bench.start [--starts 5]
"""

import argparse
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

FIRST_LIMIT_S, SECOND_LIMIT_S = 180.0, 8.0
PATIENCE_S = 600.0
ROOT = Path(__file__).resolve().parents[1]
# what the first start must not find: another installation's settings, and what was fetched before
NOT_OURS = ("TESTCENTRE_", "DJANGO_", "DATABASE_", "REDIS_", "MAVLINK_", "MAKE", "MFLAGS", "VIRTUAL_ENV", "XDG_")


def clone(folder: Path) -> str:
    """Clone the last commit and return its number."""
    git = shutil.which("git") or sys.exit("bench-start needs git: install it")
    subprocess.run([git, "clone", "--quiet", "--no-hardlinks", str(ROOT), str(folder)], check=True)
    found = subprocess.run([git, "-C", str(folder), "rev-parse", "--short", "HEAD"], stdout=subprocess.PIPE, check=True)
    return found.stdout.decode("ascii").strip()


def empty_home(home: Path) -> dict[str, str]:
    """Return the environment of somebody who has just got the machine."""
    home.mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(NOT_OURS)}
    return {**environment, "HOME": str(home), "PIP_CACHE_DIR": str(home / "cache")}


def free_port() -> int:
    """Return a TCP port that is free now; `up` itself finds free ones for MAVLink."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_s(checkout: Path, environment: dict[str, str]) -> float:
    """Run `make run` until it is ready, stop it, and return the seconds that the start took."""
    port, begun = free_port(), time.monotonic()
    command = ["make", "run", f"PORT={port}", f"DATA={checkout.parent / 'data'}", f"PYTHON={sys.executable}"]
    with (checkout.parent / "said").open("w+", encoding="utf-8") as said:
        process = subprocess.Popen(command, cwd=checkout, env=environment, stdout=said, stderr=said)
        try:
            while not (is_ready(port) and f"ready http://127.0.0.1:{port}\n" in told(said.name)):
                if process.poll() is not None or time.monotonic() > begun + PATIENCE_S:
                    sys.exit(f"not ready after {time.monotonic() - begun:.0f} s:\n{told(said.name)[-2000:]}")
                time.sleep(0.02)
            return time.monotonic() - begun
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def told(path: str) -> str:
    """Return what the start has printed so far."""
    return Path(path).read_text(encoding="utf-8", errors="replace")


def is_ready(port: int) -> bool:
    """Ask /readyz."""
    with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
        return bool(answer.status == 200)
    return False


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=5)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bench-start-"))
    try:
        commit, environment = clone(folder / "checkout"), empty_home(folder / "home")
        first_s = start_s(folder / "checkout", environment)
        again_s = [start_s(folder / "checkout", environment) for _ in range(asked.starts)]
    finally:
        shutil.rmtree(folder)
    figures = {
        "bench": "start",
        "commit": commit,
        "first_start_s": round(first_s, 1),
        "first_limit_s": FIRST_LIMIT_S,
        "second_start_s": round(statistics.median(again_s), 1),
        "second_starts_s": [round(second_s, 1) for second_s in again_s],
        "second_limit_s": SECOND_LIMIT_S,
        "passes": first_s < FIRST_LIMIT_S and statistics.median(again_s) < SECOND_LIMIT_S,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
