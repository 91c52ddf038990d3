"""Aircraft and pilots; each belongs to one organisation and is claimed by its key."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from bookings.models.claim_key import ClaimKeyField
from bookings.rules.facts import AircraftFacts, AircraftKind, ClassLabel, PilotFacts
from testcentre.accounts.models import Organisation


class Aircraft(models.Model):
    """One airframe of one organisation.

    `operator_number` is the public part only; `signing_key_encrypted` is the MAVLink 2 key (64 hex digits) under
    Fernet, and leaves the database only for the gateway's grants. `version` rises with every change of it or its papers
    and is the ETag; who is retired stays for the bookings that name it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    claim_key = ClaimKeyField()
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in AircraftKind])
    registration = models.CharField(max_length=20, blank=True)
    serial_number = models.CharField(max_length=20)
    operator_number = models.CharField(max_length=16, blank=True)
    class_label = models.CharField(
        max_length=2, blank=True, choices=[(label.value, label.value) for label in ClassLabel]
    )
    mtom_kg = models.FloatField()
    payload_kg = models.FloatField(null=True)
    max_speed_m_s = models.FloatField()
    characteristic_dimension_m = models.FloatField()
    span_m = models.FloatField(null=True)
    endurance_min = models.FloatField(null=True)
    lost_link_procedure = models.CharField(max_length=2000, blank=True)
    mavlink_system_id = models.PositiveSmallIntegerField()
    signing_key_encrypted = models.TextField(null=True)
    allowed_sources = ArrayField(models.CharField(max_length=43), default=list)
    version = models.PositiveIntegerField(default=1)
    retired_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            # what composite foreign keys point at: a booking can't name another organisation's aircraft
            models.UniqueConstraint(fields=["organisation", "id"], name="aircraft_of_organisation"),
            models.UniqueConstraint(fields=["organisation", "serial_number"], name="aircraft_serial_number_once"),
            models.CheckConstraint(
                condition=models.Q(mavlink_system_id__gte=1, mavlink_system_id__lte=255), name="aircraft_system_id"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def facts(self) -> AircraftFacts:
        """The aircraft as rules see it; reads its papers."""
        return AircraftFacts(
            id=self.id,
            name=self.name,
            mtom_kg=self.mtom_kg,
            kind=self.kind,
            class_label=self.class_label,
            papers=tuple(paper.facts for paper in self.papers.all()),
            retired=self.retired_at is not None,
        )


class Pilot(models.Model):
    """One remote pilot of one organisation; `version` and `retired_at` as those of aircraft."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    claim_key = ClaimKeyField()
    name = models.CharField(max_length=120)
    remote_pilot_id = models.CharField(max_length=60, blank=True)
    version = models.PositiveIntegerField(default=1)
    retired_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "id"], name="pilot_of_organisation"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def facts(self) -> PilotFacts:
        """The pilot as rules see them; reads the papers."""
        return PilotFacts(
            id=self.id,
            name=self.name,
            papers=tuple(paper.facts for paper in self.papers.all()),
            retired=self.retired_at is not None,
        )
