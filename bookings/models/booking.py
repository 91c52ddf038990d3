"""A booking, who flies what in it, what it names and where it flies."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from bookings.models.fleet import Aircraft, Pilot
from bookings.models.site import Resource
from bookings.rules.facts import Classification, VolumeFacts, VolumeKind
from bookings.rules.states import BookingState
from testcentre.accounts.models import Organisation

BLOCK_SEQUENCE = "booking_block"


class NextBlock(models.Func):
    """The next number of the blocks of lanes, drawn by the database."""

    template = f"nextval('{BLOCK_SEQUENCE}')"
    output_field = models.BigIntegerField()


class Booking(models.Model):
    """One slot of one organisation; its claims stand in the ledger under its id.

    `serial` counts per organisation, so that nobody reads others' business from it. `block` is the booking's own block
    of lanes (bookings/claims/lanes.py). `version` rises with every change and is the ETag.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    serial = models.PositiveIntegerField()
    block = models.BigIntegerField(unique=True, editable=False)
    state = models.CharField(max_length=12, choices=[(state.value, state.value) for state in BookingState])
    version = models.PositiveIntegerField(default=1)
    purpose = models.CharField(max_length=500)
    start = models.DateTimeField()
    end = models.DateTimeField()
    classification = models.CharField(max_length=24, choices=[(label.value, label.value) for label in Classification])
    waived = ArrayField(models.CharField(max_length=60), default=list)
    waiver_reason = models.CharField(max_length=500, blank=True)
    reason = models.CharField(max_length=500, blank=True, help_text="What was said at the last change.")
    ended_at = models.DateTimeField(null=True, help_text="When it was completed or released.")
    created_at = models.DateTimeField(db_default=Now())
    resources = models.ManyToManyField(Resource, through="BookedResource", related_name="+")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organisation", "start", "id"], name="booking_by_organisation"),
            models.Index(fields=["start", "id"], name="booking_by_start"),
            models.Index(fields=["end"], name="booking_by_end"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "id"], name="booking_of_organisation"),
            models.UniqueConstraint(fields=["organisation", "serial"], name="booking_serial_once"),
            models.CheckConstraint(condition=models.Q(start__lt=models.F("end")), name="booking_ends_after_start"),
            models.CheckConstraint(condition=models.Q(state__in=list(BookingState)), name="booking_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.state}"


class BookedResource(models.Model):
    """A resource that a booking names, in the order it was named."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="booked_resources")
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar = ["place"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["booking", "resource"], name="booked_resource_once"),
        ]

    def __str__(self) -> str:
        return f"{self.booking_id} {self.resource_id}"


class Crew(models.Model):
    """One aircraft with its pilot in one booking; `flight_id` is made by confirmation.

    Composite foreign keys (organisation, id) to booking, aircraft and pilot stand in the migration.
    """

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="crew")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    aircraft = models.ForeignKey(Aircraft, on_delete=models.PROTECT, related_name="+")
    pilot = models.ForeignKey(Pilot, on_delete=models.PROTECT, related_name="+")
    flight_id = models.UUIDField(null=True, unique=True)
    place = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar = ["place"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["booking", "aircraft"], name="crew_aircraft_once"),
        ]

    def __str__(self) -> str:
        return f"{self.booking_id} {self.aircraft_id}"


class Volume(models.Model):
    """Where a booking flies, as it was asked for: GeoJSON in WGS-84, heights in feet AMSL (floor None: the ground)."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="volumes")
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in VolumeKind])
    polygon = models.JSONField()
    floor_ft_amsl = models.IntegerField(null=True)
    ceiling_ft_amsl = models.IntegerField()
    place = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar = ["place"]

    def __str__(self) -> str:
        return f"{self.booking_id} {self.kind}"

    @classmethod
    def of_facts(cls, booking: Booking, facts: VolumeFacts, *, place: int) -> "Volume":
        """Return the row of a volume, not yet saved."""
        return cls(
            booking=booking,
            kind=facts.kind,
            polygon={"type": "Polygon", "coordinates": [[list(corner) for corner in facts.outline]]},
            floor_ft_amsl=facts.floor_ft_amsl,
            ceiling_ft_amsl=facts.ceiling_ft_amsl,
            place=place,
        )
