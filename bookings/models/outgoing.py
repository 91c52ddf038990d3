"""What leaves us: calendar feeds, webhooks with their deliveries, e-mails and who wants them."""

import uuid
from enum import StrEnum
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from bookings.models.booking import Booking
from testcentre.accounts.models import ApiKey, Organisation, User


class CalendarFeed(models.Model):
    """The right to read one asker's bookings as a calendar; only an HMAC of its token is kept.

    It ends with the person's or key's own rights: every read asks for these again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, null=True, related_name="+")
    name = models.CharField(max_length=120, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(user=None, key__isnull=False) | models.Q(key=None, user__isnull=False),
                name="calendar_feed_is_one_asker_s",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.name}"


class Webhook(models.Model):
    """An address of an organisation that hears of its own bookings; no `kinds` means all of them.

    The secrets rest encrypted under the installation's keys key (Fernet); the previous one signs along until
    `previous_until`. `failing_since` is the first failure that no success followed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    url = models.CharField(max_length=500)
    kinds = ArrayField(models.CharField(max_length=60), default=list)
    description = models.CharField(max_length=200, blank=True)
    active = models.BooleanField(default=True)
    secret_encrypted = models.TextField()
    previous_secret_encrypted = models.TextField(blank=True)
    previous_until = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    disabled_reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation", "created_at", "id"], name="webhook_by_organisation")]

    def __str__(self) -> str:
        return f"{self.id} {self.url}"


class Sending(StrEnum):
    """Where a delivery or an e-mail stands."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    DROPPED = "dropped"


class Outgoing(models.Model):
    """What is to be sent: due at a time, claimed by one sender at a time.

    A claim moves `due_at` past the longest possible sending and leaves its own `claim`: a sender that died is followed
    by the next one, and one that was only frozen can no longer write.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.CharField(
        max_length=8, choices=[(state.value, state.value) for state in Sending], default=Sending.WAITING
    )
    due_at = models.DateTimeField(null=True)
    claim = models.UUIDField(null=True)
    tried = models.PositiveSmallIntegerField(default=0, help_text="Attempts since it was last put in line.")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


def _waits_or_ended(name: str) -> models.CheckConstraint:
    waits = models.Q(state=Sending.WAITING, due_at__isnull=False, ended_at=None)
    return models.CheckConstraint(
        condition=waits | (~models.Q(state=Sending.WAITING) & models.Q(due_at=None, ended_at__isnull=False)), name=name
    )


class Delivery(Outgoing):
    """One message to one webhook; `id` is its `webhook-id`, `body` the very bytes that are signed and sent.

    `attempts` lists the newest 30: `{at, code, ms, error}`.
    """

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    kind = models.CharField(max_length=60)
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, null=True, related_name="+")
    body = models.TextField()
    attempts = models.JSONField(default=list)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="delivery_due", condition=models.Q(state=Sending.WAITING)),
            models.Index(fields=["webhook", "-created_at", "-id"], name="delivery_by_webhook"),
            models.Index(fields=["ended_at"], name="delivery_by_end"),
        ]
        constraints: ClassVar = [_waits_or_ended("delivery_waits_or_ended")]

    def __str__(self) -> str:
        return f"{self.id} {self.kind} {self.state}"


class Mail(Outgoing):
    """One e-mail to one person about one event; its text is made when it is sent, in the person's language.

    `event` names what happened, so that nobody is told twice. `digest` lets it share a mail with others that are due.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=60)
    event = models.UUIDField()
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, null=True, related_name="+")
    facts = models.JSONField(default=dict, help_text="What the text says beside the booking: ids, times, counts.")
    digest = models.BooleanField(default=False)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="mail_due", condition=models.Q(state=Sending.WAITING)),
            models.Index(fields=["ended_at"], name="mail_by_end"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "event"], name="mail_once_per_person_and_event"),
            _waits_or_ended("mail_waits_or_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.kind} {self.state}"


class MailWish(StrEnum):
    """How a person wants to be told."""

    NONE = "none"
    EACH = "each"
    DAILY = "daily"


class Notifications(models.Model):
    """What a person chose; without a row, each event is told."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="notifications")
    mail = models.CharField(max_length=5, choices=[(wish.value, wish.value) for wish in MailWish])

    def __str__(self) -> str:
        return f"{self.user_id} {self.mail}"
