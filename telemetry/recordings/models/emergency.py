"""Links that the range's operator let in without a booking."""

import uuid

from django.db import models
from django.db.models.functions import Now

from testcentre.accounts.models import Organisation


class EmergencyAdmission(models.Model):
    """One link that was admitted at once; open until its papers name whose it was.

    `organisation` and `aircraft` are what the papers say; the flight stays the range's own.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    flight = models.ForeignKey("recordings.Flight", on_delete=models.PROTECT, related_name="+")
    address = models.GenericIPAddressField(unpack_ipv4=True)
    system_id = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    reason = models.CharField(max_length=500)
    admitted_at = models.DateTimeField(db_default=Now())
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    aircraft = models.CharField(max_length=200, blank=True)
    papers_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["-admitted_at", "-id"], name="emergency_by_time"),
            models.Index(fields=["-admitted_at"], name="emergency_open", condition=models.Q(papers_at=None)),
        ]
        constraints = [
            models.CheckConstraint(
                name="emergency_papers_name_somebody",
                condition=models.Q(papers_at=None, organisation=None, aircraft="")
                | models.Q(papers_at__isnull=False, organisation__isnull=False, aircraft__gt=""),
            )
        ]

    def __str__(self) -> str:
        return f"{self.flight_id} {self.name}"
