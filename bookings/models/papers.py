"""Papers: what proves that an aircraft, a pilot or a whole organisation may fly, and until when."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from bookings.models.fleet import Aircraft, Pilot
from bookings.rules.facts import PaperFacts, PaperKind
from testcentre.accounts.models import Organisation

_INSURANCE = models.Q(kind=PaperKind.INSURANCE, pilot=None)


class Paper(models.Model):
    """One paper of an aircraft, of a pilot, or (neither) of the organisation as a whole.

    Composite foreign keys (organisation, id) to aircraft and pilot stand in the migration. Pilots' kinds are as their
    issuers name them, the others are of PaperKind. Both days count.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    aircraft = models.ForeignKey(Aircraft, on_delete=models.CASCADE, null=True, related_name="papers")
    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, null=True, related_name="papers")
    kind = models.CharField(max_length=40)
    number = models.CharField(max_length=60)
    issuer = models.CharField(max_length=120, blank=True)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField()
    cover_sdr = models.FloatField(null=True)
    version = models.PositiveIntegerField(default=1)
    place = models.PositiveSmallIntegerField(default=0, help_text="Its place among those written with it.")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering: ClassVar = ["created_at", "place", "id"]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "valid_until", "id"], name="paper_by_end"),
            models.Index(fields=["valid_until", "id"], name="paper_by_end_of_all"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(aircraft=None) | models.Q(pilot=None), name="paper_of_one_subject"
            ),
            models.CheckConstraint(
                condition=models.Q(pilot__isnull=False) | models.Q(kind__in=list(PaperKind)), name="paper_kind_known"
            ),
            models.CheckConstraint(
                # a comparison with NULL refuses nothing
                condition=(_INSURANCE & models.Q(cover_sdr__isnull=False, cover_sdr__gt=0))
                | (~_INSURANCE & models.Q(cover_sdr=None)),
                name="paper_cover_of_insurance",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_from=None) | models.Q(valid_from__lte=models.F("valid_until")),
                name="paper_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"

    @property
    def facts(self) -> PaperFacts:
        """The paper as rules see it."""
        return PaperFacts(
            kind=self.kind,
            number=self.number,
            valid_until=self.valid_until,
            valid_from=self.valid_from,
            cover_sdr=self.cover_sdr,
            issuer=self.issuer,
        )


class PaperWarning(models.Model):
    """That the end of a paper was told so many days ahead; a renewed paper ends on another day and is told anew."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="warnings")
    valid_until = models.DateField()
    days = models.PositiveSmallIntegerField()
    told_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["paper", "valid_until", "days"], name="paper_warning_once"),
        ]

    def __str__(self) -> str:
        return f"{self.paper_id} {self.days}"
