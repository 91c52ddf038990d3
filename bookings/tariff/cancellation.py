"""What leaving costs: by notice and by cause, never more than the price, nothing for weather or the range's causes."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bookings.tariff.money import ONE, ZERO, pct_words, share
from bookings.tariff.price import Line, Price, price_of_lines
from bookings.tariff.terms import CancellationTerms, Tariff, Unit

_NOTHING = Decimal(0)


class Cause(StrEnum):
    """Why a booking is cancelled: the company's own reasons, the weather, or the range's."""

    OWN = "own"
    WEATHER = "weather"
    RANGE = "range"


@dataclass(frozen=True, slots=True)
class Fee:
    """A share of the price without VAT; `why` is what the invoice says."""

    amount: Decimal
    pct: Decimal
    why: str


def fee_of_cancellation(
    price: Price,
    terms: CancellationTerms,
    *,
    start: dt.datetime,
    cancelled_at: dt.datetime,
    cause: Cause,
    least_pct: Decimal = _NOTHING,
) -> Fee:
    """Return the fee of a cancellation: of the first band whose notice is kept, or the no-show's after the start.

    `least_pct` is what it had come to before the booking was moved; a move does not make it less.
    """
    if cause is not Cause.OWN:
        return Fee(ZERO, _NOTHING, f"Cancelled, cause: {cause}")
    notice = start - cancelled_at
    pct, why = terms.no_show_fee_pct, "Cancelled after the start"
    for band in terms.bands:
        if notice >= dt.timedelta(hours=band.notice_h):
            pct, why = band.fee_pct, f"Cancelled {notice // dt.timedelta(hours=1)} h before the start"
            break
    return fee_of_late_move(price, least_pct) if pct < least_pct else _fee(price, pct, why)


def fee_of_late_move(price: Price, pct: Decimal) -> Fee:
    """Return the fee of a booking that was moved when leaving had come to `pct`, and is cancelled in its new slot."""
    return _fee(price, pct, "Cancelled after a late move")


def fee_of_no_show(price: Price, terms: CancellationTerms) -> Fee:
    """Return the fee of a company that did not come."""
    return _fee(price, terms.no_show_fee_pct, "Not come")


def price_of_fee(fee: Fee, tariff: Tariff) -> Price:
    """Return the fee as a price of one line; without a line where nothing is due."""
    lines = [Line(fee.why, Unit.BOOKING, ONE, fee.amount, fee.amount)] if fee.amount else []
    return price_of_lines(lines, tariff, free_to_cancel_until=None)


def _fee(price: Price, pct: Decimal, why: str) -> Fee:
    return Fee(share(price.total_ex_vat, pct), pct, f"{why}: {pct_words(pct)} % of {price.total_ex_vat:.2f}")
