"""Book it: a company asks for a slot, the range confirms it, and a competitor sees no more than "busy"."""

import datetime as dt
import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

AERO = "admin@aero.example"
HEAVYLIFT = "booker@heavylift.example"
OPERATOR = "operator@range.example"


def in_days(days: int) -> str:
    return (dt.datetime.now(dt.UTC) + dt.timedelta(days=days)).date().isoformat()


def ask(page: Page, *, date: str, start: str, purpose: str) -> None:
    """Fill in the form for an hour on the runway."""
    page.goto("/book/")
    page.get_by_label("Purpose").fill(purpose)
    page.get_by_label("Date, local").fill(date)
    page.get_by_label("Start, local time").fill(start)
    page.get_by_label("For", exact=True).select_option("60")


def request(page: Page) -> None:
    """Request what is offered first: the asked slot, where nothing refuses it."""
    page.get_by_role("button", name=re.compile("^Request ")).click()


def test_a_slot_is_asked_for_confirmed_and_seen_as_busy_by_the_competitor(sign_in: Callable[..., Page]) -> None:
    date, purpose = in_days(9), "Lift test with a secret load"
    heavylift = sign_in(HEAVYLIFT)
    ask(heavylift, date=date, start="10:00", purpose=purpose)
    expect(heavylift.get_by_role("heading", name="Possible as asked", exact=True)).to_be_visible()
    request(heavylift)
    made = heavylift.get_by_role("heading", name=re.compile(r"^Booking HEAVYLIFT-\d+$"))
    expect(made).to_be_visible()
    number = made.inner_text().removeprefix("Booking ")

    operator = sign_in(OPERATOR)
    operator.get_by_role("button", name=f"Confirm: {number}").click()
    expect(operator.get_by_role("button", name=f"Confirm: {number}")).to_have_count(0)
    heavylift.goto("/bookings/")
    expect(heavylift.get_by_role("listitem").filter(has_text=number)).to_contain_text("confirmed")

    aero = sign_in(AERO)
    ask(aero, date=date, start="10:30", purpose="Circuits")
    expect(aero.get_by_role("row", name=re.compile("^Runway 05.23")).get_by_text("10:00–11:05 local")).to_be_visible()
    shown = aero.content()
    assert [word for word in ("Heavylift", number, purpose) if word in shown] == []


def test_a_clash_is_refused_with_reasons_and_an_answer_that_fits(sign_in: Callable[..., Page]) -> None:
    date = in_days(10)
    heavylift = sign_in(HEAVYLIFT)
    ask(heavylift, date=date, start="10:00", purpose="First come")
    request(heavylift)
    expect(heavylift.get_by_role("heading", name=re.compile("^Booking HEAVYLIFT"))).to_be_visible()

    aero = sign_in(AERO)
    ask(aero, date=date, start="10:30", purpose="Second come")
    expect(aero.get_by_role("heading", name="Not possible as asked")).to_be_visible()
    answer = aero.get_by_role("status").filter(has=aero.get_by_role("heading", name="Not possible as asked"))
    expect(answer.get_by_text("resource_busy")).to_be_visible()
    expect(aero.get_by_role("row", name=re.compile("^Runway 05.23")).get_by_text("1", exact=True)).to_be_visible()

    answer.get_by_role("button", name=re.compile("^Start at")).first.click()
    expect(aero.get_by_role("heading", name="Possible as asked", exact=True)).to_be_visible()
    assert aero.get_by_label("Start, local time").input_value() != "10:30"
    request(aero)
    expect(aero.get_by_role("heading", name=re.compile("^Booking AERO"))).to_be_visible()


def test_the_asked_slot_is_moved_by_keys(sign_in: Callable[..., Page]) -> None:
    page = sign_in(AERO)
    ask(page, date=in_days(11), start="12:00", purpose="Keyboard")
    slot = page.get_by_role("slider", name=re.compile("^Asked slot"))
    slot.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label("Start, local time")).to_have_value("13:15")
    expect(slot).to_have_attribute("aria-valuetext", "13:15–14:30 local, 1 h 15")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Possible as asked", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_label("Start, local time")).to_have_value("12:00")
    expect(slot).to_have_attribute("aria-valuetext", "12:00–13:00 local, 1 h")


def test_an_aircraft_that_is_entered_wrongly_says_so_at_its_fields_and_can_be_booked_when_right(
    sign_in: Callable[..., Page],
) -> None:
    page = sign_in(HEAVYLIFT)
    page.goto("/documents/")
    page.get_by_role("button", name="Add an aircraft").click()
    form = page.get_by_role("form", name="Add an aircraft")
    form.get_by_label("Name *").fill("Heavy Two")
    form.get_by_label("Serial number *").fill("wrong")
    form.get_by_label("Maximum take-off mass *").fill("-4")
    form.get_by_role("button", name="Add the aircraft").click()
    for wrong in ("Serial number *", "Maximum take-off mass *", "Highest speed *"):
        expect(form.get_by_label(wrong)).to_have_attribute("aria-invalid", "true")
    expect(form.get_by_label("Name *")).to_have_attribute("aria-invalid", "false")
    form.get_by_label("Serial number *").fill("TESTC123456789ABC")
    form.get_by_label("Maximum take-off mass *").fill("19.5")
    form.get_by_label("Highest speed *").fill("20")
    form.get_by_label("Largest dimension *").fill("1.8")
    form.get_by_label("MAVLink system id *").fill("77")
    form.get_by_role("button", name="Add the aircraft").click()
    expect(page.get_by_role("row", name=re.compile("^Heavy Two"))).to_contain_text("19.5 kg")
    page.goto("/book/")
    page.get_by_label("Aircraft", exact=True).select_option("Heavy Two")


def test_a_booking_is_cancelled_after_being_asked_once_more(sign_in: Callable[..., Page]) -> None:
    page = sign_in(AERO)
    ask(page, date=in_days(12), start="09:00", purpose="To be cancelled")
    request(page)
    expect(page.get_by_role("heading", name=re.compile("^Booking AERO"))).to_be_visible()
    page.goto("/bookings/")
    row = page.get_by_role("listitem").filter(has_text="To be cancelled")
    row.get_by_role("button").click()
    cancel = page.get_by_role("article").get_by_role("button", name=re.compile("^Cancel booking"))
    cancel.click()
    page.keyboard.press("Escape")
    expect(row).to_contain_text("waits for range control")
    cancel.click()
    page.get_by_role("dialog").get_by_label("Reason (kept with the booking)").fill("wind")
    page.get_by_role("dialog").get_by_role("button", name="Cancel booking").click()
    expect(row).to_contain_text("cancelled")
