"""The price of a booking: lines whose amounts add up exactly, VAT apart, and until when it may be cancelled free."""

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from shapely import union_all

from bookings.geometry import outline_at
from bookings.rules.facts import BookingFacts, Period, ResourceFacts, ResourceKind, VolumeKind
from bookings.tariff.blocks import adjustment_at, half_days, hour_steps
from bookings.tariff.money import ONE, cents, changed, pct_words, share, total_of
from bookings.tariff.terms import Adjustment, Rate, Tariff, Unit

AIRSPACE = "Airspace"
MINIMUM_CHARGE = "Minimum charge"
# the plane of the site is true to 0.01 %: a square of 2 km sides is 4 km², not 5
_AREA_SLACK_STEPS = 0.01


@dataclass(frozen=True, slots=True)
class AskedResource:
    """One resource and for how long it is wanted; set-up and clear-up times are not charged."""

    code: str
    name: str
    kind: ResourceKind
    start: dt.datetime
    end: dt.datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """What is charged for; times are UTC, `airspace_km2` is what volumes cover beside the resources' own outlines."""

    start: dt.datetime
    end: dt.datetime
    organisation_kind: str
    timezone: str
    holidays: frozenset[dt.date] = frozenset()
    resources: tuple[AskedResource, ...] = ()
    airspace_km2: float = 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `amount` is `quantity` times `unit_price`, in whole cents; `because` says what changed the rate."""

    what: str
    unit: Unit
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    resource: str = ""
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Price:
    """A price in `currency`: `total` is the sum of the lines and `vat`; `tariff_version` is the tariff's name."""

    lines: tuple[Line, ...]
    total_ex_vat: Decimal
    vat_pct: Decimal
    vat: Decimal
    total: Decimal
    currency: str
    tariff_version: str
    free_to_cancel_until: dt.datetime | None
    terms: str


def asked_of(facts: BookingFacts, resources: Iterable[tuple[ResourceFacts, Period]]) -> Asked:
    """Return what a booking is charged for: each resource in its period, and the airspace that it flies in the slot.

    Only flight geographies count, united; what lies within the outline of a named resource is paid with that.
    """
    wanted = tuple(resources)
    return Asked(
        start=facts.start,
        end=facts.end,
        organisation_kind=facts.organisation.kind,
        timezone=facts.site.timezone,
        holidays=facts.site.holidays,
        resources=tuple(
            AskedResource(resource.code, resource.name, resource.kind, start, end) for resource, (start, end) in wanted
        ),
        airspace_km2=_airspace_km2(facts, [resource for resource, _ in wanted]),
    )


def price_of(asked: Asked, tariff: Tariff) -> Price:
    """Return the price of what is asked for under a tariff."""
    lines = [*_resource_lines(asked, tariff), *_airspace_lines(asked, tariff)]
    lines.extend(_minimum_line(lines, asked, tariff))
    return price_of_lines(lines, tariff, free_to_cancel_until=_free_until(asked.start, tariff))


def price_of_lines(lines: Sequence[Line], tariff: Tariff, *, free_to_cancel_until: dt.datetime | None) -> Price:
    """Return the price that lines come to."""
    total_ex_vat = total_of(line.amount for line in lines)
    vat = share(total_ex_vat, tariff.vat_pct)
    return Price(
        lines=tuple(lines),
        total_ex_vat=total_ex_vat,
        vat_pct=tariff.vat_pct,
        vat=vat,
        total=total_ex_vat + vat,
        currency=tariff.currency,
        tariff_version=tariff.name,
        free_to_cancel_until=free_to_cancel_until,
        terms=tariff.terms,
    )


def _resource_lines(asked: Asked, tariff: Tariff) -> Iterator[Line]:
    for resource in asked.resources:
        by_code = [rate for rate in tariff.rates if resource.code in rate.codes]
        for rate in by_code or [rate for rate in tariff.rates if resource.kind in rate.kinds]:
            blocks = _blocks(rate.per, resource.start, resource.end, asked, tariff)
            what = resource.name if rate.per is not Unit.BOOKING else f"{resource.name}: {rate.name}"
            yield from _lines(what, resource.code, rate, blocks, asked, tariff, kind=resource.kind)


def _airspace_lines(asked: Asked, tariff: Tariff) -> Iterator[Line]:
    rate = tariff.airspace
    if asked.airspace_km2 <= 0 or rate.price_per_km2_hour == 0:
        return
    steps = max(1, math.ceil(asked.airspace_km2 / rate.step_km2 - _AREA_SLACK_STEPS))
    km2 = steps * rate.step_km2
    hourly = Rate(AIRSPACE, Unit.HOUR, rate.price_per_km2_hour * km2)
    blocks = _blocks(Unit.HOUR, asked.start, asked.end, asked, tariff)
    yield from _lines(f"{AIRSPACE} {km2} km²", "", hourly, blocks, asked, tariff, kind=None)


def _blocks(per: Unit, start: dt.datetime, end: dt.datetime, asked: Asked, tariff: Tariff) -> list[dt.datetime]:
    if per is Unit.HOUR:
        return hour_steps(start, end, step_min=tariff.hour_step_min)
    if per is Unit.HALF_DAY:
        return half_days(start, end, begins=tariff.half_day_begins_local, timezone=asked.timezone)
    return [start]


def _lines(
    what: str,
    code: str,
    rate: Rate,
    blocks: Sequence[dt.datetime],
    asked: Asked,
    tariff: Tariff,
    *,
    kind: ResourceKind | None,
) -> Iterator[Line]:
    """Yield one line for all blocks of the same adjustment, in the order in which they come."""
    adjustments = [one for one in tariff.adjustments if not one.kinds or kind in one.kinds]
    counted: Counter[Adjustment | None] = Counter()
    if adjustments:
        counted.update(
            adjustment_at(block, adjustments, timezone=asked.timezone, holidays=asked.holidays) for block in blocks
        )
    else:
        counted[None] = len(blocks)
    organisation_pct = tariff.organisation_pct.get(asked.organisation_kind, Decimal(0))
    for adjustment, count in counted.items():
        unit_price = cents(changed(changed(rate.price, adjustment.pct if adjustment else Decimal(0)), organisation_pct))
        quantity = Decimal(count * tariff.hour_step_min) / 60 if rate.per is Unit.HOUR else Decimal(count)
        because = [f"{adjustment.name} {_signed(adjustment.pct)} %"] if adjustment else []
        if organisation_pct:
            because.append(f"{asked.organisation_kind} {_signed(organisation_pct)} %")
        yield Line(what, rate.per, cents(quantity), unit_price, cents(quantity * unit_price), code, tuple(because))


def _minimum_line(lines: Sequence[Line], asked: Asked, tariff: Tariff) -> Iterator[Line]:
    organisation_pct = tariff.organisation_pct.get(asked.organisation_kind, Decimal(0))
    least = cents(changed(tariff.minimum_charge, organisation_pct))
    missing = least - total_of(line.amount for line in lines)
    if missing > 0:
        yield Line(MINIMUM_CHARGE, Unit.BOOKING, ONE, missing, missing)


def _free_until(start: dt.datetime, tariff: Tariff) -> dt.datetime | None:
    """Return the last instant that is free, None where every band has a fee."""
    free = [band.notice_h for band in tariff.cancellation.bands if band.fee_pct == 0]
    return start - dt.timedelta(hours=min(free)) if free else None


def _airspace_km2(facts: BookingFacts, resources: Sequence[ResourceFacts]) -> float:
    here = (facts.site.arp_latitude_deg, facts.site.arp_longitude_deg)
    flown = [outline_at(*here, one.outline) for one in facts.volumes if one.kind is VolumeKind.FLIGHT_GEOGRAPHY]
    if not flown:
        return 0.0
    paid = [outline_at(*here, resource.outline) for resource in resources if resource.outline is not None]
    return float(union_all(flown).difference(union_all(paid)).area) / 1e6


def _signed(pct: Decimal) -> str:
    return f"{'−' if pct < 0 else '+'}{pct_words(abs(pct))}"
