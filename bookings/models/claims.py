"""The ledger: every claim there is, and the one constraint that makes a double booking impossible."""

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateTimeRangeField, IntegerRangeField, RangeOperators
from django.db import models

from bookings.models.booking import Booking
from bookings.models.closure import Closure

NO_OVERLAP = "claim_no_overlap"


class LanesField(models.Field):  # type: ignore[type-arg]  # generic in the stubs only
    """A set of lanes: PostgreSQL's int8multirange, in its own notation."""

    def db_type(self, connection: object) -> str:
        """Return the column's type."""
        return "int8multirange"


class OutlineField(models.Field):  # type: ignore[type-arg]  # generic in the stubs only
    """An outline on the site's plane in metres: PostgreSQL's polygon, in its own notation."""

    def db_type(self, connection: object) -> str:
        """Return the column's type."""
        return "polygon"


class Claim(models.Model):
    """One need of one booking or closure: key × period × lanes × altitude × area.

    Two active ones never overlap in all five, and each has one owner.

    Written and read by bookings/claims/ledger.py in sets. `key` comes first in the index: with `period` first the same
    search takes ten times as long.
    """

    id = models.BigAutoField(primary_key=True)
    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, null=True, related_name="claims")
    closure = models.ForeignKey(Closure, on_delete=models.PROTECT, null=True, related_name="claims")
    key = BigIntegerRangeField()
    period = DateTimeRangeField()
    lanes = LanesField()
    altitude_ft = IntegerRangeField()
    area = OutlineField()
    active = models.BooleanField(default=True)

    class Meta:
        db_table = "claim"
        constraints: ClassVar = [
            ExclusionConstraint(
                name=NO_OVERLAP,
                index_type="gist",
                expressions=[
                    (field, RangeOperators.OVERLAPS) for field in ("key", "period", "lanes", "altitude_ft", "area")
                ],
                condition=models.Q(active=True),
            ),
            models.CheckConstraint(
                condition=models.Q(booking__isnull=False, closure__isnull=True)
                | models.Q(booking__isnull=True, closure__isnull=False),
                name="claim_has_one_owner",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.booking_id or self.closure_id} {self.key}"
