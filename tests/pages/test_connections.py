"""Connections: addresses and secrets are shown once, and what was sent can be seen and sent again."""

import re

import pytest
from django.test import Client
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from bookings.models import CalendarFeed, Delivery, Webhook
from testcentre.foundation.clock import utc_now
from tests.factories import load_exercise
from tests.pages.browsers import signed_in
from tests.pages.windows import faults, windows


@pytest.fixture
def aero(transactional_db: None) -> Client:
    load_exercise()
    return signed_in("aero/admin")


def test_a_feed_is_shown_once_and_ends_when_revoked(aero: Client, live_server: LiveServer) -> None:
    with windows(live_server.url, aero) as (page,):
        page.goto("/connections/")
        page.get_by_label("Which calendar will read it").fill("Outlook")
        page.get_by_role("button", name="Make a feed").click()
        once = page.get_by_role("region", name="Address of the feed")
        expect(once).to_be_focused()
        path = once.locator("code").inner_text().partition("/api/")[2]
        assert page.request.get(f"/api/{path}").status == 200
        assert faults(page) == []
        once.get_by_role("button", name="I have kept it").click()
        expect(page.get_by_text(path.partition("token=")[2])).to_have_count(0)
        page.get_by_role("button", name="Revoke Outlook").click()
        page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
        expect(page.get_by_text("No calendar reads your bookings.")).to_be_visible()
        assert page.request.get(f"/api/{path}").status == 404
    assert CalendarFeed.objects.filter(revoked_at=None).count() == 0


def test_a_webhook_is_added_tried_replayed_and_switched_off(aero: Client, live_server: LiveServer) -> None:
    made = aero.post(
        "/api/v1/webhooks",
        {"url": "https://board.aero.example/in", "description": "Board"},
        content_type="application/json",
    ).json()
    aero.post(f"/api/v1/webhooks/{made['id']}/test")
    attempt = {"at": "2026-06-15T08:00:00Z", "code": 500, "ms": 41, "error": ""}
    Delivery.objects.update(state="failed", due_at=None, ended_at=utc_now(), attempts=[attempt], tried=11)
    with windows(live_server.url, aero) as (page,):
        page.goto("/connections/")
        page.get_by_role("button", name="Add a webhook").click()
        form = page.get_by_role("form", name="Add a webhook")
        form.get_by_label("Address *").fill("https://127.0.0.1/hook")
        form.get_by_label("Only these").check()
        form.get_by_label(re.compile("^booking.confirmed")).check()
        form.get_by_role("button", name="Add the webhook").click()
        expect(form.get_by_label("Address *")).to_have_attribute("aria-invalid", "true")
        form.get_by_label("Address *").fill("https://hooks.aero.example/in")
        form.get_by_role("button", name="Add the webhook").click()
        expect(page.get_by_role("region", name="Secret")).to_contain_text("whsec_")
        page.get_by_role("button", name="I have kept it").click()
        expect(page.get_by_text("whsec_")).to_have_count(0)

        board = page.get_by_role("listitem").filter(has_text="Board")
        board.get_by_role("button", name=re.compile("^Deliveries")).click()
        sent = board.get_by_role("listitem")
        expect(sent).to_contain_text("failed")
        expect(sent).to_contain_text("500")
        assert faults(page) == []
        sent.get_by_role("button", name=re.compile("^Send again")).click()
        expect(sent).to_contain_text("waits")
        board.get_by_role("button", name=re.compile("^Switch off")).click()
        page.get_by_role("dialog").get_by_role("button", name="Switch off").click()
        expect(board).to_contain_text("switched off")
        expect(board.get_by_role("button", name=re.compile("^Send a test"))).to_be_disabled()
    kinds = {hook.url: (hook.kinds, hook.active) for hook in Webhook.objects.all()}
    assert kinds == {
        "https://board.aero.example/in": ([], False),
        "https://hooks.aero.example/in": (["booking.confirmed"], True),
    }


def test_a_person_chooses_e_mails_and_a_viewer_sees_no_webhooks(aero: Client, live_server: LiveServer) -> None:
    viewer = signed_in("aero/viewer")
    with windows(live_server.url, viewer, language="nl", width=390, height=844) as (page,):
        page.goto("/connections/")
        page.get_by_label(re.compile("^Eenmaal per dag")).check()
        expect(page.get_by_text("Bewaard", exact=True)).to_be_visible()
        expect(page.get_by_role("heading", name="Webhooks")).to_have_count(0)
        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    chosen = viewer.get("/api/v1/me/notifications").json()
    assert chosen["mail"] == "daily"
