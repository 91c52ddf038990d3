"""Book a set: whole answers, all refusals with what settles them, holds, volumes, series; by phone and in Dutch."""

import datetime as dt
import json
import re
from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

AERO = "admin@aero.example"
HEAVYLIFT = "booker@heavylift.example"
POST = """async ([path, body]) => {
    const { csrf } = JSON.parse(document.getElementById("page").textContent);
    const headers = { "Content-Type": "application/json", "X-CSRFToken": csrf };
    const answer = await fetch(`/api/v1/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    return [answer.status, await answer.json()];
}"""


def in_days(days: int) -> str:
    return (dt.datetime.now(dt.UTC) + dt.timedelta(days=days)).date().isoformat()


def ask(page: Page, *, days: int, start: str = "10:00", minutes: str = "60") -> None:
    """Fill in when, on the page for booking."""
    page.goto("/book/")
    page.get_by_label("Purpose").fill("A whole set")
    page.get_by_label("Date, local").fill(in_days(days))
    page.get_by_label("Start, local time").fill(start)
    page.get_by_label("For", exact=True).select_option(minutes)


def add(page: Page, *names: str) -> None:
    page.get_by_role("button", name="Add a resource").click()
    for name in names:
        page.locator(".all").get_by_label(name, exact=True).check()
    page.get_by_role("button", name="Done", exact=True).click()


def test_a_set_is_searched_and_one_of_its_whole_answers_is_held(sign_in: Callable[..., Page]) -> None:
    page = sign_in(AERO, width=1440, height=900)
    ask(page, days=20, minutes="120")
    add(page, "Hangar bays", "Laser safety officer")
    page.locator("summary", has_text="Hangar bays").click()
    page.get_by_label("From when: Hangar bays").select_option("d1")
    page.get_by_label("Searched period").select_option("4")
    answers = page.get_by_role("radiogroup", name="Whole answers")
    expect(answers).to_contain_text("as asked")
    expect(answers).to_contain_text("earliest")
    answers.get_by_role("radio").nth(1).check()
    chosen = answers.locator("label").nth(1)
    claims = page.get_by_role("region", name="What will be claimed")
    expect(claims).to_contain_text("from the day before")
    expect(page.locator(".result")).to_contain_text("ex VAT")
    when = chosen.locator("b").first.inner_text()
    page.get_by_role("button", name="Hold 48 h").click()
    expect(page.get_by_text(re.compile("^Held until .* local"))).to_be_visible()
    made = page.locator(".result .verdict")
    expect(made).to_contain_text(when.rsplit(" ", 1)[1])


def test_all_refusals_stand_together_and_each_is_settled_by_a_button(sign_in: Callable[..., Page]) -> None:
    heavylift = sign_in(HEAVYLIFT)
    ask(heavylift, days=21, minutes="60")
    heavylift.get_by_role("button", name=re.compile("^Request ")).click()
    expect(heavylift.get_by_role("heading", name=re.compile("^Booking HEAVYLIFT"))).to_be_visible()

    page = sign_in(AERO, width=1440, height=900)
    page.goto("/book/")
    expired = [{"kind": "STS", "number": "STS-9", "valid_until": in_days(3)}]
    pilot = {"name": "Q. Late", "remote_pilot_id": "NLD-RP-Q9", "certificates": expired}
    assert page.evaluate(POST, ["pilots", pilot])[0] == 201
    page.emulate_media(reduced_motion="reduce")  # axe reads colours, and half-changed ones are nobody's
    ask(page, days=21, start="10:30")
    page.get_by_label("Pilot", exact=True).select_option("Q. Late")
    verdict = page.locator(".verdict")
    expect(verdict).to_contain_text("2 reasons, all of them")
    expect(verdict).to_contain_text("Q. Late is not current")
    expect(verdict).to_contain_text("Runway 05/23 is busy")
    expect(page.get_by_role("row", name=re.compile("^Q. Late")).get_by_role("link", name="Reason 1")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("^Runway")).get_by_role("link", name="Reason 2")).to_be_visible()
    faults = Axe().run(page).response["violations"]
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in faults] == []
    verdict.get_by_role("button", name="Take J. de Vries").click()
    expect(verdict).to_contain_text("1 reason")
    verdict.get_by_role("button", name=re.compile("^Start at 11:")).click()
    expect(page.get_by_role("heading", name="Possible as asked", exact=True)).to_be_visible()


def test_a_drawn_volume_becomes_three_by_sora_and_all_are_sent(sign_in: Callable[..., Page]) -> None:
    page = sign_in(AERO, width=1440, height=900)
    ask(page, days=22)
    page.get_by_label("Airspace volume").select_option("own")
    page.locator("svg.drawing").scroll_into_view_if_needed()
    box = page.locator("svg.drawing").bounding_box()
    assert box
    at = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in ((0.52, 0.56), (0.62, 0.66))]
    page.mouse.move(*at[0])
    page.mouse.down()
    page.mouse.move(*at[1], steps=3)
    page.mouse.up()
    page.get_by_label("Derive contingency and ground risk (SORA 2.5)").check()
    expect(page.locator(".need")).to_contain_text(re.compile(r"contingency \d+ m"))
    expect(page.locator(".need")).to_contain_text(re.compile(r"ground risk \d+ m"))
    expect(page.locator(".need")).to_contain_text(re.compile(r"ground risk class \d"))
    expect(page.get_by_role("heading", name="Possible as asked", exact=True)).to_be_visible()
    with page.expect_request(
        lambda sent: sent.url.endswith("/bookings") and "dry_run" not in (sent.post_data or "")
    ) as made:
        page.get_by_role("button", name=re.compile("^Request ")).click()
    sent = json.loads(made.value.post_data or "{}")
    assert [volume["kind"] for volume in sent["volumes"]] == ["flight_geography", "contingency", "ground_risk_buffer"]
    expect(page.get_by_role("heading", name=re.compile("^Booking AERO"))).to_be_visible()


def test_a_series_answers_date_by_date_before_it_is_requested(sign_in: Callable[..., Page]) -> None:
    page = sign_in(AERO)
    ask(page, days=23, start="14:00")
    page.get_by_label("Repeat: a series of dates").check()
    page.get_by_label("Dates, the first included").fill("3")
    dates = page.locator(".whole")
    expect(dates).to_contain_text("3 of 3 dates")
    dates.get_by_role("button", name=re.compile("^Leave out")).nth(1).click()
    expect(dates).to_contain_text("2 of 2 dates")
    page.get_by_role("button", name="Request 2 dates").click()
    expect(page.locator(".verdict").get_by_text(re.compile(r"^AERO-\d+$"))).to_have_count(2)


def test_a_phone_leads_from_the_need_over_the_answer_to_the_request_in_dutch(sign_in: Callable[..., Page]) -> None:
    page = sign_in(AERO, width=390, height=844)
    page.context.add_cookies([{"name": "django_language", "value": "nl", "url": page.url}])
    page.goto("/book/")
    page.get_by_label("Doel").fill("Onderweg")
    page.locator("#date").fill(in_days(24))
    page.locator("#clock").fill("10:00")
    page.get_by_role("button", name="Bekijk het antwoord").click()
    expect(page.get_by_text("2 van 3")).to_be_visible()
    expect(page.get_by_role("heading", name="Zo mogelijk")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    page.get_by_role("button", name=re.compile("^Verder met")).click()
    expect(page.get_by_text("3 van 3")).to_be_visible()
    page.get_by_role("button", name=re.compile("aanvragen$")).click()
    expect(page.get_by_role("heading", name=re.compile(r"^Boeking AERO-\d+$"))).to_be_visible()
