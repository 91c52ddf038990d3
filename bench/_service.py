"""What several measurements need of the service: Django set up on the engines of the environment, a site, a server."""

import http.client
import json
import math
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

SCRIPT = str(Path(sys.executable).with_name("testcentre"))
START_LIMIT_S = 120


def set_up_django() -> None:
    """Set Django up; DATABASE_URL and the others are in the environment."""
    import django  # noqa: PLC0415 - it reads the settings when it is set up

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "testcentre.settings")
    django.setup()


def make_site(name: str) -> None:
    """Make the tables and load a site."""
    set_up_django()
    from django.core.management import call_command  # noqa: PLC0415

    from bookings.actions.load_site import load_site  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    load_site(name)


@contextmanager
def serving(*, workers: int = 2) -> Iterator[int]:
    """Serve the API by `testcentre http` on this machine for the length of the block; yields the port.

    Raises:
        TimeoutError: it does not answer within two minutes.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [SCRIPT, "http", "--port", str(port), "--workers", str(workers)]
    process = subprocess.Popen(command, stdout=sys.stderr)
    try:
        until = time.monotonic() + START_LIMIT_S
        while time.monotonic() < until and process.poll() is None:
            with suppress(OSError, http.client.HTTPException):
                client = Client(port, "")
                if client.ask("GET", "/healthz")[0] == http.client.OK:
                    break
            time.sleep(0.2)
        else:
            raise TimeoutError("the server does not answer")
        yield port
    finally:
        process.terminate()
        process.wait(60)


class Client:
    """One connection that is kept, with a key."""

    def __init__(self, port: int, key: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, bytes]:
        """Send a request; returns status and body. A kept connection that the server has closed is opened again."""
        sent = json.dumps(body).encode() if body is not None else None
        try:
            self._connection.request(method, path, sent, self._headers)
            answer = self._connection.getresponse()
        except (ConnectionError, http.client.RemoteDisconnected):
            self._connection.close()
            self._connection.request(method, path, sent, self._headers)
            answer = self._connection.getresponse()
        return answer.status, answer.read()


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that so many (0 to 1) of the values don't exceed."""
    return sorted(values)[max(0, math.ceil(len(values) * share) - 1)]
