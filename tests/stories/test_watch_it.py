"""Watch it: the operator sees the demo's drone live, and sees at once when the picture is no longer live."""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, WebSocketRoute, expect

from tests.stories.conftest import Product
from tests.telemetry.wire.peer import sender, some_flight

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


@contextmanager
def stranger(product: Product, system_id: int) -> Iterator[None]:
    """Send to the product's gateway what no grant admits, ten times a second."""
    said = next(found for line in product.said if (found := re.search(r"MAVLink by UDP on port (\d+)", line)))
    stop, data = threading.Event(), some_flight(sender(system_id), 1)

    def send() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            while not stop.wait(0.1):
                udp.sendto(data, ("127.0.0.1", int(said[1])))

    sending = threading.Thread(target=send)
    sending.start()
    try:
        yield
    finally:
        stop.set()
        sending.join()


def test_the_operator_lets_a_stranger_in_by_the_emergency_door_and_says_later_whose_it_was(
    product: Product, sign_in: Callable[..., Page]
) -> None:
    page = sign_in(OPERATOR)
    with stranger(product, 201):
        row = page.get_by_role("listitem").filter(has_text="system 201")
        expect(row).to_contain_text("no flight has this system id · quadrotor, ardupilotmega")
        row.get_by_role("button", name="Admit…").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("HEARTBEAT, GLOBAL_POSITION_INT")
        expect(dialog).to_contain_text("No flight that is open has this system id.")
        expect(dialog.get_by_role("button", name="Admit in an emergency")).to_be_disabled()
        dialog.get_by_label("Name meanwhile").fill("White quadcopter")
        dialog.get_by_label("Reason").fill("airborne over the runway")
        dialog.get_by_role("button", name="Admit in an emergency").click()
        expect(page.get_by_role("row", name=re.compile("White quadcopter")).filter(has_text="fresh")).to_be_visible()
    notice = page.get_by_role("alert").filter(has_text="Emergency admission without papers")
    expect(notice).to_contain_text("White quadcopter · 127.0.0.1 · system 201")
    notice.get_by_role("button", name="Papers…").click()
    page.get_by_role("dialog").get_by_label("Organisation").fill("aero")
    page.get_by_role("dialog").get_by_label("Aircraft").fill("PH-4711")
    page.get_by_role("dialog").get_by_role("button", name="Add the papers").click()
    expect(notice).to_have_count(0)
