"""Documents: what ends soon leads, the next paper heals, and nobody overwrites what somebody else changed."""

import datetime as dt
import re

import pytest
from django.test import Client
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from bookings.models import Aircraft, Paper
from bookings.queries.booking_answer import number_of
from testcentre.foundation.clock import utc_now
from tests.factories import a_booking, a_crew, aircraft_of, load_exercise, pilot_of, tomorrow
from tests.pages.browsers import signed_in
from tests.pages.windows import faults, windows
from tests.people import person


@pytest.fixture
def aero(transactional_db: None) -> Client:
    load_exercise()
    return signed_in("aero/admin")


def test_a_paper_that_ends_leads_with_the_booking_after_it_until_the_next_is_entered(
    aero: Client, live_server: LiveServer
) -> None:
    who, today = person("aero/booker"), utc_now().date()
    ending = aircraft_of(who, name="Ending", insured_until=today + dt.timedelta(days=5))
    pilot = pilot_of(who)
    aircraft_of(who, name="Lasting", insured_until=today + dt.timedelta(days=45))
    booking = a_booking(who, crew=((ending.id, pilot.id),), start=tomorrow(10) + dt.timedelta(days=2))
    aero.get("/documents/")
    Paper.objects.filter(aircraft=ending, kind="insurance").update(valid_until=today + dt.timedelta(days=1))
    with windows(live_server.url, aero) as (page,):
        page.goto("/documents/")
        rows = page.get_by_role("region", name="Papers").get_by_role("listitem")
        expect(rows.first).to_contain_text("1 day left")
        expect(rows.first).to_contain_text(f"{number_of(booking)} comes after it")
        expect(rows.nth(1)).to_contain_text("45 days left")
        assert faults(page) == []
        rows.first.get_by_role("button", name=re.compile("^Enter the next")).click()
        form = page.get_by_role("form", name="Enter the next paper")
        form.get_by_role("button", name="Add the paper").click()
        expect(form.get_by_label("Number *")).to_have_attribute("aria-invalid", "true")
        assert faults(page) == []
        form.get_by_label("Number *").fill("P-NEXT")
        form.get_by_label("Valid until *").fill("2035-01-31")
        form.get_by_role("button", name="Add the paper").click()
        expect(rows.first).to_contain_text("followed by the next one")
        expect(rows.first).not_to_contain_text("comes after it")
    assert Paper.objects.filter(aircraft=ending, number="P-NEXT", kind="insurance").count() == 1


def test_an_aircraft_is_changed_as_it_was_read_and_retires_after_a_question(
    aero: Client, live_server: LiveServer
) -> None:
    who = person("aero/booker")
    crew = a_crew(who, name="Lifter A")
    booking = a_booking(who, crew=(crew,))
    elsewhere = """async (id) => {
      const csrf = JSON.parse(document.getElementById("page").textContent).csrf;
      const headers = {"Content-Type": "application/json", "X-CSRFToken": csrf, "If-Match": "*"};
      const body = '{"registration": "PH-X01"}';
      return (await fetch(`/api/v1/aircraft/${id}`, {method: "PATCH", headers, body})).status;
    }"""
    with windows(live_server.url, aero) as (page,):
        page.goto("/documents/")
        page.get_by_role("button", name="Change Lifter A").click()
        form = page.get_by_role("form", name="Change Lifter A")
        form.get_by_label("Payload").fill("60")
        assert page.evaluate(elsewhere, str(crew[0])) == 200
        form.get_by_role("button", name="Save the changes").click()
        expect(form.get_by_text("It has changed meanwhile.")).to_be_visible()
        form.get_by_role("button", name="Read again").click()
        expect(form.get_by_label("Registration")).to_have_value("PH-X01")
        form.get_by_label("Payload").fill("61")
        form.get_by_role("button", name="Save the changes").click()
        expect(form).to_have_count(0)

        page.get_by_role("button", name="Retire Lifter A").click()
        expect(page.get_by_role("dialog")).to_contain_text(number_of(booking))
        page.keyboard.press("Escape")
        expect(page.get_by_role("row", name=re.compile("^Lifter A"))).to_be_visible()
        page.get_by_role("button", name="Retire Lifter A").click()
        page.get_by_role("dialog").get_by_role("button", name="Retire").click()
        expect(page.get_by_role("link", name="See which")).to_be_visible()
        page.get_by_role("button", name="Show what is retired").click()
        page.get_by_role("button", name="Take back Lifter A").click()
        expect(page.get_by_role("row", name=re.compile("^Lifter A"))).to_be_visible()
    aircraft = Aircraft.objects.get(pk=crew[0])
    assert (aircraft.payload_kg, aircraft.registration, aircraft.retired_at) == (61, "PH-X01", None)
