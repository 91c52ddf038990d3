"""Watch it: the operator sees the demo's drone live, and sees at once when the picture is no longer live."""

import re
import time
from collections.abc import Callable

from playwright.sync_api import Page, WebSocketRoute, expect

OPERATOR = "operator@range.example"
AERO = "admin@aero.example"


def test_the_drone_is_on_the_range_screen_with_units_and_ages(sign_in: Callable[..., Page]) -> None:
    page = sign_in(OPERATOR)
    expect(page.get_by_text("LIVE", exact=True)).to_be_visible()
    strip = page.get_by_role("row", name=re.compile("Lifter 1")).filter(has_text="fresh")
    expect(strip).to_be_visible(timeout=60_000)
    expect(strip).to_contain_text(re.compile(r"\d+ ft"))
    expect(strip).to_contain_text(re.compile(r"\d+ kt"))
    expect(strip).to_contain_text(re.compile(r"\d+ %"))
    expect(strip).to_contain_text(re.compile(r"\d\.\d s"))
    expect(page.get_by_label("Gateways")).to_contain_text(re.compile(r"gateway-1\s*\d\.\d s"))


def test_the_screen_doubts_itself_within_two_seconds_of_silence_and_recovers(sign_in: Callable[..., Page]) -> None:
    page = sign_in(OPERATOR)
    silent = False

    def relay(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(lambda message: None if silent else socket.send(message))

    page.route_web_socket(re.compile("/ws/range"), relay)
    page.goto("/range/")
    expect(page.get_by_text("LIVE", exact=True)).to_be_visible()
    silent = True
    expect(page.get_by_text("SILENT", exact=True)).to_be_visible(timeout=3_500)
    expect(page.get_by_role("alert").filter(has_text="what was last known")).to_be_visible()
    silent = False
    expect(page.get_by_text("LIVE", exact=True)).to_be_visible()
    expect(page.get_by_role("alert").filter(has_text="what was last known")).to_have_count(0)


def test_a_lost_connection_comes_back_by_itself(sign_in: Callable[..., Page]) -> None:
    page = sign_in(OPERATOR)
    opened: list[WebSocketRoute] = []

    def relay(socket: WebSocketRoute) -> None:
        socket.connect_to_server()
        opened.append(socket)

    page.route_web_socket(re.compile("/ws/range"), relay)
    page.goto("/range/")
    expect(page.get_by_text("LIVE", exact=True)).to_be_visible()
    opened[-1].close(code=1012, reason="restart")
    end = time.monotonic() + 15
    while len(opened) < 2:
        assert time.monotonic() < end, "the page does not connect again"
        page.wait_for_timeout(50)
    expect(page.get_by_text("LIVE", exact=True)).to_be_visible()
    assert "epoch=" in opened[-1].url


def test_the_company_watches_its_own_flight_and_no_other(sign_in: Callable[..., Page]) -> None:
    page = sign_in(AERO)
    page.goto("/flights/")
    page.get_by_role("row").filter(has_text="recording").get_by_role("link", name="Lifter 1").click()
    expect(page.get_by_role("heading", name=re.compile("^Lifter 1, AERO-"))).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="fresh")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("img", name=re.compile("^Height AMSL over time"))).to_be_visible()
    theirs = page.url
    heavylift = sign_in("booker@heavylift.example")
    heavylift.goto(theirs)
    expect(heavylift.get_by_role("alert")).to_contain_text("There is no such flight.")
    assert "Lifter 1" not in heavylift.content()
