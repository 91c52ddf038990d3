import datetime as dt
from dataclasses import replace
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.rules.facts import ResourceKind, VolumeFacts, VolumeKind
from bookings.site_file import read_site_file
from bookings.tariff import Price, Tariff, Unit, asked_of, price_of
from bookings.tariff.terms import Adjustment, Rate
from tests.bookings.rules import cases as rules_cases
from tests.bookings.tariff.cases import START, TARIFF, asked, hours, local, wanted

WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
EVENING = Adjustment("Evening", Decimal(25), WORKDAYS, "1800-2400")
QUIET = Adjustment("Quiet hours", Decimal(-20), ("wed",), "1300-1500", (ResourceKind.RUNWAY,))
WEEKEND = Adjustment("Weekend", Decimal(50), ("sat", "sun", "holiday"), "0000-2400")


def amounts(price: Price) -> list[str]:
    return [f"{line.amount:.2f}" for line in price.lines]


def test_a_whole_set_costs_what_the_picture_says() -> None:
    price = price_of(
        asked(
            wanted(),
            wanted(ResourceKind.ILS),
            wanted(ResourceKind.HANGAR_BAY, start=local("2026-06-22 14:00"), lasts_h=20.5),
            wanted(ResourceKind.SAFETY_OFFICER),
            airspace_km2=6.0,
        ),
        TARIFF,
    )

    assert amounts(price) == ["840.00", "480.00", "190.00", "310.00", "360.00"]
    assert (price.total_ex_vat, price.vat, price.total) == (Decimal("2180.00"), Decimal("457.80"), Decimal("2637.80"))
    assert (price.tariff_version, price.currency) == ("2026-2", "EUR")
    assert price.free_to_cancel_until == START - dt.timedelta(days=7)


@pytest.mark.parametrize(
    ("minutes", "quantity", "amount"),
    [
        (1, "0.25", "105.00"),
        (15, "0.25", "105.00"),
        (16, "0.50", "210.00"),
        (60, "1.00", "420.00"),
        (61, "1.25", "525.00"),
    ],
)
def test_hours_are_charged_by_started_steps(minutes: int, quantity: str, amount: str) -> None:
    (line,) = price_of(asked(wanted(lasts_h=minutes / 60)), TARIFF).lines

    assert (f"{line.quantity}", f"{line.amount}") == (quantity, amount)


@pytest.mark.parametrize(
    ("start", "end", "half_days"),
    [
        ("2026-06-23 08:30", "2026-06-23 10:30", 1),
        ("2026-06-23 08:30", "2026-06-23 12:00", 1),
        ("2026-06-23 08:30", "2026-06-23 12:01", 2),
        ("2026-06-23 12:00", "2026-06-23 13:00", 1),
        ("2026-06-23 23:59", "2026-06-24 00:01", 2),
        ("2026-06-22 12:00", "2026-06-23 12:00", 2),
        # the clocks go forward in the night to 28 March 2027, and back in the one to 25 October 2026
        ("2027-03-28 00:00", "2027-03-28 12:00", 1),
        ("2027-03-28 00:00", "2027-03-29 00:00", 2),
        ("2027-03-27 12:00", "2027-03-28 13:00", 3),
        ("2026-10-25 00:00", "2026-10-25 12:00", 1),
        ("2026-10-25 00:00", "2026-10-26 00:00", 2),
        ("2026-10-24 23:00", "2026-10-25 00:30", 2),
    ],
)
def test_half_days_are_those_of_the_local_clock(start: str, end: str, half_days: int) -> None:
    begins, ends = local(start), local(end)
    bay = wanted(ResourceKind.HANGAR_BAY, start=begins, lasts_h=(ends - begins) / hours(1))

    (line,) = price_of(asked(bay), TARIFF).lines

    assert (line.quantity, line.amount) == (Decimal(half_days), Decimal(95 * half_days))


def test_hours_are_elapsed_time_when_the_clocks_change() -> None:
    one_o_clock = local("2026-10-25 01:00")

    (line,) = price_of(
        asked(wanted(start=one_o_clock, lasts_h=(local("2026-10-25 04:00") - one_o_clock) / hours(1))), TARIFF
    ).lines

    assert line.quantity == Decimal("4.00")


def test_quiet_and_evening_hours_have_lines_of_their_own() -> None:
    tariff = replace(TARIFF, adjustments=(EVENING, QUIET))
    wednesday = wanted(start=local("2026-06-24 12:00"), lasts_h=2)
    evening = wanted(start=local("2026-06-24 17:30"), lasts_h=1)

    quiet, late = price_of(asked(wednesday), tariff), price_of(asked(evening), tariff)

    assert [(line.because, f"{line.amount}") for line in quiet.lines] == [
        ((), "420.00"),
        (("Quiet hours −20 %",), "336.00"),
    ]
    assert [(line.because, f"{line.amount}") for line in late.lines] == [((), "210.00"), (("Evening +25 %",), "262.50")]


def test_a_holiday_is_no_weekday() -> None:
    tariff = replace(TARIFF, adjustments=(EVENING, WEEKEND))
    evening = wanted(start=local("2026-06-23 19:00"), lasts_h=1)

    price = price_of(asked(evening, holidays=frozenset({dt.date(2026, 6, 23)})), tariff)

    assert [line.because for line in price.lines] == [("Weekend +50 %",)]


def test_a_kind_of_organisation_pays_less_or_nothing() -> None:
    tariff = replace(
        TARIFF, minimum_charge=Decimal("150.00"), organisation_pct={"education": Decimal(-50), "range": Decimal(-100)}
    )

    totals = [
        price_of(asked(organisation_kind=kind), tariff).total_ex_vat for kind in ("company", "education", "range")
    ]

    assert totals == [Decimal("840.00"), Decimal("420.00"), Decimal("0.00")]


def test_the_minimum_is_a_line_of_what_is_missing() -> None:
    tariff = replace(TARIFF, minimum_charge=Decimal("150.00"))

    assert amounts(price_of(asked(wanted(lasts_h=0.25)), tariff)) == ["105.00", "45.00"]
    assert amounts(price_of(asked(wanted(lasts_h=0.5)), tariff)) == ["210.00"]
    assert amounts(price_of(asked(wanted(ResourceKind.STAND)), tariff)) == ["150.00"]


def test_a_rate_by_code_outranks_that_of_the_kind_and_a_booking_pays_once() -> None:
    tariff = replace(TARIFF, rates=(*TARIFF.rates, Rate("Short", Unit.BOOKING, Decimal("9.99"), codes=("SHORT",))))

    assert amounts(price_of(asked(wanted(code="SHORT"), wanted(ResourceKind.SPECTRUM)), tariff)) == ["9.99", "25.00"]


@pytest.mark.parametrize(
    ("km2", "amount"), [(0.0, None), (0.04, "60.00"), (1.005, "60.00"), (1.02, "120.00"), (6.0, "360.00")]
)
def test_airspace_is_charged_by_whole_square_kilometres(km2: float, amount: str | None) -> None:
    price = price_of(asked(wanted(ResourceKind.STAND), airspace_km2=km2), TARIFF)

    assert amounts(price) == ([amount] if amount else [])


def test_only_flight_geography_beside_named_areas_is_charged_once() -> None:
    inside = rules_cases.resource("TEST-N")
    volume = rules_cases.volume()
    buffer = replace(volume, kind=VolumeKind.GROUND_RISK_BUFFER)
    corridor = tuple((lon + 0.05, lat) for lon, lat in rules_cases.RING)
    facts = rules_cases.booking(volumes=(volume, volume, buffer))
    slot = (facts.start, facts.end)

    def km2(*volumes: VolumeFacts, named: bool = False) -> float:
        resources = [(inside, slot)] if named else []
        return asked_of(replace(facts, volumes=volumes), resources).airspace_km2

    assert km2(volume) == km2(volume, volume, buffer) == pytest.approx(0.114, abs=0.001)
    assert km2(volume, replace(volume, outline=corridor)) == pytest.approx(2 * km2(volume), rel=1e-3)
    assert km2(volume, named=True) < km2(volume)


def test_the_shipped_tariff_prices_the_pictures_set() -> None:
    tariff = msgspec.convert(read_site_file("ehtw").data["tariff"], Tariff)

    price = price_of(asked(wanted(), wanted(ResourceKind.SAFETY_OFFICER), airspace_km2=6.0), tariff)

    assert amounts(price) == ["840.00", "310.00", "360.00"]


# two years of minutes, four changes of the clocks
MOMENTS = st.integers(0, 2 * 365 * 1440).map(lambda minutes: START + dt.timedelta(minutes=minutes))
CENTS = st.integers(0, 10_000_00).map(lambda number: Decimal(number) / 100)
TARIFFS = st.builds(
    lambda price, pct, off, least, step: replace(
        TARIFF,
        rates=(
            Rate("a", Unit.HOUR, price, (ResourceKind.RUNWAY,)),
            Rate("b", Unit.HALF_DAY, price, (ResourceKind.ILS,)),
        ),
        adjustments=(replace(EVENING, pct=pct), replace(WEEKEND, pct=off), QUIET),
        organisation_pct={"company": off},
        minimum_charge=least,
        hour_step_min=step,
    ),
    CENTS,
    st.integers(-100, 300).map(Decimal),
    st.integers(-100, 100).map(Decimal),
    CENTS,
    st.sampled_from([15, 30, 60]),
)


@given(
    TARIFFS,
    MOMENTS,
    st.integers(1, 6000),
    st.integers(0, 3000),
    st.floats(0, 50),
    st.sampled_from(["Europe/Amsterdam", "America/Havana"]),
)
def test_a_price_is_exact_never_negative_and_never_falls_when_it_lasts_longer(
    tariff: Tariff, start: dt.datetime, minutes: int, more: int, km2: float, zone: str
) -> None:
    def price(lasts_min: int) -> Price:
        end = start + dt.timedelta(minutes=lasts_min)
        kinds = (ResourceKind.RUNWAY, ResourceKind.ILS)
        resources = [wanted(kind, start=start, lasts_h=lasts_min / 60) for kind in kinds]
        return price_of(asked(*resources, start=start, end=end, timezone=zone, airspace_km2=km2), tariff)

    short, long = price(minutes), price(minutes + more)

    assert short.total_ex_vat <= long.total_ex_vat
    for each in (short, long):
        assert all(line.amount >= 0 and line.amount == line.amount.quantize(Decimal("0.01")) for line in each.lines)
        assert sum(line.amount for line in each.lines) == each.total_ex_vat
        assert each.total_ex_vat + each.vat == each.total
        assert abs(each.vat - each.total_ex_vat * tariff.vat_pct / 100) <= Decimal("0.005")
