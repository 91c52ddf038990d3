"""The whole product with its demo, started once, and windows in which somebody of the demo is signed in."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, StorageState

from tests.browser import fetch
from tests.browser.running import PATIENCE_MS, browsing

START_LIMIT_S = 90
STOP_LIMIT_S = 30
OURS = re.compile(r"(TESTCENTRE_|DJANGO_|MAVLINK_|DATABASE_URL$|REDIS_)")
ACCOUNT = re.compile(r"(\S+@\S+\.example)\s+(\S+)\s")


@dataclass
class Product:
    """A running installation: where it is, and the demo's passwords as its terminal told them."""

    url: str = ""
    passwords: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, StorageState] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    def listen(self, lines: Iterator[str], ready: threading.Event) -> None:
        """Take in what the terminal says until it ends."""
        for line in lines:
            self.said.append(line.rstrip())
            if found := ACCOUNT.search(line):
                self.passwords[found[1]] = found[2]
            if line.startswith("ready "):
                self.url = line.split()[1]
                ready.set()
        ready.set()


def free_port(kind: socket.SocketKind) -> str:
    with socket.socket(socket.AF_INET, kind) as asked:
        asked.bind(("127.0.0.1", 0))
        return str(asked.getsockname()[1])


@pytest.fixture(scope="package")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Start `testcentre up` with the demo on free ports; stop it after the last story, for its drone flies on."""
    if fetch.find() is None:
        pytest.skip("no browser: run `python -m tests.browser.fetch`, or name one in TESTCENTRE_BROWSER")
    command = [str(Path(sys.executable).with_name("testcentre")), "up", "--port", free_port(socket.SOCK_STREAM)]
    command += ["--mavlink-udp", free_port(socket.SOCK_DGRAM), "--mavlink-tcp", free_port(socket.SOCK_STREAM)]
    command += ["--data", str(tmp_path_factory.mktemp("product"))]
    environment = {name: value for name, value in os.environ.items() if not OURS.match(name)}
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1
    )
    assert process.stdout is not None
    running, ready = Product(), threading.Event()
    ear = threading.Thread(target=running.listen, args=(process.stdout, ready), daemon=True)
    ear.start()
    try:
        ready.wait(START_LIMIT_S)
        assert running.url, "\n".join(running.said[-30:])
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_LIMIT_S)
        ear.join(STOP_LIMIT_S)
        process.stdout.close()


@pytest.fixture
def sign_in(product: Product) -> Iterator[Callable[..., Page]]:
    """Return a maker of pages in which somebody of the demo is signed in; any error of a script fails the test.

    Each page has a context of its own; who signed in before goes on with that session, as after closing a window.
    """
    with browsing() as browser, ExitStack() as opened:

        def make(email: str, *, width: int = 1280, height: int = 800) -> Page:
            context = browser.new_context(
                base_url=product.url,
                viewport={"width": width, "height": height},
                locale="en-GB",
                storage_state=product.sessions.get(email),
            )
            opened.callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            page = context.new_page()
            page.on("pageerror", lambda error: pytest.fail(f"a script failed: {error}"))
            page.goto("/")
            if email not in product.sessions:
                page.get_by_label("E-mail address").fill(email)
                page.get_by_label("Password").fill(product.passwords[email])
                page.get_by_role("button", name="Sign in").click()
            page.wait_for_url(re.compile(r"/(book|bookings|range)/$"))
            product.sessions.setdefault(email, context.storage_state())
            return page

        yield make
    print("\n".join(product.said[-40:]))  # shown when the test fails
