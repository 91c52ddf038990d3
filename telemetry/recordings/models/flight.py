"""A flight and the links that its bytes came by."""

from django.db import models
from django.db.models.functions import Now

from telemetry.recordings.phases import Phase


class Flight(models.Model):
    """One aircraft's part of a confirmed booking; its id is made by the booking.

    `started`, `ended`: first receipt and the end of the flight, UTC. `bytes` counts received bytes, `samples` decoded
    states. `sha256` and `tlog_bytes` describe the sealed `.tlog`, `manifest` what stands in it.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    booking_id = models.UUIDField(db_index=True)
    organisation_id = models.UUIDField()
    aircraft_id = models.UUIDField()
    system_id = models.PositiveSmallIntegerField()
    phase = models.CharField(max_length=10, choices=[(p.value, p.value) for p in Phase], default=Phase.EXPECTED)
    admit_from = models.DateTimeField()
    admit_until = models.DateTimeField()
    started = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)
    samples = models.BigIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)
    last_sample = models.JSONField(null=True)
    last_received = models.DateTimeField(null=True)
    track_next_us = models.BigIntegerField(default=0)
    sealed_at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    tlog_bytes = models.BigIntegerField(null=True)
    manifest = models.JSONField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["organisation_id", "-admit_from", "-id"], name="flight_by_organisation"),
            models.Index(fields=["-admit_from", "-id"], name="flight_by_time"),
            models.Index(
                fields=["phase", "admit_until"], name="flight_unsealed", condition=~models.Q(phase=Phase.SEALED)
            ),
        ]
        constraints = [
            models.CheckConstraint(name="flight_phase_known", condition=models.Q(phase__in=list(Phase))),
            models.CheckConstraint(
                name="flight_sealed_has_hash",
                condition=~models.Q(phase=Phase.SEALED) | models.Q(sealed_at__isnull=False, sha256__gt=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.phase}"


class FlightLink(models.Model):
    """One way that a flight's bytes came in one format; counts are of what was drained.

    `decoder` keeps what a decoder must know at the next batch, its last packets and state; `quality` the same for the
    link's figures (`telemetry.quality`). What the receivers counted themselves: `packets_in`, `bytes_in`, and of these
    `refused` (packets by reason) and `refused_bytes`.
    """

    flight = models.ForeignKey(Flight, on_delete=models.CASCADE, related_name="links")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10)
    records = models.BigIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)
    first_us = models.BigIntegerField(null=True)
    last_us = models.BigIntegerField(null=True)
    ended = models.BooleanField(default=False)
    decoder = models.BinaryField(null=True)
    quality = models.BinaryField(null=True)
    packets_in = models.BigIntegerField(default=0)
    bytes_in = models.BigIntegerField(default=0)
    refused = models.JSONField(default=dict)
    refused_bytes = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["flight", "name", "kind"], name="flight_link_once")]

    def __str__(self) -> str:
        return f"{self.flight_id} {self.name} {self.kind}"
