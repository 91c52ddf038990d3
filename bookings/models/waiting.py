"""The waiting list: who waits for which whole set, in which order, and what was offered."""

import uuid
from enum import StrEnum
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db import models
from django.db.models.functions import Now

from bookings.models.booking import Booking
from testcentre.accounts.models import Organisation


class WaitingState(StrEnum):
    """Where an entry stands; the value is what the API answers."""

    WAITING = "waiting"
    OFFERED = "offered"
    TAKEN = "taken"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    SET_ASIDE = "set_aside"


IN_LINE = (WaitingState.WAITING, WaitingState.OFFERED)


class WaitingEntry(models.Model):
    """One wish that waits; `wish` and `flexible` are read by bookings/waiting/wishes.py.

    `place` is its place in the line: it rises in the order of joining and is told to nobody. `keys` and `span` are all
    that it could claim, and when: what is freed elsewhere is none of its business. `let_go` are the offered slots that
    were not taken: they are not offered to it again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    place = models.BigIntegerField(unique=True)
    state = models.CharField(max_length=10, choices=[(state.value, state.value) for state in WaitingState])
    wish = models.JSONField()
    flexible = models.JSONField(null=True, help_text="Period, weekdays and hours, where another slot would do too.")
    keys = ArrayField(models.BigIntegerField())
    span = DateTimeRangeField()
    until = models.DateTimeField(help_text="The last start that would do.")
    to_look = models.BooleanField(default=False, help_text="Something that it may want was freed, nobody looked yet.")
    offer = models.ForeignKey(Booking, on_delete=models.PROTECT, null=True, related_name="+")
    offers_missed = models.PositiveIntegerField(default=0, help_text="Offers in a row that nobody answered.")
    let_go = models.JSONField(default=list)
    reason = models.CharField(max_length=500, blank=True, help_text="Why it was set aside or is over.")
    asked_by = models.CharField(max_length=200)
    identity = models.CharField(max_length=60, help_text="Which person or key asked.")
    role = models.CharField(max_length=20)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organisation", "created_at", "id"], name="waiting_by_organisation"),
            models.Index(fields=["place"], name="waiting_in_line", condition=models.Q(state="waiting")),
            models.Index(fields=["place"], name="waiting_to_look", condition=models.Q(state="waiting", to_look=True)),
            models.Index(fields=["until"], name="waiting_by_end", condition=models.Q(state="waiting")),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in WaitingState]), name="waiting_state_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="offered") | models.Q(offer__isnull=False), name="waiting_offer_is_a_booking"
            ),
            models.UniqueConstraint(
                fields=["offer"], condition=models.Q(state__in=["offered", "taken"]), name="waiting_offer_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.state}"
