"""One browser for all tests of a process: to start Playwright and Chromium takes as long as many a test.

Playwright's event loop stands still between two tests. While it runs in this thread nothing may ask the database.
"""

import asyncio
import atexit
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from tests.browser import fetch

PATIENCE_MS = 30_000  # of a browser on a busy machine; what must be quicker says so itself
expect.set_options(timeout=PATIENCE_MS)


@dataclass(frozen=True)
class _Running:
    playwright: Playwright
    browser: Browser
    loop: asyncio.AbstractEventLoop


_running: list[_Running] = []


@contextmanager
def browsing() -> Iterator[Browser]:
    """Give the browser, started at the first use; skips the test where there is none."""
    if _running:
        # Playwright's loop goes on where it stopped; Python has this function for whoever runs a loop in pieces
        asyncio._set_running_loop(_running[0].loop)
    else:
        _start()
    try:
        yield _running[0].browser
    finally:
        asyncio._set_running_loop(None)  # asyncio and Django take this thread for free again


def _start() -> None:
    found = fetch.find()
    if found is None:
        pytest.skip("no browser: run `python -m tests.browser.fetch`, or name one in TESTCENTRE_BROWSER")
    playwright = sync_playwright().start()
    browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
    _running.append(_Running(playwright, browser, asyncio.get_running_loop()))
    atexit.register(_stop)


def _stop() -> None:
    running = _running.pop()
    asyncio._set_running_loop(running.loop)
    running.browser.close()
    running.playwright.stop()
