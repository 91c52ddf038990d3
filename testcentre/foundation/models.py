"""Tables of the foundation: the outbox of facts and the leases of single jobs."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class Announcement(models.Model):
    """A fact that was written with the change it tells of, and leaves us after commit.

    `position` counts the range's events: whole, rising by one, given by the relay after commit. Both it and the
    per-flight positions live here, so that the events stream can be made again from this table.
    """

    id = models.BigAutoField(primary_key=True)
    created_at = models.DateTimeField(db_default=Now())
    kind = models.CharField(max_length=60)
    payload = models.JSONField()
    flight_ids = ArrayField(models.UUIDField(), default=list)
    position = models.BigIntegerField(null=True, unique=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="announcement_unpositioned", condition=models.Q(position=None)),
            models.Index(fields=["position"], name="announcement_unpublished", condition=models.Q(published_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.kind}"


class FlightPosition(models.Model):
    """Where an announcement stands in one flight's own count, so that nobody reads others' activity from it."""

    flight_id = models.UUIDField()
    position = models.BigIntegerField()
    announcement = models.ForeignKey(Announcement, on_delete=models.CASCADE, related_name="flight_positions")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["flight_id", "position"], name="flight_position_once"),
        ]

    def __str__(self) -> str:
        return f"{self.flight_id} {self.position}"


class Lease(models.Model):
    """Who does a job that only one may do; the rising token fences whoever was frozen or cut off."""

    name = models.CharField(max_length=60, primary_key=True)
    token = models.BigIntegerField()
    holder = models.CharField(max_length=120)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.token} {self.holder}"
