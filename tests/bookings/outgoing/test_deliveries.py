"""From an event to a receiver: signed, tried again, by one sender at a time, replayed, given up."""

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from bookings import events
from bookings.actions.cancel_booking import cancel_booking
from bookings.models import Delivery, Mail, Sending, Webhook
from bookings.outgoing import deliveries
from bookings.outgoing import post as module
from bookings.outgoing.deliveries import CLAIM, claim_due, replay, send_due, write_outcome
from bookings.outgoing.post import Outcome
from bookings.outgoing.retry import WEBHOOK_DELAYS_S
from bookings.outgoing.webhooks import add_webhook, rotate_secret
from bookings.rules.facts import Classification
from testcentre.audit.models import Entry
from testcentre.foundation.clock import utc_now
from tests.bookings.api.client import get, post
from tests.bookings.outgoing.cast import confirmed, member
from tests.bookings.outgoing.receiver import receiving, signed_by
from tests.factories import a_booking
from tests.people import Person, person

pytestmark = [pytest.mark.usefixtures("site", "to_loopback")]
HOUR = dt.timedelta(hours=1)


def hook(who: Person, url: str, *kinds: str) -> tuple[Webhook, str]:
    return add_webhook(who.asker, url=url, kinds=kinds, description="")


def test_a_booking_is_told_signed_with_ids_times_and_state_and_no_name() -> None:
    admin = person("aero/admin")
    with receiving() as receiver:
        _, secret = hook(admin, receiver.url)
        booking = confirmed(admin, purpose="PURPLE-HERON")
        assert send_due(utc_now()) == 2

        told = {json.loads(r.body)["type"]: r for r in receiver.received}
        assert set(told) == {"booking.requested", "booking.confirmed"}
        message = told["booking.confirmed"]
        assert signed_by(message, [secret], now_s=time.time()) == [True]
        content = json.loads(message.body)
        assert set(content) == {"type", "timestamp", "data"}
        assert content["data"]["booking"] == str(booking.id)
        assert (content["data"]["state"], content["data"]["version"]) == ("confirmed", booking.version)
        assert len(content["data"]["flights"]) == 1
        assert b"PURPLE-HERON" not in message.body
        assert message.headers["content-type"] == "application/json"
        assert {r.headers["webhook-id"] for r in receiver.received} == {str(d.id) for d in Delivery.objects.all()}


def test_only_the_kinds_that_were_asked_for_and_only_the_own_organisation_s() -> None:
    admin, rival = person("aero/admin"), person("heavylift/admin")
    with receiving() as receiver:
        hook(admin, receiver.url, "booking.cancelled")
        hook(rival, receiver.url)
        hook(person("range/manager"), receiver.url)
        booking = a_booking(admin)
        cancel_booking(admin.asker, booking.id, now=utc_now())
        send_due(utc_now())
        assert [json.loads(r.body)["type"] for r in receiver.received] == ["booking.cancelled"]


def test_of_a_classified_booking_is_told_only_that_there_is_something_to_look_at() -> None:
    admin = person("aero/admin")
    with receiving() as receiver:
        hook(admin, receiver.url)
        booking = confirmed(admin, classification=Classification.DEP_V)
        send_due(utc_now())
        for received in receiver.received:
            content = json.loads(received.body)
            assert (content["type"], content["data"]) == ("booking.look", {"booking": str(booking.id)})
        assert len(receiver.received) == 2


def test_a_delivery_that_fails_twice_and_then_works_is_one_delivery_with_three_attempts() -> None:
    admin = person("aero/admin")
    with receiving(500, 503) as receiver:
        webhook, secret = hook(admin, receiver.url, "booking.confirmed")
        confirmed(admin)
        delivery, now = Delivery.objects.get(), utc_now()
        for _ in range(3):
            assert send_due(now) == 1
            assert send_due(now) == 0
            delivery.refresh_from_db()
            now = delivery.due_at or now

        assert (delivery.state, delivery.due_at, delivery.tried) == (Sending.DONE, None, 3)
        assert [attempt["code"] for attempt in delivery.attempts] == [500, 503, 200]
        assert len({r.headers["webhook-id"] for r in receiver.received}) == 1
        assert len({r.body for r in receiver.received}) == 1
        assert all(signed_by(r, [secret], now_s=time.time()) == [True] for r in receiver.received)
        webhook.refresh_from_db()
        assert webhook.failing_since is None

        shown = get(admin, f"webhooks/{webhook.id}/deliveries").json()["results"]
        assert [(d["state"], d["response_code"], len(d["attempts"])) for d in shown] == [("done", 200, 3)]
        assert shown[0]["ms"] >= 0


def test_a_change_that_is_undone_is_never_told() -> None:
    admin = person("aero/admin")
    hook(admin, "http://127.0.0.1:9/")

    with transaction.atomic():
        a_booking(admin)
        assert Delivery.objects.count() > 0
        transaction.set_rollback(True)
    assert Delivery.objects.count() == 0


def test_after_a_day_of_failures_it_is_given_up_and_can_be_replayed() -> None:
    admin = person("aero/admin")
    with receiving() as receiver:
        webhook, _ = hook(admin, f"http://127.0.0.1:{receiver.port}/", "booking.confirmed")
        confirmed(admin)
        delivery, began = Delivery.objects.get(), utc_now()
        now = began
        for _ in range(len(WEBHOOK_DELAYS_S) + 1):
            (claimed,) = claim_due(now)
            write_outcome(claimed, Outcome(None, 3, "connection refused"), now=now)
            delivery.refresh_from_db()
            now = delivery.due_at or now
        assert (delivery.state, len(delivery.attempts)) == (Sending.FAILED, len(WEBHOOK_DELAYS_S) + 1)
        assert 20 * HOUR < now - began < 28 * HOUR

        answer = post(admin, f"webhooks/{webhook.id}/deliveries/{delivery.id}/replay")
        assert (answer.status_code, answer.json()["state"]) == (202, "waiting")
        assert send_due(utc_now()) == 1
        delivery.refresh_from_db()
        assert (delivery.state, delivery.tried, delivery.attempts[-1]["code"]) == (Sending.DONE, 1, 200)
        assert receiver.received[0].headers["webhook-id"] == str(delivery.id)


def test_a_delivered_one_can_be_replayed_too_under_the_same_id() -> None:
    admin = person("aero/admin")
    with receiving() as receiver:
        webhook, _ = hook(admin, receiver.url, "booking.confirmed")
        confirmed(admin)
        send_due(utc_now())
        replay(admin.asker, webhook.id, Delivery.objects.get().id, now=utc_now())
        send_due(utc_now())
        assert len({r.headers["webhook-id"] for r in receiver.received}) == 1
        assert len(receiver.received) == 2


def test_after_a_rotation_a_message_carries_both_signatures() -> None:
    admin = person("aero/admin")
    with receiving() as receiver:
        webhook, old = hook(admin, receiver.url)
        _, new = rotate_secret(admin.asker, webhook.id, now=utc_now())
        post(admin, f"webhooks/{webhook.id}/test")
        send_due(utc_now())
        (received,) = receiver.received
        assert json.loads(received.body)["type"] == "webhook.test"
        assert signed_by(received, [new, old], now_s=time.time()) == [True, True]
        assert received.headers["webhook-signature"].count("v1,") == 2


def test_a_webhook_that_failed_for_five_days_is_switched_off_and_its_admins_are_told() -> None:
    admin, told, _ = person("aero/admin"), member("aero/admin"), member("aero/booker")
    webhook, _ = hook(admin, "http://127.0.0.1:9/")
    confirmed(admin)
    now = utc_now()
    claimed = claim_due(now)
    write_outcome(claimed[0], Outcome(500, 3, "answered 500"), now=now)
    write_outcome(claimed[1], Outcome(500, 3, "answered 500"), now=now + dt.timedelta(days=5))
    webhook.refresh_from_db()
    assert (webhook.active, webhook.disabled_reason) == (False, "failed for 5 days")
    assert set(Delivery.objects.values_list("state", flat=True)) == {Sending.DROPPED}
    assert list(Mail.objects.filter(kind="webhook_disabled").values_list("user", flat=True)) == [told.id]
    assert Entry.objects.filter(action="webhook.disable").count() == 1


def test_a_receiver_that_is_gone_is_not_asked_again() -> None:
    admin = person("aero/admin")
    with receiving(410) as receiver:
        webhook, _ = hook(admin, receiver.url)
        post(admin, f"webhooks/{webhook.id}/test")
        send_due(utc_now())
    webhook.refresh_from_db()
    assert (webhook.active, webhook.disabled_reason) == (False, "answered 410 Gone")
    assert Delivery.objects.get().state == Sending.FAILED


def test_a_webhook_whose_name_turns_private_later_is_not_sent_to(settings: Any) -> None:
    admin = person("aero/admin")
    with receiving() as receiver:
        webhook, _ = hook(admin, receiver.url.replace("http://127.0.0.1", "https://localhost"))
        settings.WEBHOOK_LOOPBACK = False
        post(admin, f"webhooks/{webhook.id}/test")
        send_due(utc_now())
    assert receiver.received == []
    assert Delivery.objects.get().attempts[0]["error"] == "the address is not public"


def test_one_receiver_takes_two_places_at_most_of_a_round() -> None:
    admin = person("aero/admin")
    webhook, _ = hook(admin, "http://127.0.0.1:9/")
    other, _ = hook(person("heavylift/admin"), "http://127.0.0.1:9/")
    for _ in range(5):
        post(admin, f"webhooks/{webhook.id}/test")
    post(person("heavylift/admin"), f"webhooks/{other.id}/test")
    claimed = [delivery.webhook_id for delivery in claim_due(utc_now())]
    assert sorted(claimed) == sorted([webhook.id, webhook.id, other.id])


def test_a_frozen_sender_can_no_longer_write_once_another_has_the_claim() -> None:
    admin = person("aero/admin")
    webhook, _ = hook(admin, "http://127.0.0.1:9/")
    post(admin, f"webhooks/{webhook.id}/test")
    now = utc_now()
    (frozen,) = claim_due(now)
    assert claim_due(now + CLAIM - dt.timedelta(seconds=1)) == []
    (second,) = claim_due(now + CLAIM)
    write_outcome(frozen, Outcome(200, 3), now=now + CLAIM)
    assert Delivery.objects.get().state == Sending.WAITING
    write_outcome(second, Outcome(200, 3), now=now + CLAIM)
    assert Delivery.objects.get().state == Sending.DONE


def test_the_list_is_paged_newest_first_and_filtered_by_state() -> None:
    admin = person("aero/admin")
    webhook, _ = hook(admin, "http://127.0.0.1:9/")
    made = [post(admin, f"webhooks/{webhook.id}/test").json()["id"] for _ in range(5)]
    page = get(admin, f"webhooks/{webhook.id}/deliveries?limit=3").json()
    rest = get(admin, page["next"].removeprefix("/api/v1/")).json()
    assert [d["id"] for d in page["results"] + rest["results"]] == made[::-1]
    assert rest["next"] is None
    assert get(admin, f"webhooks/{webhook.id}/deliveries?state=done").json()["results"] == []
    assert get(admin, f"webhooks/{webhook.id}/deliveries?state=lost").status_code == 400


@pytest.mark.django_db(transaction=True)
def test_many_senders_never_take_the_same_delivery() -> None:
    admin = person("aero/admin")
    for n in range(8):
        webhook, _ = hook(admin, f"http://127.0.0.1:9/{n}")
        for _ in range(4):
            post(admin, f"webhooks/{webhook.id}/test")
    now = utc_now()

    def take(_: int) -> list[Any]:
        try:
            return [delivery.id for delivery in claim_due(now)]
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        taken = [its_id for some in threads.map(take, range(12)) for its_id in some]
    assert len(taken) == len(set(taken))
    assert set(taken) <= set(Delivery.objects.values_list("id", flat=True))
    assert len(taken) == 32


@pytest.mark.django_db(transaction=True)
def test_a_sender_that_is_killed_while_it_sends_is_followed_by_another(
    service_environment: Callable[..., dict[str, str]],
) -> None:
    admin = person("aero/admin")
    program = (
        "import django; django.setup(); from bookings.outgoing.deliveries import send_due;"
        "from testcentre.foundation.clock import utc_now; send_due(utc_now())"
    )
    with receiving("hang") as receiver:
        webhook, secret = hook(admin, receiver.url)
        post(admin, f"webhooks/{webhook.id}/test")
        environment = service_environment(TESTCENTRE_WEBHOOK_LOOPBACK="1")
        sender = subprocess.Popen([sys.executable, "-c", program], env=environment)
        end = time.monotonic() + 30
        while not receiver.received and time.monotonic() < end:
            time.sleep(0.05)
        os.kill(sender.pid, signal.SIGKILL)
        sender.wait()

        assert len(receiver.received) == 1
        assert send_due(utc_now()) == 0, "the dead one's claim still holds"
        assert send_due(utc_now() + CLAIM) == 1
        delivery = Delivery.objects.get()
        assert (delivery.state, [a["code"] for a in delivery.attempts]) == (Sending.DONE, [200])
        assert receiver.received[0].headers["webhook-id"] == receiver.received[1].headers["webhook-id"]
        assert signed_by(receiver.received[1], [secret], now_s=time.time()) == [True]


def test_a_crash_of_a_handler_undoes_the_booking_so_that_nothing_is_told_by_half(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    admin = person("aero/admin")
    hook(admin, "http://127.0.0.1:9/")
    monkeypatch.setattr(events, "write_to_outbox", _broken)
    with pytest.raises(RuntimeError, match="outbox"):
        a_booking(admin)
    assert Delivery.objects.count() == 0


def _broken(*_: object, **__: object) -> None:
    raise RuntimeError("outbox")


def test_the_claim_outlasts_every_attempt() -> None:
    assert CLAIM.total_seconds() > 2 * (module.CONNECT_S + module.WHOLE_S)
    assert deliveries.PER_WEBHOOK < deliveries.AT_ONCE
