"""The queue of approvals: oldest due first, decided once, and whoever comes second is told by whom."""

import datetime as dt
import re

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from bookings.models import BookingApproval
from bookings.queries.booking_answer import number_of
from testcentre.foundation.clock import utc_now
from tests.factories import a_booking, load_exercise, tomorrow
from tests.pages.browsers import signed_in
from tests.pages.windows import faults, windows


@pytest.fixture(autouse=True)
def site(transactional_db: None) -> None:
    load_exercise()


def test_of_two_approvers_the_second_is_told_by_whom_it_was_decided(live_server: LiveServer) -> None:
    later, late = a_booking(start=tomorrow(12)), a_booking("heavylift/booker", start=tomorrow(14))
    BookingApproval.objects.filter(booking=late).update(due_at=utc_now() - dt.timedelta(minutes=20))
    clients = signed_in("range/operator"), signed_in("range/safety")
    with windows(live_server.url, *clients) as (operator, safety):
        for page in (operator, safety):
            page.goto("/approvals/")
        first = operator.get_by_role("main").get_by_role("listitem").first
        expect(first).to_contain_text(number_of(late))
        expect(first).to_contain_text("overdue by 20 min")
        expect(operator.get_by_role("link", name=re.compile("^Approvals"))).to_contain_text("2")
        assert faults(operator) == []

        for page in (operator, safety):
            page.get_by_role("button", name=f"Approve: {number_of(later)}").click()
        mine, theirs = operator.get_by_role("dialog"), safety.get_by_role("dialog")
        mine.get_by_role("button", name="Approve").click()
        expect(mine).to_have_count(0)
        theirs.get_by_role("button", name="Approve").click()
        told = re.compile(r"Already decided, range control: approved by operator@range.example \(range control\)")
        expect(theirs.get_by_role("alert")).to_contain_text(told)
        expect(theirs.get_by_role("button", name="Approve")).to_be_disabled()
        theirs.get_by_role("button", name="Close").click()
        expect(safety.get_by_role("button", name=f"Approve: {number_of(later)}")).to_have_count(0)

        safety.get_by_role("button", name=f"Refuse: {number_of(late)}").click()
        expect(theirs.get_by_role("button", name="Refuse")).to_be_disabled()
        theirs.get_by_label("Reason").fill("no safety officer then")
        theirs.get_by_role("button", name="Refuse").click()
        expect(safety.get_by_text("Nothing waits. Requests appear here by themselves.")).to_be_visible()
    for booking in (later, late):
        booking.refresh_from_db()
    assert (later.state, late.state, late.reason) == ("confirmed", "refused", "no safety officer then")


def test_a_step_is_handed_to_another_role_which_finds_it_in_its_queue(live_server: LiveServer) -> None:
    booking = a_booking(start=tomorrow(12))
    clients = signed_in("range/operator"), signed_in("range/spectrum")
    with windows(live_server.url, *clients, width=390, height=844) as (operator, spectrum):
        spectrum.goto("/approvals/")
        expect(spectrum.get_by_text("Nothing waits for you. For others: 1.")).to_be_visible()
        operator.goto("/approvals/")
        operator.get_by_role("button", name=f"Delegate: {number_of(booking)}").click()
        ask = operator.get_by_role("dialog")
        ask.get_by_label("To", exact=True).select_option("spectrum")
        ask.get_by_label("Reason").fill("2.4 GHz all day")
        assert faults(operator) == []
        ask.get_by_role("button", name="Delegate").click()
        expect(ask).to_have_count(0)
        spectrum.evaluate("window.dispatchEvent(new Event('focus'))")
        expect(spectrum.get_by_role("button", name=f"Approve: {number_of(booking)}")).to_be_visible()
        assert spectrum.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    assert booking.approvals.get().delegated_to_role == "spectrum"
