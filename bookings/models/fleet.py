"""Aircraft, pilots and their papers; each belongs to one organisation and is claimed by its key."""

import uuid
from enum import StrEnum
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from bookings.models.claim_key import ClaimKeyField
from bookings.rules.facts import AircraftFacts, CertificateFacts, InsuranceFacts, PilotFacts
from testcentre.accounts.models import Organisation


class AircraftKind(StrEnum):
    """How an aircraft moves."""

    MULTIROTOR = "multirotor"
    HELICOPTER = "helicopter"
    FIXED_WING = "fixed_wing"
    VTOL = "vtol"
    GROUND = "ground"
    SURFACE = "surface"


class Aircraft(models.Model):
    """One airframe of one organisation.

    `operator_number` is the public part only; `signing_key_encrypted` is the MAVLink 2 key (64 hex digits) under
    Fernet, and leaves the database only for the gateway's grants.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    claim_key = ClaimKeyField()
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in AircraftKind])
    registration = models.CharField(max_length=20, blank=True)
    serial_number = models.CharField(max_length=20)
    operator_number = models.CharField(max_length=16, blank=True)
    mtom_kg = models.FloatField()
    payload_kg = models.FloatField(null=True)
    max_speed_m_s = models.FloatField()
    characteristic_dimension_m = models.FloatField()
    endurance_min = models.FloatField(null=True)
    lost_link_procedure = models.CharField(max_length=2000, blank=True)
    insurer = models.CharField(max_length=120, blank=True)
    insurance_policy_number = models.CharField(max_length=60, blank=True)
    insurance_cover_sdr = models.FloatField(null=True)
    insurance_valid_until = models.DateField(null=True)
    mavlink_system_id = models.PositiveSmallIntegerField()
    signing_key_encrypted = models.TextField(null=True)
    allowed_sources = ArrayField(models.CharField(max_length=43), default=list)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            # what composite foreign keys point at: a booking can't name another organisation's aircraft
            models.UniqueConstraint(fields=["organisation", "id"], name="aircraft_of_organisation"),
            models.UniqueConstraint(fields=["organisation", "serial_number"], name="aircraft_serial_number_once"),
            models.CheckConstraint(
                condition=models.Q(mavlink_system_id__gte=1, mavlink_system_id__lte=255), name="aircraft_system_id"
            ),
            models.CheckConstraint(
                condition=models.Q(insurance_cover_sdr=None, insurance_valid_until=None)
                | models.Q(insurance_cover_sdr__isnull=False, insurance_valid_until__isnull=False),
                name="aircraft_insurance_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def facts(self) -> AircraftFacts:
        """The aircraft as rules see it."""
        insurance = None
        if self.insurance_cover_sdr is not None and self.insurance_valid_until is not None:
            insurance = InsuranceFacts(cover_sdr=self.insurance_cover_sdr, valid_until=self.insurance_valid_until)
        return AircraftFacts(id=self.id, name=self.name, mtom_kg=self.mtom_kg, insurance=insurance)


class Pilot(models.Model):
    """One remote pilot of one organisation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    claim_key = ClaimKeyField()
    name = models.CharField(max_length=120)
    remote_pilot_id = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "id"], name="pilot_of_organisation"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def facts(self) -> PilotFacts:
        """The pilot as rules see them; reads the certificates."""
        proofs = tuple(
            CertificateFacts(kind=proof.kind, number=proof.number, valid_until=proof.valid_until)
            for proof in self.certificates.all()
        )
        return PilotFacts(id=self.id, name=self.name, certificates=proofs)


class Certificate(models.Model):
    """A pilot's proof of competence, valid on its last day too."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="certificates")
    kind = models.CharField(max_length=40)
    number = models.CharField(max_length=60)
    valid_until = models.DateField()

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"
