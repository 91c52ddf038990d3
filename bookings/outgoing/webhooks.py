"""Add, change, rotate and remove webhooks; each verb is one transaction with its trail."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from cryptography.fernet import Fernet
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from bookings.models import Delivery, Sending, Webhook
from bookings.outgoing.addresses import BadUrl, NotResolved, PrivateAddress, read_url, resolve
from bookings.outgoing.signing import new_secret
from testcentre.accounts.asker import Asker
from testcentre.accounts.models import Organisation
from testcentre.accounts.roles import Permission
from testcentre.audit.trail import record
from testcentre.foundation.errors import Malformed, NotFound, Refusal, Refused

MOST_WEBHOOKS = 10
BOTH_SIGN = dt.timedelta(hours=24)


def webhooks_of(asker: Asker) -> "QuerySet[Webhook]":
    """Return the own organisation's webhooks, the oldest first.

    Raises:
        Forbidden: the asker's role may not manage webhooks.
    """
    asker.require(Permission.WRITE_WEBHOOKS)
    return Webhook.objects.filter(organisation_id=asker.organisation_id).order_by("created_at", "id")


def access_webhook(asker: Asker, webhook_id: UUID, *, change: bool = False) -> Webhook:
    """Return a webhook of the own organisation; with `change` its row is locked until the transaction ends.

    Raises:
        NotFound: there is none, or it is somebody else's.
        Forbidden: the asker's role may not manage webhooks.
    """
    rows = webhooks_of(asker).select_for_update(no_key=True) if change else webhooks_of(asker)
    webhook = rows.filter(pk=webhook_id).first()
    if webhook is None:
        raise NotFound(detail="There is no such webhook.")
    return webhook


@transaction.atomic
def add_webhook(asker: Asker, *, url: str, kinds: tuple[str, ...], description: str) -> tuple[Webhook, str]:
    """Store a webhook; returns its row and its secret, which is told only now.

    Raises:
        Malformed: the URL has a fault of form.
        Refused: it leads to a private address, or the organisation has 10 webhooks.
        Forbidden: the asker's role may not manage webhooks.
    """
    asker.require(Permission.WRITE_WEBHOOKS)
    check_url(url)
    Organisation.objects.select_for_update(no_key=True).get(pk=asker.organisation_id)  # so that two at once are counted
    if webhooks_of(asker).count() >= MOST_WEBHOOKS:
        raise Refused(
            Refusal(
                "too_many_webhooks",
                f"The organisation has {MOST_WEBHOOKS} webhooks.",
                "",
                f"at most {MOST_WEBHOOKS}",
                MOST_WEBHOOKS,
                "Remove one that is not needed.",
            )
        )
    secret = new_secret()
    webhook = Webhook.objects.create(
        organisation_id=asker.organisation_id,
        url=url,
        kinds=sorted(set(kinds)),
        description=description,
        secret_encrypted=encrypted(secret),
    )
    record(asker, "webhook.add", subject=f"webhook:{webhook.id}", details={"kinds": webhook.kinds})
    return webhook, secret


@transaction.atomic
def change_webhook(asker: Asker, webhook_id: UUID, changes: Mapping[str, Any], *, now: dt.datetime) -> Webhook:
    """Change `url`, `kinds`, `description` or `active`; only what is named.

    Switching it on forgets its failures; switching it off drops what waits (each can be replayed).

    Raises:
        NotFound, Forbidden: as `access_webhook`; Malformed, Refused: as `add_webhook`.
    """
    webhook = access_webhook(asker, webhook_id, change=True)
    if "url" in changes:
        check_url(changes["url"])
    for name, value in changes.items():
        setattr(webhook, name, sorted(set(value)) if name == "kinds" else value)
    if changes.get("active") is True:
        webhook.failing_since, webhook.disabled_reason = None, ""
    webhook.save()
    if not webhook.active:
        drop_waiting(webhook, now=now)
    record(asker, "webhook.change", subject=f"webhook:{webhook.id}", details={"fields": sorted(changes)})
    return webhook


@transaction.atomic
def rotate_secret(asker: Asker, webhook_id: UUID, *, now: dt.datetime) -> tuple[Webhook, str]:
    """Give a webhook a new secret, told only now; the one before signs along for 24 h.

    Raises:
        NotFound, Forbidden: as `access_webhook`.
    """
    webhook = access_webhook(asker, webhook_id, change=True)
    secret = new_secret()
    webhook.previous_secret_encrypted, webhook.previous_until = webhook.secret_encrypted, now + BOTH_SIGN
    webhook.secret_encrypted = encrypted(secret)
    webhook.save()
    record(asker, "webhook.rotate", subject=f"webhook:{webhook.id}")
    return webhook, secret


@transaction.atomic
def remove_webhook(asker: Asker, webhook_id: UUID) -> None:
    """Remove a webhook with all its deliveries.

    Raises:
        NotFound, Forbidden: as `access_webhook`.
    """
    webhook = access_webhook(asker, webhook_id, change=True)
    webhook.delete()
    record(asker, "webhook.remove", subject=f"webhook:{webhook_id}")


def drop_waiting(webhook: Webhook, *, now: dt.datetime) -> None:
    """Take what waits out of the line."""
    waiting = Delivery.objects.filter(webhook=webhook, state=Sending.WAITING)
    waiting.update(state=Sending.DROPPED, due_at=None, claim=None, ended_at=now)


def check_url(url: str) -> None:
    """Go on only with a URL that a webhook may have; a name without an address now may get one later.

    Raises:
        Malformed: it has a fault of form.
        Refused: it leads to an address that is not public.
    """
    try:
        resolve(read_url(url, loopback=settings.WEBHOOK_LOOPBACK), loopback=settings.WEBHOOK_LOOPBACK)
    except BadUrl as problem:
        raise Malformed(
            Refusal("bad_webhook_url", f"Expected {problem}.", "url", str(problem), url[:60], "Send it so.")
        ) from None
    except PrivateAddress:
        raise Refused(
            Refusal(
                "webhook_to_private_address",
                "The URL leads to an address that is not public.",
                "url",
                "a host whose addresses are all public",
                url[:60],
                "Use a host that can be reached from the internet.",
            )
        ) from None
    except NotResolved:
        return


def encrypted(secret: str) -> str:
    """Return a secret under the installation's keys key (Fernet)."""
    return Fernet(settings.KEYS_KEY).encrypt(secret.encode()).decode()


def secrets_of(webhook: Webhook, *, now: dt.datetime) -> list[str]:
    """Return the secrets that sign now, the newest first."""
    kept = [webhook.secret_encrypted]
    if webhook.previous_until is not None and now < webhook.previous_until:
        kept.append(webhook.previous_secret_encrypted)
    return [Fernet(settings.KEYS_KEY).decrypt(one.encode()).decode() for one in kept]
