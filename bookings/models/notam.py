"""The NOTAMs of bookings, what was asked and what is published, and the notes that went over a border."""

import uuid
from enum import StrEnum
from typing import ClassVar

from django.db import models

from bookings.models.booking import Booking


class NotamState(StrEnum):
    """How far the NOTAM office is; a draft is not kept: it is written anew from the booking each time it is read."""

    REQUESTED = "requested"
    PUBLISHED = "published"
    CANCELLED = "cancelled"
    REPLACED = "replaced"


OPEN_STATES = (NotamState.REQUESTED, NotamState.PUBLISHED)


class Notam(models.Model):
    """One NOTAM as it was asked for: `text` is the draft of that moment, and what later drafts are compared with.

    A booking has at most one that is requested and one that is published: the first, once published, replaces the
    second.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="notams")
    state = models.CharField(max_length=10, choices=[(state.value, state.value) for state in NotamState])
    text = models.TextField()
    number = models.CharField(max_length=8, null=True, help_text="Series, serial and year, such as A1234/26.")
    valid_from = models.DateTimeField(null=True)
    valid_to = models.DateTimeField(null=True)
    requested_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="When it was cancelled or replaced.")

    class Meta:
        ordering: ClassVar = ["-requested_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["booking"], condition=models.Q(state=NotamState.REQUESTED.value), name="notam_requested_once"
            ),
            models.UniqueConstraint(
                fields=["booking"], condition=models.Q(state=NotamState.PUBLISHED.value), name="notam_published_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in NotamState]), name="notam_state_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=NotamState.PUBLISHED.value) | models.Q(number__isnull=False),
                name="notam_published_has_number",
            ),
            models.CheckConstraint(
                condition=models.Q(number=None, valid_from=None, valid_to=None, published_at=None)
                | models.Q(
                    number__isnull=False,
                    valid_from__isnull=False,
                    valid_to__isnull=False,
                    valid_from__lt=models.F("valid_to"),
                    published_at__isnull=False,
                ),
                name="notam_number_with_times",
            ),
        ]

    def __str__(self) -> str:
        return self.number or str(self.id)


class SentNote(models.Model):
    """The cross-border note that a neighbour was last sent for a booking, as it read then."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="sent_notes")
    country = models.CharField(max_length=120)
    text = models.TextField()
    sent_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["booking", "country"], name="sent_note_once"),
        ]

    def __str__(self) -> str:
        return f"{self.booking_id} {self.country}"
