"""Which rules the range waived for a booking: who, why, until when."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from bookings.models.booking import Booking


class Waiver(models.Model):
    """One rule that was waived for one booking; never changed, a longer one is a row of its own.

    It counts for what is decided before `until` (None: as long as the booking stands).
    """

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="waivers")
    code = models.CharField(max_length=60)
    reason = models.CharField(max_length=500)
    until = models.DateTimeField(null=True)
    waived_by = models.CharField(max_length=60, help_text="Identity of the person or key.")
    waived_by_name = models.CharField(max_length=200)
    waived_as = models.CharField(max_length=20, help_text="The role.")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="waiver_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.booking_id} {self.code}"
