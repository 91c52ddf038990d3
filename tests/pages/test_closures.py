"""Closing resources: what becomes of every booking is read first, then confirmed by its numbers, and lifted again."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from bookings.actions.confirm_booking import confirm_booking
from bookings.models import Closure
from bookings.queries.booking_answer import number_of
from testcentre.foundation.clock import utc_now
from tests.factories import a_booking, load_exercise, tomorrow
from tests.pages.browsers import signed_in
from tests.pages.windows import faults, windows
from tests.people import person


@pytest.fixture(autouse=True)
def site(transactional_db: None) -> None:
    load_exercise()


def fill(page: Page, start: dt.datetime, end: dt.datetime) -> None:
    page.get_by_role("button", name="Close resources").click()
    page.get_by_role("checkbox", name="Runway 05/23").check()
    for name, at in (("from", start), ("to", end)):
        local = at.astimezone(ZoneInfo("Europe/Amsterdam"))
        page.locator(f"#close-{name}").fill(local.date().isoformat())
        page.locator(f"#close-{name}-time").fill(local.strftime("%H:%M"))


def test_a_closure_is_previewed_confirmed_by_its_numbers_and_lifted(live_server: LiveServer) -> None:
    booking = a_booking(start=tomorrow(10), resources=("RWY-05-23",))
    confirm_booking(person("range/manager").asker, booking.id, now=utc_now())
    number = number_of(booking)
    with windows(live_server.url, signed_in("range/operator"), signed_in("range/auditor")) as (page, other):
        page.goto("/closures/")
        expect(page.get_by_text("Nothing is closed or was in the last 30 days.")).to_be_visible()
        fill(page, tomorrow(9), tomorrow(12))
        expect(page.get_by_label("Cause").get_by_role("option")).to_have_text(["maintenance", "weather", "NOTAM"])
        page.get_by_role("button", name="See what becomes of it").click()
        expect(page.get_by_role("heading", name="Bookings in the way: 1")).to_be_focused()
        row = page.get_by_role("listitem").filter(has_text=number)
        expect(row).to_contain_text("would be held instead")
        assert faults(page) == []
        other.goto("/closures/")
        expect(other.get_by_text("Nothing is closed or was in the last 30 days.")).to_be_visible()

        page.get_by_role("button", name="Close…").click()
        ask = page.get_by_role("dialog", name="Close Runway 05/23?")
        expect(ask).to_contain_text("Bookings displaced, at no cost to them: 1")
        expect(ask).to_contain_text("with an alternative held: 1")
        ask.get_by_role("button", name="Close now").click()
        expect(page.get_by_role("status").filter(has_text=number)).to_contain_text("held instead")
        assert faults(page) == []

        page.get_by_role("button", name=re.compile("^Lift: Runway 05.23")).click()
        page.get_by_role("dialog").get_by_role("button", name="Lift").click()
        expect(page.get_by_role("region", name="Over or lifted")).to_contain_text("lifted")
        expect(page.get_by_role("button", name=re.compile("^Lift:"))).to_have_count(0)
    booking.refresh_from_db()
    assert booking.state == "displaced"
    assert Closure.objects.get().lifted_at is not None


def test_what_is_closed_already_is_told_with_the_form_kept(live_server: LiveServer) -> None:
    with windows(live_server.url, signed_in("range/manager"), width=390, height=844) as (page,):
        page.goto("/closures/")
        fill(page, tomorrow(9), tomorrow(12))
        page.get_by_label("Cause").select_option("military")
        page.get_by_label("Reason (for the range only)").fill("QRA")
        page.get_by_role("button", name="See what becomes of it").click()
        page.get_by_role("button", name="Close…").click()
        page.get_by_role("button", name="Close now").click()
        expect(page.get_by_role("status").filter(has_text="no booking was in the way")).to_be_visible()
        fill(page, tomorrow(11), tomorrow(13))
        page.get_by_role("button", name="See what becomes of it").click()
        expect(page.get_by_role("alert")).to_contain_text("A part of this is closed already in that time.")
        expect(page.get_by_role("checkbox", name="Runway 05/23")).to_be_checked()
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
        assert faults(page) == []
    assert Closure.objects.get().is_priority
