"""A hazardous test in the console: what it has to say, the officer it needs, and what of it is shown afterwards."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from bookings.models import Booking
from tests.bookings.actions.policy_sites import load_policy
from tests.factories import a_crew, load_exercise, tomorrow
from tests.pages.browsers import signed_in
from tests.pages.windows import faults, windows
from tests.people import person

UNIT = "Joint unit 7"
STOP = "Off within 5 s at the word STOP."
LASER = {
    "Wavelength": 532, "Power": 1, "Beam at exit": 1, "Divergence, full": 1, "Exposure limit, MPE": 25.4,
    "Hazard distance, NOHD": 200,
}  # fmt: skip
SECTOR = {"Azimuth from": 85, "Azimuth to": 125, "Elevation from": 0, "Elevation to": 30}


@pytest.fixture
def lax(transactional_db: None) -> None:
    """The exercise: it takes the details and does not insist on them."""
    load_exercise()


@pytest.fixture
def strict(lax: None) -> None:
    load_policy("[policy]\nhazard_needs = true\n")


def with_crew(slug: str) -> Client:
    a_crew(person(f"{slug}/booker"))
    return signed_in(f"{slug}/admin")


def ask(page: Page, *resources: str) -> None:
    """Fill in when and why on the page for booking, and add resources by name; by ids, so in any language."""
    page.emulate_media(reduced_motion="reduce")  # axe reads colours, and half-changed ones are nobody's
    page.goto("/book/")
    page.locator("#purpose").fill("Tracking of a parcel")
    page.locator("#date").fill(tomorrow(72).date().isoformat())
    page.locator("#clock").fill("10:00")
    page.locator(".add").click()
    for name in resources:
        page.locator(".all").get_by_label(name, exact=True).check()
    page.locator(".add").click()


def the_booking() -> tuple[Booking, dict[str, Any]]:
    """Return the one booking that there is, and what it says of its hazard."""
    booking = Booking.objects.get()
    assert booking.hazard_details
    return booking, booking.hazard_details


def fill(page: Page, values: Mapping[str, float], *, mark: str = " *") -> None:
    for label, value in values.items():
        page.get_by_label(f"{label}{mark}", exact=True).fill(str(value))


@pytest.mark.usefixtures("strict")
def test_a_laser_test_is_refused_without_its_details_and_its_officer_and_granted_with_them(
    live_server: LiveServer,
) -> None:
    with windows(live_server.url, with_crew("aero")) as (page,):
        ask(page)
        expect(page.get_by_role("group", name="Hazard details")).to_have_count(0)
        ask(page, "Laser range sector")
        verdict = page.locator(".verdict")
        for title in (
            "3 reasons, all of them",
            "Stop procedure is not stated",
            "Laser is not stated",
            "Laser range sector needs a qualified officer",
        ):
            expect(verdict).to_contain_text(title)
        expect(page.get_by_role("button", name="Request")).to_be_disabled()
        expect(page.get_by_label("Authorised unit")).to_have_count(0)
        assert faults(page) == []

        verdict.get_by_role("button", name="Fill in: Laser class").click()
        expect(page.get_by_label("Laser class *")).to_be_focused()
        page.get_by_label("Laser class *").select_option("4")
        fill(page, LASER | SECTOR)
        expect(verdict).to_contain_text("The stated hazard distance is too short")
        expect(page.get_by_label("Hazard distance, NOHD *")).to_have_attribute("aria-invalid", "true")
        assert faults(page) == []
        verdict.get_by_role("button", name="State 223 m").click()
        page.get_by_label("Power *", exact=True).fill("-1")
        expect(page.locator("#hazard-laser-power_w-wrong")).to_be_visible()
        verdict.get_by_role("button", name="Change Power").click()
        expect(page.get_by_label("Power *", exact=True)).to_be_focused()
        page.keyboard.press("Control+A")
        page.keyboard.type("1")
        verdict.get_by_role("button", name="Fill in: Stop procedure").click()
        expect(page.get_by_label("Stop procedure *")).to_be_focused()
        page.keyboard.type(STOP)
        verdict.get_by_role("button", name="Add a laser safety officer").click()
        expect(page.get_by_role("heading", name="Possible as asked", exact=True)).to_be_visible()
        page.locator(".need summary", has_text="Laser range sector").click()
        page.get_by_label("From when: Laser range sector").select_option("m60")
        verdict.get_by_role("button", name="Safety officer (laser class 4) as long").click()
        expect(page.get_by_role("heading", name="Possible as asked", exact=True)).to_be_visible()
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        assert faults(page) == []
        page.get_by_role("button", name=re.compile("^Request ")).click()
        expect(page.get_by_role("heading", name=re.compile("^Booking AERO-"))).to_be_visible()

        page.goto("/bookings/")
        page.get_by_role("button", name=re.compile("^AERO-"), exact=True).click()
        told = page.get_by_role("article").get_by_role("region", name="Hazard details")
        for words in (STOP, "class 4", "532 nm · 1 W", "223 m", "85°–125° true"):
            expect(told).to_contain_text(words)
        assert faults(page) == []
    booking, kept = the_booking()
    assert (kept["unit"], kept["stop_procedure"], kept["laser"]["nohd_m"]) == ("", STOP, 223)
    periods = {one.resource.code: (one.start, one.end) for one in booking.booked_resources.all()}
    assert periods["LASER-OFFICER"] == periods["LASER-SECTOR"] != periods["RWY-05-23"]


@pytest.mark.usefixtures("strict")
def test_on_a_phone_in_dutch_a_refusal_of_the_counter_drone_zone_leads_back_to_its_field(
    live_server: LiveServer,
) -> None:
    with windows(live_server.url, with_crew("aero"), width=390, height=844, language="nl") as (page,):
        ask(page, "Counter-drone zone")
        expect(page.get_by_label("Laserklasse *")).to_have_count(0)
        page.get_by_role("button", name="Bekijk het antwoord").click()
        verdict = page.locator(".verdict")
        expect(verdict).to_contain_text("Bevoegde eenheid is niet opgegeven")
        expect(verdict).to_contain_text("Stopprocedure is niet opgegeven")
        verdict.get_by_role("button", name="Invullen: Bevoegde eenheid").click()
        expect(page.get_by_label("Bevoegde eenheid *")).to_be_focused()
        page.keyboard.type(UNIT)
        page.keyboard.press("Tab")
        page.keyboard.type(STOP)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
        assert faults(page) == []
        page.get_by_role("button", name="Bekijk het antwoord").click()
        expect(page.get_by_role("heading", name="Zo mogelijk")).to_be_visible()
        page.get_by_role("button", name=re.compile("^Verder met")).click()
        page.get_by_role("button", name=re.compile("vasthouden$")).click()
        expect(page.get_by_role("heading", name=re.compile("^Boeking AERO-"))).to_be_visible()
    held, kept = the_booking()
    assert (held.state, kept["unit"], kept["stop_procedure"]) == ("held", UNIT, STOP)


@pytest.mark.usefixtures("lax")
def test_where_the_site_does_not_insist_what_was_begun_is_finished_first(live_server: LiveServer) -> None:
    with windows(live_server.url, with_crew("umbra")) as (page,):
        ask(page, "GNSS band (naming it: jamming or spoofing)")
        expect(page.get_by_role("group", name="Hazard details")).to_contain_text("this site does not insist on them")
        expect(page.get_by_role("heading", name="Possible as asked", exact=True)).to_be_visible()
        page.get_by_label("Frequencies").fill("1575.42, 1227.6")
        expect(page.get_by_text("2 of them: 1575.42 · 1227.6")).to_be_visible()
        page.get_by_role("button", name=re.compile("^Request ")).click()
        expect(page.get_by_label("Power")).to_be_focused()
        expect(page.locator("#hazard-jamming-power_w-wrong")).to_have_text("needed")
        fill(page, {"Power": 2} | SECTOR, mark="")
        expect(page.get_by_role("heading", name="Possible as asked", exact=True)).to_be_visible()
        with page.expect_request(
            lambda sent: sent.url.endswith("/bookings") and "dry_run" not in (sent.post_data or "dry_run")
        ) as made:
            page.get_by_role("button", name=re.compile("^Request ")).click()
        sent = json.loads(made.value.post_data or "{}")["hazard_details"]
        expect(page.get_by_role("heading", name=re.compile("^Booking UMBRA-"))).to_be_visible()
    _, kept = the_booking()
    assert sent == {"jamming": kept["jamming"]}
    assert kept["jamming"]["frequencies_mhz"] == [1575.42, 1227.6]
    assert kept["jamming"]["sector"] == {
        "azimuth_from_deg": 85, "azimuth_to_deg": 125, "elevation_from_deg": 0, "elevation_to_deg": 30,
    }  # fmt: skip
