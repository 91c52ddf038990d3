"""Amounts: decimals of whole cents, rounded half up and only where an amount comes into being."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
ONE = Decimal("1.00")
_WHOLE_PCT = Decimal(100)


def cents(amount: Decimal) -> Decimal:
    """Return the amount in whole cents, a half cent up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def share(amount: Decimal, pct: Decimal) -> Decimal:
    """Return so many percent of an amount."""
    return cents(amount * pct / _WHOLE_PCT)


def changed(amount: Decimal, pct: Decimal) -> Decimal:
    """Return the amount raised by so many percent, lowered where they are negative; not rounded."""
    return amount * (_WHOLE_PCT + pct) / _WHOLE_PCT


def total_of(amounts: Iterable[Decimal]) -> Decimal:
    """Return the sum, 0.00 of nothing."""
    return sum(amounts, ZERO)


def pct_words(pct: Decimal) -> str:
    """Return percents as people write them: ``-20``, ``8.5``."""
    return f"{pct.normalize():f}"
