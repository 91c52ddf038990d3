"""Log files and the uploads that bring them."""

import uuid

from django.db import models
from django.db.models.functions import Now

from telemetry.recordings.models.flight import Flight


class LogState(models.TextChoices):
    """What has become of a log."""

    RECEIVED = "received"


class Log(models.Model):
    """A log file as it was sent: the object store has it under `sha256`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation_id = models.UUIDField()
    filename = models.CharField(max_length=255)
    bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    format = models.CharField(max_length=12)
    state = models.CharField(max_length=16, choices=LogState.choices, default=LogState.RECEIVED)
    flight = models.ForeignKey(Flight, on_delete=models.PROTECT, null=True, related_name="logs")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["organisation_id", "-created_at", "-id"], name="log_by_organisation")]

    def __str__(self) -> str:
        return str(self.id)


class Upload(models.Model):
    """A log on its way in pieces.

    `offset` counts bytes that are on disk; `parts` lists the spool files that hold them, `[[token, bytes], …]` in
    order. Each PATCH takes a new `token` and a part of its own, so that an older one that is still running can neither
    write into the newer one's bytes nor commit.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation_id = models.UUIDField(db_index=True)
    made_by = models.CharField(max_length=60)
    filename = models.CharField(max_length=255)
    declared_sha256 = models.CharField(max_length=64, blank=True)
    flight = models.ForeignKey(Flight, on_delete=models.CASCADE, null=True, related_name="+")
    length = models.PositiveBigIntegerField()
    offset = models.PositiveBigIntegerField(default=0)
    token = models.PositiveIntegerField(default=0)
    parts = models.JSONField(default=list)
    log = models.ForeignKey(Log, on_delete=models.CASCADE, null=True, related_name="+")
    touched_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="upload_offset_within", condition=models.Q(offset__lte=models.F("length"))),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.offset}/{self.length}"
