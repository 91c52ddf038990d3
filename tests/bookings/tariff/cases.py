"""A tariff of round figures, and what is asked for, to be changed one thing at a time."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from bookings.rules.facts import ResourceKind
from bookings.tariff import Asked, AskedResource, Tariff, Unit
from bookings.tariff.terms import AirspaceRate, Band, CancellationTerms, Rate

# Tuesday, 08:30 local
START = dt.datetime(2026, 6, 23, 6, 30, tzinfo=dt.UTC)
TARIFF = Tariff(
    name="2026-2",
    currency="EUR",
    vat_pct=Decimal(21),
    hour_step_min=15,
    half_day_begins_local=("0000", "1200"),
    minimum_charge=Decimal("0.00"),
    terms="weather: never a fee",
    airspace=AirspaceRate(price_per_km2_hour=Decimal("30.00"), step_km2=1),
    cancellation=CancellationTerms(
        bands=(Band(168, Decimal(0)), Band(48, Decimal(50)), Band(0, Decimal(80))), no_show_fee_pct=Decimal(100)
    ),
    rates=(
        Rate("Runway", Unit.HOUR, Decimal("420.00"), (ResourceKind.RUNWAY,)),
        Rate("ILS", Unit.HOUR, Decimal("240.00"), (ResourceKind.ILS,)),
        Rate("Hangar", Unit.HALF_DAY, Decimal("95.00"), (ResourceKind.HANGAR_BAY,)),
        Rate("Officer", Unit.HALF_DAY, Decimal("310.00"), (ResourceKind.SAFETY_OFFICER,)),
        Rate("Channel", Unit.BOOKING, Decimal("25.00"), (ResourceKind.SPECTRUM,)),
    ),
)


def hours(number: float) -> dt.timedelta:
    return dt.timedelta(hours=number)


def wanted(
    kind: ResourceKind = ResourceKind.RUNWAY, *, start: dt.datetime = START, lasts_h: float = 2, code: str = "R"
) -> AskedResource:
    return AskedResource(code, str(kind), kind, start, start + hours(lasts_h))


def asked(*resources: AskedResource, **changes: Any) -> Asked:
    fine = Asked(START, START + hours(2), "company", "Europe/Amsterdam", resources=resources or (wanted(),))
    return replace(fine, **changes)


def local(text: str) -> dt.datetime:
    """Return an instant of Amsterdam's clock, ``2026-06-23 08:30``, as UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Amsterdam")).astimezone(dt.UTC)
