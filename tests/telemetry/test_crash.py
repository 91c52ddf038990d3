"""The service's own processes are killed under load: `make crash` in short."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

KILLED = ("gateway", "stream", "worker-drain")


@pytest.mark.timeout(240)
def test_what_was_acknowledged_outlives_gateway_stream_and_drain() -> None:
    command = [sys.executable, "-m", "bench.crash", "--rounds", "1", "--seconds", "0.7", "--rate", "500", "--no-seal"]
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([*command, "--kill", *KILLED], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert found["kills"] == dict.fromkeys(KILLED, 1)
    assert found["acknowledged"] > 0
    assert (found["lost"], found["doubled"], found["stream_losses"], found["set_aside"]) == (0, 0, 0, 0)
