"""A tariff as the site file states it: what is charged by the hour or half day, and what leaving costs.

Amounts are EUR without VAT; percents below zero lower, above zero raise. A `Tariff` is read from the site's data as it
is kept (`msgspec.convert`), so a booking's tariff is the site version it was made under.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from bookings.rules.facts import ResourceKind


class Unit(StrEnum):
    """What a rate counts."""

    HOUR = "hour"
    HALF_DAY = "half_day"
    BOOKING = "booking"


@dataclass(frozen=True, slots=True)
class Rate:
    """A price per unit of the resources of some kinds, or of some codes: a rate by code outranks those by kind."""

    name: str
    per: Unit
    price: Decimal
    kinds: tuple[ResourceKind, ...] = ()
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AirspaceRate:
    """The price of a volume's ground area by the hour; the area is rounded up to whole steps."""

    price_per_km2_hour: Decimal
    step_km2: int


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What rates change by in a span of local time ``"1200-1300"`` on some days; no kinds named: all, airspace too.

    `days` are ``mon`` … ``sun``; a holiday is ``holiday`` and no weekday.
    """

    name: str
    pct: Decimal
    days: tuple[str, ...]
    local: str
    kinds: tuple[ResourceKind, ...] = ()


@dataclass(frozen=True, slots=True)
class Band:
    """The fee of whoever cancels so many hours before the start, or earlier, up to the next band."""

    notice_h: int
    fee_pct: Decimal


@dataclass(frozen=True, slots=True)
class CancellationTerms:
    """Fees as a share of the price: bands by falling notice, the last one of 0 h; and who does not come."""

    bands: tuple[Band, ...]
    no_show_fee_pct: Decimal


@dataclass(frozen=True, slots=True)
class Tariff:
    """All that a price is made from; `name` is what people call this version."""

    name: str
    currency: str
    vat_pct: Decimal
    hour_step_min: int
    half_day_begins_local: tuple[str, ...]
    minimum_charge: Decimal
    terms: str
    airspace: AirspaceRate
    cancellation: CancellationTerms
    rates: tuple[Rate, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    organisation_pct: Mapping[str, Decimal] = field(default_factory=dict)
