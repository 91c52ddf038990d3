import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.tariff import Cause, fee_of_cancellation, fee_of_no_show, price_of, price_of_fee
from bookings.tariff.terms import Band, CancellationTerms
from tests.bookings.tariff.cases import START, TARIFF, asked, hours

PRICE = price_of(asked(), TARIFF)


def fee(notice: dt.timedelta, cause: Cause = Cause.OWN) -> Decimal:
    cancelled_at = START - notice
    return fee_of_cancellation(PRICE, TARIFF.cancellation, start=START, cancelled_at=cancelled_at, cause=cause).amount


@pytest.mark.parametrize(
    ("notice", "amount"),
    [
        (hours(1000), "0.00"),
        (hours(168), "0.00"),
        (hours(168) - dt.timedelta(microseconds=1), "420.00"),
        (hours(48), "420.00"),
        (hours(47.99), "672.00"),
        (hours(0), "672.00"),
        (-hours(0.01), "840.00"),
    ],
)
def test_the_fee_rises_as_the_notice_falls(notice: dt.timedelta, amount: str) -> None:
    assert fee(notice) == Decimal(amount)


def test_the_last_free_instant_is_the_one_that_the_price_tells() -> None:
    assert PRICE.free_to_cancel_until is not None
    assert fee(START - PRICE.free_to_cancel_until) == 0
    assert fee(START - PRICE.free_to_cancel_until - dt.timedelta(microseconds=1)) > 0


@pytest.mark.parametrize("cause", [Cause.WEATHER, Cause.RANGE])
@pytest.mark.parametrize("notice", [hours(200), hours(1), -hours(1)])
def test_weather_and_the_ranges_causes_never_cost(cause: Cause, notice: dt.timedelta) -> None:
    assert fee(notice, cause) == 0


def test_not_coming_costs_all_of_it() -> None:
    assert fee_of_no_show(PRICE, TARIFF.cancellation).amount == PRICE.total_ex_vat


def test_without_a_free_band_no_date_is_told() -> None:
    tariff = replace(TARIFF, cancellation=CancellationTerms((Band(0, Decimal(10)),), Decimal(10)))

    assert price_of(asked(), tariff).free_to_cancel_until is None


def test_a_fee_is_a_price_of_one_line_and_no_fee_of_none() -> None:
    whole = fee_of_no_show(PRICE, TARIFF.cancellation)
    none = replace(whole, amount=Decimal("0.00"))

    assert [(line.what, line.amount) for line in price_of_fee(whole, TARIFF).lines] == [
        ("Not come: 100 % of 840.00", Decimal("840.00"))
    ]
    assert (price_of_fee(none, TARIFF).lines, price_of_fee(none, TARIFF).total) == ((), 0)


@given(
    st.integers(0, 10**7),
    st.lists(st.tuples(st.integers(0, 500), st.integers(0, 100)), min_size=1, max_size=5, unique_by=lambda x: x[0]),
    st.integers(0, 1000),
    st.integers(-50, 1000),
)
def test_a_fee_is_at_most_the_price_and_never_falls_later(
    total_cents: int, drawn: list[tuple[int, int]], earlier_h: int, later_h: int
) -> None:
    notices = sorted({notice for notice, _ in drawn} | {0}, reverse=True)
    pcts = sorted(pct for _, pct in drawn)
    bands = tuple(Band(notice, Decimal(pcts[min(i, len(pcts) - 1)])) for i, notice in enumerate(notices))
    terms = CancellationTerms(bands, Decimal(100))
    price = replace(PRICE, total_ex_vat=Decimal(total_cents) / 100)

    def due(notice_h: int) -> Decimal:
        return fee_of_cancellation(
            price, terms, start=START, cancelled_at=START - hours(notice_h), cause=Cause.OWN
        ).amount

    assert 0 <= due(max(earlier_h, later_h)) <= due(min(earlier_h, later_h)) <= price.total_ex_vat
