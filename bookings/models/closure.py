"""Closures: resources that the range takes out of use for a time, with claims of their own in the ledger."""

import datetime as dt
import uuid
from enum import StrEnum
from typing import ClassVar

from django.db import models

from bookings.models.site import Resource


class ClosureCause(StrEnum):
    """Why something is closed."""

    MAINTENANCE = "maintenance"
    WEATHER = "weather"
    NOTAM = "notam"
    MILITARY = "military"
    MEDICAL = "medical"


PRIORITY_CAUSES = frozenset({ClosureCause.MILITARY, ClosureCause.MEDICAL})


class ClosureState(StrEnum):
    """Where a closure stands; it follows from the time, and from whether it was lifted."""

    PLANNED = "planned"
    IN_FORCE = "in_force"
    OVER = "over"
    LIFTED = "lifted"


class Closure(models.Model):
    """Resources closed for a period; it holds its claims until it is lifted.

    `block` is its own block of lanes, as a booking has one. `made_by` and `lifted_by` are labels of people or keys.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    block = models.BigIntegerField(unique=True, editable=False)
    resources = models.ManyToManyField(Resource, related_name="+")
    start = models.DateTimeField()
    end = models.DateTimeField()
    cause = models.CharField(max_length=12, choices=[(cause.value, cause.value) for cause in ClosureCause])
    reason = models.CharField(max_length=500, blank=True)
    made_by = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["start", "id"]
        indexes: ClassVar = [models.Index(fields=["start", "id"], name="closure_by_start")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(start__lt=models.F("end")), name="closure_ends_after_start"),
            models.CheckConstraint(
                condition=models.Q(cause__in=[cause.value for cause in ClosureCause]), name="closure_cause_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(cause__in=sorted(PRIORITY_CAUSES)) | ~models.Q(reason=""),
                name="closure_priority_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.cause}"

    @property
    def is_priority(self) -> bool:
        """Whether it displaces by priority."""
        return self.cause in PRIORITY_CAUSES

    def state(self, now: dt.datetime) -> ClosureState:
        """Return where it stands."""
        if self.lifted_at is not None:
            return ClosureState.LIFTED
        if now < self.start:
            return ClosureState.PLANNED
        return ClosureState.IN_FORCE if now < self.end else ClosureState.OVER
