"""Webhooks by HTTP: who may have them, where they may go, what is shown and what never again."""

import datetime as dt
import json
import re
from typing import Any
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.test import Client

from bookings.models import Delivery, Sending, Webhook
from bookings.outgoing.webhooks import MOST_WEBHOOKS, rotate_secret, secrets_of
from testcentre.audit.models import Entry
from testcentre.foundation.clock import utc_now
from tests.bookings.api.client import codes, get, post
from tests.bookings.outgoing.receiver import receiving
from tests.people import Person, person

pytestmark = pytest.mark.usefixtures("site")
URL = "https://93.184.216.34/hook"


@pytest.fixture
def aero(db: None) -> Person:
    return person("aero/admin")


def patch(who: Person, path: str, body: object) -> Any:
    return Client(raise_request_exception=False).patch(
        f"/api/v1/{path}", json.dumps(body), content_type="application/json", headers=who.headers
    )


def delete(who: Person, path: str) -> Any:
    return Client(raise_request_exception=False).delete(f"/api/v1/{path}", headers=who.headers)


def add(who: Person, **more: object) -> dict[str, Any]:
    answer = post(who, "webhooks", {"url": URL, **more})
    assert answer.status_code == 201, answer.content
    added: dict[str, Any] = answer.json()
    return added


def test_the_secret_is_told_once_and_rests_encrypted(aero: Person) -> None:
    added = add(aero, kinds=["booking.cancelled", "booking.confirmed"], description="planning")
    secret = added.pop("secret")
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", secret)
    assert added["kinds"] == ["booking.cancelled", "booking.confirmed"]
    assert get(aero, f"webhooks/{added['id']}").json() == added
    assert get(aero, "webhooks").json() == {"results": [added], "next": None, "previous": None}

    row = Webhook.objects.get()
    assert secret not in str(vars(row))
    assert Fernet(settings.KEYS_KEY).decrypt(row.secret_encrypted.encode()).decode() == secret
    assert list(Entry.objects.filter(subject=f"webhook:{row.id}").values_list("action", flat=True)) == ["webhook.add"]


@pytest.mark.parametrize(
    "host",
    ["10.0.0.7", "169.254.169.254", "[::1]", "[::ffff:10.0.0.7]", "2130706433", "localhost", "127.0.0.1:8000"],
)  # fmt: skip
def test_a_private_address_is_refused_when_it_is_entered_and_when_it_is_changed(aero: Person, host: str) -> None:
    refused = post(aero, "webhooks", {"url": f"https://{host}/hook"})
    assert (refused.status_code, codes(refused)) == (422, ["webhook_to_private_address"])
    added = add(aero)
    refused = patch(aero, f"webhooks/{added['id']}", {"url": f"https://{host}/hook"})
    assert (refused.status_code, codes(refused)) == (422, ["webhook_to_private_address"])
    assert Webhook.objects.get().url == URL


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"url": "http://93.184.216.34/"}, "bad_webhook_url"),
        ({"url": "https://a:b@93.184.216.34/"}, "bad_webhook_url"),
        ({"url": URL, "kinds": ["booking.exploded"]}, "not_a_choice"),
        ({"url": URL, "secret": "whsec_mine"}, "unknown_field"),
        ({"url": URL, "active": "yes"}, "unknown_field"),
        ({}, "required"),
    ],
)
def test_faults_of_form_are_refused(aero: Person, body: dict[str, object], code: str) -> None:
    refused = post(aero, "webhooks", body)
    assert (refused.status_code, codes(refused)) == (400, [code])


@pytest.mark.parametrize("who", ["aero/viewer", "aero/booker", "aero/engineer", "range/operator"])
def test_only_admins_and_the_range_s_manager_have_webhooks(who: str) -> None:
    assert get(person(who), "webhooks").status_code == 403
    assert post(person(who), "webhooks", {"url": URL}).status_code == 403
    assert add(person("range/manager"))["url"] == URL


def test_a_foreign_webhook_answers_as_one_that_never_was(aero: Person) -> None:
    theirs, rival = add(aero)["id"], person("heavylift/admin")
    delivery = post(aero, f"webhooks/{theirs}/test").json()["id"]
    for path in (theirs, f"{theirs}/deliveries"):
        foreign, nobody = get(rival, f"webhooks/{path}"), get(rival, f"webhooks/{path.replace(theirs, str(uuid4()))}")
        assert (foreign.status_code, foreign.content) == (404, nobody.content)
    for path in ("test", "rotate", f"deliveries/{delivery}/replay"):
        assert post(rival, f"webhooks/{theirs}/{path}").status_code == 404
    assert patch(rival, f"webhooks/{theirs}", {"active": False}).status_code == 404
    assert delete(rival, f"webhooks/{theirs}").status_code == 404
    assert get(rival, "webhooks").json()["results"] == []


def test_an_organisation_has_ten_at_most(aero: Person) -> None:
    for _ in range(MOST_WEBHOOKS):
        add(aero)
    refused = post(aero, "webhooks", {"url": URL})
    assert (refused.status_code, codes(refused)) == (422, ["too_many_webhooks"])
    add(person("heavylift/admin"))


def test_after_a_rotation_both_secrets_sign_for_a_day(aero: Person) -> None:
    added, now = add(aero), utc_now()
    webhook, new = rotate_secret(aero.asker, Webhook.objects.get().id, now=now)
    assert secrets_of(webhook, now=now + dt.timedelta(hours=23, minutes=59)) == [new, added["secret"]]
    assert secrets_of(webhook, now=now + dt.timedelta(hours=24)) == [new]
    again = post(aero, f"webhooks/{added['id']}/rotate").json()
    assert again["secret"] != new
    assert again["previous_secret_until"] > now.isoformat()


def test_switching_off_drops_what_waits_and_nothing_more_can_be_sent(aero: Person) -> None:
    its_id = add(aero)["id"]
    waiting = post(aero, f"webhooks/{its_id}/test")
    assert (waiting.status_code, waiting.json()["state"]) == (202, "waiting")
    assert patch(aero, f"webhooks/{its_id}", {"active": False}).json()["active"] is False
    assert Delivery.objects.get().state == Sending.DROPPED
    for path in ("test", f"deliveries/{waiting.json()['id']}/replay"):
        refused = post(aero, f"webhooks/{its_id}/{path}")
        assert (refused.status_code, codes(refused)) == (409, ["webhook_is_off"])


def test_a_change_leaves_what_it_does_not_name(aero: Person) -> None:
    added = add(aero, kinds=["booking.confirmed"], description="planning")
    changed = patch(aero, f"webhooks/{added['id']}", {"description": "other"}).json()
    assert (changed["kinds"], changed["url"], changed["description"]) == (["booking.confirmed"], URL, "other")


def test_a_removed_webhook_is_gone_with_its_deliveries(aero: Person) -> None:
    its_id = add(aero)["id"]
    post(aero, f"webhooks/{its_id}/test")
    assert delete(aero, f"webhooks/{its_id}").status_code == 204
    assert get(aero, f"webhooks/{its_id}").status_code == 404
    assert Delivery.objects.count() == 0


@pytest.mark.usefixtures("to_loopback")
def test_with_the_setting_a_webhook_may_go_to_this_machine_and_to_no_other_private_one(aero: Person) -> None:
    with receiving() as receiver:
        assert add(aero, url=receiver.url)["url"] == receiver.url
    assert codes(post(aero, "webhooks", {"url": "https://10.0.0.7/"})) == ["webhook_to_private_address"]
