"""Send what waits for webhooks: one sender at a time per delivery, tried again for a day, then given up."""

import datetime as dt
import uuid
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from bookings.models import Delivery, Sending, Webhook
from bookings.outgoing import retry, signing
from bookings.outgoing.hear import message, people_who_may, put_in_line, write_mails
from bookings.outgoing.kinds import DISABLED, TEST
from bookings.outgoing.post import Outcome, post
from bookings.outgoing.webhooks import access_webhook, drop_waiting, secrets_of
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Permission
from testcentre.audit.trail import record
from testcentre.foundation.clock import to_rfc3339, utc_now
from testcentre.foundation.errors import Conflict, NotFound, Refusal

AT_ONCE = 16
PER_WEBHOOK = 2
"""Of one webhook at once: a receiver that does not answer holds up no other for long."""
CLAIM = dt.timedelta(seconds=120)
"""Longer than any attempt takes, name server included; after it, what a dead sender left is sent by another."""
FAILING = dt.timedelta(days=5)
GONE = 410
KEPT_ATTEMPTS = 30
_AGENT = "testcentre-webhooks/1"

_CLAIM = """
    WITH due AS (
        SELECT id, row_number() OVER (PARTITION BY webhook_id ORDER BY due_at, id) AS place
        FROM (
            SELECT id, webhook_id, due_at FROM bookings_delivery
            WHERE state = 'waiting' AND due_at <= %(now)s
            ORDER BY due_at LIMIT 1000
        ) AS oldest
    ), taken AS (
        SELECT delivery.id FROM bookings_delivery AS delivery JOIN due USING (id)
        WHERE due.place <= %(per_webhook)s AND delivery.state = 'waiting' AND delivery.due_at <= %(now)s
        ORDER BY delivery.due_at LIMIT %(at_once)s
        FOR UPDATE OF delivery SKIP LOCKED
    )
    UPDATE bookings_delivery AS delivery SET claim = %(claim)s, due_at = %(until)s
    FROM taken WHERE delivery.id = taken.id
"""


@dataclass(frozen=True, slots=True)
class _Letter:
    """All that a sending thread needs: it never touches the database."""

    delivery: Delivery
    url: str
    body: bytes
    secrets: tuple[str, ...]


def send_due(now: dt.datetime) -> int:
    """Claim and send up to 16 deliveries that are due, side by side; return how many.

    May run in any number of processes: a claimed delivery is nobody else's for 120 s.
    """
    letters = [_letter(delivery, now=now) for delivery in claim_due(now)]
    if not letters:
        return 0
    with ThreadPoolExecutor(len(letters)) as threads:
        sending = {threads.submit(_send, letter, loopback=settings.WEBHOOK_LOOPBACK): letter for letter in letters}
        for done in as_completed(sending):
            write_outcome(sending[done].delivery, done.result(), now=utc_now())
    return len(letters)


def claim_due(now: dt.datetime) -> list[Delivery]:
    """Take what is due for this caller alone, at most 2 of one webhook; committed before anything is sent."""
    claim = uuid.uuid4()
    parameters: dict[str, Any] = {
        "now": now,
        "until": now + CLAIM,
        "claim": claim,
        "per_webhook": PER_WEBHOOK,
        "at_once": AT_ONCE,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, parameters)
    return list(Delivery.objects.select_related("webhook").filter(claim=claim))


@transaction.atomic
def write_outcome(delivery: Delivery, outcome: Outcome, *, now: dt.datetime) -> None:
    """Keep what came of an attempt, and put the delivery in line again where it failed.

    Does nothing when the claim is over and another sender has it: that one's outcome counts.
    """
    webhook = Webhook.objects.select_for_update(no_key=True).filter(pk=delivery.webhook_id).first()
    row = Delivery.objects.select_for_update().filter(pk=delivery.pk, claim=delivery.claim).first()
    if webhook is None or row is None:
        return
    attempt = {"at": to_rfc3339(now), "code": outcome.code, "ms": outcome.ms, "error": outcome.error}
    row.attempts = [*row.attempts, attempt][-KEPT_ATTEMPTS:]
    row.tried += 1
    row.claim = None
    if outcome.is_success:
        row.state, row.due_at, row.ended_at = Sending.DONE, None, now
    elif (again := retry.next_try(retry.WEBHOOK_DELAYS_S, tried=row.tried, now=now)) and outcome.code != GONE:
        row.due_at = again
    else:
        row.state, row.due_at, row.ended_at = Sending.FAILED, None, now
    row.save()
    _judge(webhook, outcome, now=now)


@transaction.atomic
def replay(asker: Asker, webhook_id: UUID, delivery_id: UUID, *, now: dt.datetime) -> Delivery:
    """Put a delivery in line again, with the same id and body and a new plan of attempts.

    Raises:
        NotFound: no such webhook or delivery of the own organisation.
        Forbidden: the asker's role may not manage webhooks.
        Conflict: the webhook is switched off.
    """
    webhook = access_webhook(asker, webhook_id)
    _require_active(webhook)
    delivery = webhook.deliveries.select_for_update().filter(pk=delivery_id).first()
    if delivery is None:
        raise NotFound(detail="There is no such delivery.")
    if delivery.claim is None:  # else it is being sent this very moment
        delivery.state, delivery.due_at, delivery.ended_at, delivery.tried = Sending.WAITING, now, None, 0
        delivery.save()
    record(asker, "webhook.replay", subject=f"webhook:{webhook.id}", details={"delivery": str(delivery.id)})
    return delivery


@transaction.atomic
def send_test(asker: Asker, webhook_id: UUID, *, now: dt.datetime) -> Delivery:
    """Put a message of type `webhook.test` in line.

    Raises:
        NotFound, Forbidden, Conflict: as `replay`.
    """
    webhook = access_webhook(asker, webhook_id)
    _require_active(webhook)
    body = message(TEST, {"webhook": str(webhook.id)}, now=now)
    record(asker, "webhook.test", subject=f"webhook:{webhook.id}")
    return put_in_line([webhook.id], TEST, body, now=now)[0]


def _require_active(webhook: Webhook) -> None:
    if not webhook.active:
        raise Conflict(
            Refusal(
                "webhook_is_off",
                "The webhook is switched off.",
                "active",
                True,
                False,
                "Switch it on: PATCH with active true.",
            )
        )


def _letter(delivery: Delivery, *, now: dt.datetime) -> _Letter:
    webhook = delivery.webhook
    return _Letter(delivery, webhook.url, delivery.body.encode(), tuple(secrets_of(webhook, now=now)))


def _send(letter: _Letter, *, loopback: bool) -> Outcome:
    message_id, sent_at_s = str(letter.delivery.id), int(utc_now().timestamp())
    signed = signing.headers(message_id, letter.body, timestamp_s=sent_at_s, signing=letter.secrets)
    more = {"Content-Type": "application/json", "User-Agent": _AGENT, "Connection": "close"}
    return post(letter.url, letter.body, {**more, **signed}, loopback=loopback)


def _judge(webhook: Webhook, outcome: Outcome, *, now: dt.datetime) -> None:
    """Forget the failures after a success; switch a webhook off that only failed for 5 days, or is gone (410)."""
    if outcome.is_success:
        webhook.failing_since = None
    elif webhook.failing_since is None:
        webhook.failing_since = now
    since = webhook.failing_since
    if webhook.active and (outcome.code == GONE or (since is not None and now - since >= FAILING)):
        webhook.active = False
        webhook.disabled_reason = "answered 410 Gone" if outcome.code == GONE else f"failed for {FAILING.days} days"
        drop_waiting(webhook, now=now)
        record(None, "webhook.disable", subject=f"webhook:{webhook.id}", reason=webhook.disabled_reason)
        write_mails(
            people_who_may(Permission.WRITE_WEBHOOKS, webhook.organisation_id),
            DISABLED,
            facts={"host": webhook.url.split("/")[2], "reason": webhook.disabled_reason},
            now=now,
        )
    webhook.save(update_fields=["failing_since", "active", "disabled_reason"])
