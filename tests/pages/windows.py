"""Real browser windows on the live server; what they show was made before they open.

While one is open Playwright's event loop runs in this thread, so nothing here may ask the database: see it afterwards.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Page

from tests.browser.running import PATIENCE_MS, browsing


@contextmanager
def windows(
    url: str, *clients: Client, width: int = 1440, height: int = 900, language: str = "en"
) -> Iterator[list[Page]]:
    """Open one window for each signed-in client; any error of a script fails the test."""
    sessions = [client.cookies["sessionid"].value for client in clients]
    with browsing() as browser, ExitStack() as opened:
        pages = []
        for session in sessions:
            context = browser.new_context(base_url=url, viewport={"width": width, "height": height}, locale="en-GB")
            opened.callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            cookies = {"sessionid": session, "django_language": language}
            context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
            page = context.new_page()
            page.on("pageerror", lambda error: pytest.fail(f"a script failed: {error}"))
            pages.append(page)
        yield pages
        pages[0].wait_for_timeout(300)  # what the server still answers would write into the next test's database


def faults(page: Page) -> list[str]:
    """Return what axe finds wrong with the page as it stands."""
    found = Axe().run(page).response["violations"]
    return [json.dumps([fault["id"], [node["html"][:200] for node in fault["nodes"]]]) for fault in found]
