"""The raw recording: chunks of records, byte for byte."""

from django.db import models
from django.db.models.functions import Now

from telemetry.recordings.models.flight import FlightLink


class Chunk(models.Model):
    """A run of one link's records (`recordings.chunks` says their format).

    While open, its body lies in `body`; closed, it is an object of the store under `sha256`, and `body` is null.
    Each chunk names the hash of the one before it, so that none can be taken out or changed unnoticed.
    """

    link = models.ForeignKey(FlightLink, on_delete=models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    previous = models.CharField(max_length=64, blank=True)
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    records = models.PositiveIntegerField()
    bytes = models.PositiveBigIntegerField()
    first_us = models.BigIntegerField()
    last_us = models.BigIntegerField()
    opened_at = models.DateTimeField(db_default=Now())
    body = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["link", "number"], name="chunk_number_once"),
            models.UniqueConstraint(fields=["link"], condition=models.Q(body__isnull=False), name="chunk_one_open"),
            models.CheckConstraint(
                name="chunk_open_or_stored",
                condition=models.Q(body__isnull=False, sha256="") | models.Q(body__isnull=True, sha256__gt=""),
            ),
        ]
        indexes = [models.Index(fields=["opened_at"], name="chunk_open_since", condition=models.Q(body__isnull=False))]

    def __str__(self) -> str:
        return f"{self.link_id} #{self.number}"
