"""My bookings: what is shown of one, and moving, cancelling and noting its NOTAM as people do it."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from bookings.actions import alternatives
from bookings.actions.confirm_booking import confirm_booking
from bookings.models import Booking, Paper
from bookings.queries.booking_answer import number_of
from bookings.rules.wants import Want
from testcentre.foundation.clock import utc_now
from tests.factories import a_booking, a_crew, load_exercise, pilot_of, tomorrow, volume
from tests.pages.browsers import signed_in
from tests.pages.windows import faults, windows
from tests.people import person

RUNWAY = (Want(code="RWY-05-23"),)
CHANGE_ELSEWHERE = """async ([id, start, end]) => {
  const csrf = JSON.parse(document.getElementById("page").textContent).csrf;
  const headers = {"Content-Type": "application/json", "X-CSRFToken": csrf, "If-Match": "*"};
  return (await fetch(`/api/v1/bookings/${id}`, {method: "PATCH", headers, body: JSON.stringify({start, end})})).status;
}"""


@pytest.fixture
def aero(transactional_db: None) -> Client:
    load_exercise()
    return signed_in("aero/admin")


def card_of(page: Page, booking: Booking) -> Any:
    page.goto(f"/bookings/?booking={booking.id}")
    return page.get_by_role("article")


def test_a_booking_moves_after_its_cost_was_shown_and_one_changed_meanwhile_is_read_again(
    aero: Client, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alternatives, "TIME_LIMIT_S", 10.0)  # there are some, however busy this machine is
    start = tomorrow(10)
    booking = a_booking(resources=RUNWAY, start=start)
    a_booking("heavylift/booker", resources=RUNWAY, start=start + dt.timedelta(hours=2))
    with windows(live_server.url, aero) as (page,):
        card_of(page, booking).get_by_role("button", name="Move or extend").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Length").fill("150")
        dialog.get_by_role("button", name="Check", exact=True).click()
        expect(dialog.get_by_text("is not free for all of the slot")).to_be_visible()
        expect(dialog.get_by_role("button", name="Change the booking")).to_be_disabled()
        assert "Heavylift" not in page.content()
        dialog.get_by_role("list", name="Whole answers").get_by_role("button", name=re.compile("^Take")).first.click()
        expect(dialog.get_by_text(re.compile("It would be"))).to_be_visible()
        expect(dialog.get_by_text(re.compile("€.+ → €.+ more"))).to_be_visible()
        assert faults(page) == []
        taken = dialog.get_by_role("definition").nth(1).inner_text()

        moved = [(start + dt.timedelta(minutes=minutes)).isoformat() for minutes in (5, 35)]
        assert page.evaluate(CHANGE_ELSEWHERE, [str(booking.id), *moved]) == 200
        dialog.get_by_role("button", name="Change the booking").click()
        expect(dialog.get_by_text("The booking has changed meanwhile.")).to_be_visible()
        dialog.get_by_role("button", name="Read again").click()
        dialog.get_by_role("button", name="Check", exact=True).click()
        dialog.get_by_role("button", name="Change the booking").click()
        expect(dialog).to_have_count(0)
        span = re.search(r"\d\d:\d\d–\d\d:\d\d", taken)
        assert span
        expect(page.get_by_role("listitem").filter(has_text=number_of(booking))).to_contain_text(span[0])
    booking.refresh_from_db()
    assert booking.end - booking.start == dt.timedelta(minutes=150)


def test_cancelling_for_the_weather_is_free_until_the_range_does_not_accept_it(
    aero: Client, live_server: LiveServer
) -> None:
    booking = a_booking(resources=RUNWAY, start=tomorrow(10))
    confirm_booking(person("range/operator").asker, booking.id, now=utc_now())
    number = number_of(booking)
    with windows(live_server.url, aero, signed_in("range/operator")) as (page, range_):
        card_of(page, booking).get_by_role("button", name=f"Cancel booking: {number}").click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_role("button", name=re.compile("^Cancel for €"))).to_be_enabled()
        assert faults(page) == []
        dialog.get_by_label("The weather").check()
        expect(dialog.get_by_role("button", name="Cancel booking")).to_be_disabled()
        dialog.get_by_label(re.compile("^What the weather is")).fill("METAR EHTW 24025G38KT")
        expect(dialog.get_by_text("No fee")).to_be_visible()
        dialog.get_by_role("button", name="Cancel booking").click()
        row = page.get_by_role("listitem").filter(has_text=number)
        expect(row).to_contain_text("cancelled")
        expect(page.get_by_role("article").get_by_role("button", name="Move or extend")).to_have_count(0)

        range_.goto("/bookings/?view=weather")
        claim = range_.get_by_role("listitem").filter(has_text="24025G38KT")
        claim.get_by_role("button", name=f"Do not accept: {number}").click()
        range_.get_by_label("Reason (kept in the trail) *").fill("The tower measured 12 kt")
        range_.get_by_role("dialog").get_by_role("button", name="Do not accept").click()
        expect(range_.get_by_text("No cancellation waits")).to_be_visible()
    price = booking.prices.latest("number")
    assert (price.reason, price.due) == ("weather_rejected", True)


def test_filters_find_what_needs_attention_and_the_card_says_why(aero: Client, live_server: LiveServer) -> None:
    who = person("aero/booker")
    aircraft, _ = a_crew(who)
    pilot = pilot_of(who)
    ours = a_booking(who, crew=((aircraft, pilot.id),), start=tomorrow(34), volumes=(volume(),))
    other = a_booking(who, start=tomorrow(10), purpose="circuits")
    Paper.objects.filter(pilot=pilot).update(valid_until=utc_now().date())
    asked = aero.get(f"/api/v1/papers?pilot={pilot.id}").json()["results"][0]
    aero.patch(
        f"/api/v1/papers/{asked['id']}", {"issuer": "ILT"}, content_type="application/json", headers={"If-Match": "*"}
    )
    with windows(live_server.url, aero, width=390, height=844) as (page,):
        page.goto("/bookings/")
        rows = page.get_by_role("region", name="My bookings").get_by_role("listitem")
        expect(rows).to_have_count(2)
        page.get_by_label("Find").fill("CIRCUITS")
        expect(rows).to_have_count(1)
        expect(rows).to_contain_text(number_of(other))
        page.get_by_role("button", name="Past").click()
        expect(page.get_by_text("No bookings in these days.")).to_be_visible()
        page.get_by_role("button", name="Today and later").click()
        page.get_by_label("State").select_option("needs attention")
        page.reload()
        expect(rows).to_have_count(1)
        assert faults(page) == []

        page.get_by_role("button", name=number_of(ours), exact=True).click()
        expect(page.get_by_role("heading", name=number_of(ours))).to_be_focused()
        why = page.get_by_role("region", name="Needs attention")
        expect(why).to_contain_text("document_expired")
        expect(page.get_by_role("img", name=re.compile("^Outline of the booked volumes"))).to_be_visible()
        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name=number_of(ours), exact=True)).to_be_focused()


def test_the_range_notes_a_notam_step_by_step_and_the_company_reads_it(aero: Client, live_server: LiveServer) -> None:
    booking = a_booking(volumes=(volume(ceiling_ft=1500),), start=tomorrow(10))
    with windows(live_server.url, signed_in("range/duty_officer"), aero) as (page, company):
        card = card_of(page, booking)
        card.get_by_text("NOTAM", exact=True).click()
        expect(card.get_by_label("Draft of the NOTAM")).to_contain_text("E) UNMANNED ACFT")
        card.get_by_role("button", name="Note as requested").click()
        card.get_by_label("Published as").fill("A1234/26")
        card.get_by_role("button", name="Note as published").click()
        expect(card.get_by_text(re.compile(r"^A1234/26 · published"))).to_be_visible()
        assert faults(page) == []

        theirs = card_of(company, booking)
        theirs.get_by_text("NOTAM", exact=True).click()
        expect(theirs.get_by_text(re.compile(r"^A1234/26 · published"))).to_be_visible()
        expect(theirs.get_by_role("form", name="Steps of the NOTAM")).to_have_count(0)
    assert [notam.number for notam in booking.notams.filter(state="published")] == ["A1234/26"]
