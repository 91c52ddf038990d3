"""A booking, who flies what in it, what it names and where it flies."""

import uuid
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models.functions import Now

from bookings.models.fleet import Aircraft, Pilot
from bookings.models.site import Resource
from bookings.rules.facts import Classification, VolumeFacts, VolumeKind
from bookings.rules.states import BookingState
from testcentre.accounts.models import Organisation

BLOCK_SEQUENCE = "booking_block"
# time itself may end these: nobody decided, or nobody came
UNDONE_STATES = ("requested", "confirmed", "checked_in")


class NextBlock(models.Func):
    """The next number of the blocks of lanes, drawn by the database."""

    template = f"nextval('{BLOCK_SEQUENCE}')"
    output_field = models.BigIntegerField()


class NextSerial(models.Func):
    """The next number of an organisation's bookings; whoever inserts it holds the site's lock, so none is missing."""

    template = "(SELECT coalesce(max(serial), 0) + 1 FROM bookings_booking WHERE organisation_id = %(expressions)s)"
    output_field = models.PositiveIntegerField()


class SlotOf(models.Func):
    """The slot as one range: [start, end)."""

    function = "tstzrange"
    arity = 2
    output_field = DateTimeRangeField()


class SerialField(models.PositiveIntegerField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A number that INSERT … RETURNING gives."""

    db_returning = True

    def deconstruct(self) -> Any:
        """Return it as the plain column that it is in migrations."""
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.PositiveIntegerField", args, options


class Booking(models.Model):
    """One slot of one organisation; its claims stand in the ledger under its id.

    `serial` counts per organisation, so that nobody reads others' business from it. `block` is the booking's own block
    of lanes (bookings/claims/lanes.py). `version` rises with every change and is the ETag.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    serial = SerialField()
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
    attention = models.JSONField(default=list, help_text="What the rules of papers refuse since it was granted.")
    created_at = models.DateTimeField(db_default=Now())
    asked_by = ArrayField(
        models.CharField(max_length=60),
        default=list,
        help_text="Identities of who asked for it as it is: they don't approve it.",
    )
    hold_until = models.DateTimeField(null=True, help_text="When a hold or an offer ends by itself.")
    hold_end_told = models.BooleanField(default=False, help_text="Its holder was told that the hold ends soon.")
    series = models.UUIDField(null=True, help_text="Common to all bookings that were asked for as one series.")
    separation_m = models.FloatField(null=True, help_text="What several aircraft of the booking keep between them.")
    separation_ft = models.FloatField(null=True, help_text="The same in height.")
    may_rechoose = models.BooleanField(
        default=False, help_text="The range may give another resource of a kind, to make room."
    )
    offered = models.BooleanField(default=False, help_text="It was offered from the waiting list.")
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="replaced_by", help_text="What a closure displaced."
    )
    heard_at = models.DateTimeField(null=True, help_text="When one of its aircraft was first heard.")
    occupied_until = models.DateTimeField(null=True, help_text="Until when its claims grew by an overrun.")
    overrun_told = models.BooleanField(default=False, help_text="Told that one flight reaches into another's slot.")
    hazard_details = models.JSONField(null=True, help_text="What a hazardous test says of itself.")
    resources = models.ManyToManyField(Resource, through="BookedResource", related_name="+")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organisation", "start", "id"], name="booking_by_organisation"),
            models.Index(fields=["start", "id"], name="booking_by_start"),
            models.Index(fields=["end"], name="booking_by_end"),
            # what runs at a time: neither start nor end alone finds it without all that was before or is to come
            GistIndex(SlotOf("start", "end"), name="booking_by_slot"),
            models.Index(fields=["hold_until"], name="booking_by_hold", condition=models.Q(state="held")),
            models.Index(fields=["start"], name="booking_undone", condition=models.Q(state__in=UNDONE_STATES)),
            models.Index(fields=["end"], name="booking_active", condition=models.Q(state="active")),
            models.Index(fields=["series"], name="booking_by_series", condition=models.Q(series__isnull=False)),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "id"], name="booking_of_organisation"),
            models.UniqueConstraint(fields=["organisation", "serial"], name="booking_serial_once"),
            models.CheckConstraint(condition=models.Q(start__lt=models.F("end")), name="booking_ends_after_start"),
            models.CheckConstraint(condition=models.Q(state__in=list(BookingState)), name="booking_state_known"),
            models.CheckConstraint(
                condition=~models.Q(state="held") | models.Q(hold_until__isnull=False), name="booking_hold_ends"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.state}"


class BookedResource(models.Model):
    """A resource that a booking has, in the order it was wanted, and for how long.

    `want` is what was asked for (a code, or any of a kind): a change of the booking is planned from it anew.
    """

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="booked_resources")
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField()
    want = models.JSONField()
    start = models.DateTimeField()
    end = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["place"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["booking", "place"], name="booked_resource_place_once"),
            models.CheckConstraint(condition=models.Q(start__lt=models.F("end")), name="booked_resource_ends_after"),
        ]

    def __str__(self) -> str:
        return f"{self.booking_id} {self.resource_id}"


class Crew(models.Model):
    """One aircraft with its pilot in one booking; `flight_id` is made by confirmation.

    `flown_from` and `flown_until` are told when the flight's recording is sealed.

    Composite foreign keys (organisation, id) to booking, aircraft and pilot stand in the migration.
    """

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="crew")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    aircraft = models.ForeignKey(Aircraft, on_delete=models.PROTECT, related_name="+")
    pilot = models.ForeignKey(Pilot, on_delete=models.PROTECT, related_name="+")
    flight_id = models.UUIDField(null=True, unique=True)
    flown_from = models.DateTimeField(null=True)
    flown_until = models.DateTimeField(null=True)
    place = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar = ["place"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["booking", "aircraft"], name="crew_aircraft_once"),
            models.CheckConstraint(
                condition=models.Q(flown_from__isnull=True, flown_until__isnull=True)
                | models.Q(flown_from__lte=models.F("flown_until")),
                name="crew_flown_ends_after",
            ),
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


class BookingDecision(models.Model):
    """What a decision was made on: the facts, the site's version and the rules, kept for replay and for an audit."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="decisions")
    decided_at = models.DateTimeField()
    action = models.CharField(max_length=20, help_text="What was decided: request, move, confirm …")
    site_version = models.PositiveIntegerField()
    rules_version = models.CharField(max_length=64, help_text="SHA-256 of the rules' sources.")
    facts = models.JSONField(help_text="The facts without the site and the resources' tables: those are the version's.")
    waived = models.JSONField(default=list)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.booking_id} {self.action}"
