"""Every page, in both themes and languages: assistive technology reads it, and none scrolls sideways."""

import json
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

AERO = ("admin@aero.example", ("/book/", "/bookings/", "/documents/", "/flights/", "/connections/"))
SCREENS = ((390, 844), (640, 400), (1280, 800), (1920, 1080))  # 640 × 400: what 1280 × 800 becomes at 200 %
RANGE = (
    "operator@range.example",
    ("/range/", "/day/", "/approvals/", "/closures/", "/utilisation/", "/bookings/", "/flights/", "/connections/"),
)


def prefer(page: Page, *, language: str, theme: str) -> None:
    base = page.url.split("/", 3)
    url = "/".join(base[:3])
    page.context.add_cookies(
        [{"name": "django_language", "value": language, "url": url}, {"name": "theme", "value": theme, "url": url}]
    )


def settled(page: Page, address: str) -> None:
    """Open a page and wait until its script has drawn what it fetched."""
    page.goto(address, wait_until="networkidle")
    page.locator("#island > :not(noscript)").first.wait_for()
    expect(page.get_by_role("status").filter(has_text="…")).to_have_count(0)


def faults(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [json.dumps([fault["id"], [node["html"][:200] for node in fault["nodes"]]]) for fault in found]


@pytest.mark.parametrize(("who", "addresses"), [AERO, RANGE])
@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("nl", "dark")])
def test_axe_finds_nothing(
    sign_in: Callable[..., Page], who: str, addresses: tuple[str, ...], language: str, theme: str
) -> None:
    page = sign_in(who)
    prefer(page, language=language, theme=theme)
    found = {}
    for address in addresses:
        settled(page, address)
        found[address] = faults(page)
    assert found == {address: [] for address in addresses}


def test_no_page_scrolls_sideways_on_any_screen(sign_in: Callable[..., Page]) -> None:
    page = sign_in("admin@aero.example")
    prefer(page, language="nl", theme="light")
    beyond = {}
    for address in AERO[1]:
        settled(page, address)
        for width, height in SCREENS:
            page.set_viewport_size({"width": width, "height": height})
            beyond[address, width] = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert beyond == {(address, width): 0 for address in AERO[1] for width, _ in SCREENS}
