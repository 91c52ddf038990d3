"""What a booking costs: one row at each change, the newest counts, none is ever changed."""

import uuid
from enum import StrEnum
from typing import Any, ClassVar

import msgspec
from django.db import models

from bookings.models.booking import Booking
from bookings.tariff import Cause, Line, Price


class PriceReason(StrEnum):
    """What a price was reckoned for."""

    REQUESTED = "requested"
    MOVED = "moved"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    WEATHER_ACCEPTED = "weather_accepted"
    WEATHER_REJECTED = "weather_rejected"


class BookingPrice(models.Model):
    """A price, its lines, and the site version whose tariff it was made under.

    `due` is true of what is invoiced, dated by `made_at`; the constraint lets a booking be charged once. `to_check`
    marks weather that a company named for a free cancellation; `evidence` is what it said of it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="prices")
    number = models.PositiveIntegerField(help_text="Counts per booking.")
    site_version = models.PositiveIntegerField()
    reason = models.CharField(max_length=20, choices=[(reason.value, reason.value) for reason in PriceReason])
    made_at = models.DateTimeField()
    due = models.BooleanField(default=False)
    currency = models.CharField(max_length=3)
    lines = models.JSONField()
    total_ex_vat = models.DecimalField(max_digits=12, decimal_places=2)
    vat_pct = models.DecimalField(max_digits=5, decimal_places=2)
    vat = models.DecimalField(max_digits=12, decimal_places=2)
    total = models.DecimalField(max_digits=12, decimal_places=2)
    tariff_version = models.CharField(max_length=200)
    free_to_cancel_until = models.DateTimeField(null=True)
    least_fee_pct = models.DecimalField(
        max_digits=5, decimal_places=2, default=0, help_text="What leaving had come to when it was moved."
    )
    terms = models.CharField(max_length=500)
    cause = models.CharField(max_length=10, choices=[(cause.value, cause.value) for cause in Cause], blank=True)
    evidence = models.CharField(max_length=1000, blank=True)
    to_check = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["made_at", "id"], name="price_due", condition=models.Q(due=True)),
            models.Index(fields=["made_at", "id"], name="price_to_check", condition=models.Q(to_check=True)),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["booking", "number"], name="price_number_once"),
            models.UniqueConstraint(fields=["booking"], name="booking_charged_once", condition=models.Q(due=True)),
            models.CheckConstraint(condition=models.Q(total_ex_vat__gte=0, vat__gte=0), name="price_is_not_negative"),
            models.CheckConstraint(
                condition=models.Q(total=models.F("total_ex_vat") + models.F("vat")), name="price_adds_up"
            ),
            models.CheckConstraint(
                condition=models.Q(to_check=False) | ~models.Q(evidence=""), name="weather_has_evidence"
            ),
            models.CheckConstraint(condition=models.Q(reason__in=list(PriceReason)), name="price_reason_known"),
        ]

    def __str__(self) -> str:
        return f"{self.booking_id} {self.number} {self.total}"

    @property
    def price(self) -> Price:
        """The price as it was reckoned."""
        return Price(
            lines=tuple(msgspec.convert(self.lines, list[Line])),
            total_ex_vat=self.total_ex_vat,
            vat_pct=self.vat_pct,
            vat=self.vat,
            total=self.total,
            currency=self.currency,
            tariff_version=self.tariff_version,
            free_to_cancel_until=self.free_to_cancel_until,
            terms=self.terms,
        )

    @classmethod
    def of(cls, booking: Booking, price: Price, **more: Any) -> "BookingPrice":
        """Return the row of a price, not yet saved."""
        return cls(
            booking=booking,
            currency=price.currency,
            lines=msgspec.to_builtins(price.lines),
            total_ex_vat=price.total_ex_vat,
            vat_pct=price.vat_pct,
            vat=price.vat,
            total=price.total,
            tariff_version=price.tariff_version,
            free_to_cancel_until=price.free_to_cancel_until,
            terms=price.terms,
            **more,
        )
