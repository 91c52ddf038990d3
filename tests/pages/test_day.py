"""The range's day: run from the board, with gates in their order, and up to date without a live socket too."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from bookings.actions.confirm_booking import confirm_booking
from bookings.models import Booking
from bookings.queries.booking_answer import number_of
from bookings.rules.facts import Classification
from testcentre.foundation.clock import utc_now
from tests.factories import a_booking, load_exercise
from tests.pages.browsers import signed_in
from tests.pages.windows import faults, windows
from tests.people import person

COME_BACK = "window.dispatchEvent(new Event('focus'))"


@pytest.fixture
def soon(transactional_db: None) -> dt.datetime:
    load_exercise()
    return utc_now().replace(second=0, microsecond=0) + dt.timedelta(minutes=20)


def day_of(start: dt.datetime) -> str:
    return f"/day/?date={start.astimezone(ZoneInfo('Europe/Amsterdam')).date()}"


def test_gates_are_set_in_their_order_and_colleagues_see_it_when_they_come_back(
    soon: dt.datetime, live_server: LiveServer
) -> None:
    booking = a_booking(start=soon)
    confirm_booking(person("range/manager").asker, booking.id, now=utc_now())
    number, clients = number_of(booking), (signed_in("range/operator"), signed_in("range/safety"))
    with windows(live_server.url, *clients) as (operator, safety):
        for page in (operator, safety):
            page.goto(day_of(soon))
            expect(page.get_by_role("heading", name=number)).to_be_visible()
        desk = operator.get_by_role("article", name=number)
        desk.get_by_role("button", name="Go: Briefing").click()
        desk.get_by_role("button", name="Go: Weather").click()
        expect(desk.get_by_text("5 of 8 go")).to_be_visible()
        assert faults(operator) == []

        safety.evaluate(COME_BACK)
        safety.get_by_role("row", name=re.compile(number)).get_by_role("button", name="Briefing: go").click()
        ask = safety.get_by_role("dialog", name=f"Briefing: {number}")
        ask.get_by_label("no-go").check()
        expect(ask.get_by_text("These are open again then: Weather.")).to_be_visible()
        ask.get_by_label("Remark").fill("crew is late")
        ask.get_by_role("button", name="Set the gate").click()
        expect(safety.get_by_role("button", name="Briefing: no-go")).to_be_visible()
        expect(safety.get_by_role("button", name="Weather: open")).to_be_visible()

        operator.evaluate(COME_BACK)
        expect(desk.get_by_text("crew is late")).to_be_visible()
        desk.get_by_role("button", name=f"Check in: {number}").click()
        expect(desk.get_by_text("checked in")).to_be_visible()
    assert Booking.objects.get(pk=booking.pk).state == "checked_in"
    assert {gate.name: (gate.state, gate.remark) for gate in booking.gates.all()} == {
        "briefing": ("no_go", "crew is late")
    }


def test_the_board_names_nobody_who_is_restricted_and_says_what_waits(
    soon: dt.datetime, live_server: LiveServer
) -> None:
    waiting = a_booking(start=soon, purpose="Circuits")
    a_booking("umbra/booker", start=soon + dt.timedelta(minutes=5), classification=Classification.DEP_V)
    empty = soon.date() + dt.timedelta(days=40)
    with windows(live_server.url, signed_in("range/operator"), width=390, height=844) as (page,):
        page.goto(day_of(soon))
        row = page.get_by_role("row", name=re.compile(number_of(waiting)))
        expect(row).to_contain_text(re.compile("range control, due in (19|20) min"))
        expect(page.get_by_role("button", name="Restricted", exact=True)).to_be_visible()
        assert [word for word in ("Umbra", "UMBRA") if word in page.content()] == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
        assert faults(page) == []

        row.get_by_role("button", name=number_of(waiting)).press("Enter")
        expect(page.get_by_role("heading", name=number_of(waiting))).to_be_focused()
        page.keyboard.press("Escape")
        expect(row.get_by_role("button", name=number_of(waiting))).to_be_focused()
        page.goto(f"/day/?date={empty}")
        expect(page.get_by_text("Nothing is booked or closed on this day.")).to_be_visible()
