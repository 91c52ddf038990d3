"""Sources that range staff admitted to a flight."""

import uuid

from django.db import models
from django.db.models.functions import Now


class AdmittedSource(models.Model):
    """One IP address that may bring unsigned packets of one system to one flight, until the flight's time is over.

    `system_id` is the flight's when it was admitted: where the booking's aircraft changes, the row admits nothing more.
    Who admitted and revoked it stands in the audit trail.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    flight = models.ForeignKey("recordings.Flight", on_delete=models.CASCADE, related_name="admitted_sources")
    address = models.GenericIPAddressField(unpack_ipv4=True)
    system_id = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=500)
    admitted_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-admitted_at", "-id"], name="admitted_source_by_time")]
        constraints = [
            models.UniqueConstraint(
                fields=["flight", "address", "system_id"],
                condition=models.Q(revoked_at=None),
                name="admitted_source_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.flight_id} {self.address} system {self.system_id}"
