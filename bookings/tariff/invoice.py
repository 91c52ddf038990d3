"""An invoice of one customer and one month: the same charges, the same numbers, whenever it is asked for."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from bookings.tariff.money import share, total_of
from bookings.tariff.price import Line


@dataclass(frozen=True, slots=True)
class Party:
    """Who sells or buys; `electronic_address` is ``SCHEME:ID`` of Peppol's list of schemes."""

    name: str
    street: str
    city: str
    postal_code: str
    country: str
    company_number: str
    vat_number: str
    electronic_address: str


@dataclass(frozen=True, slots=True)
class Charge:
    """What fell due for one booking: its number as people say it, the local day of its start, its lines."""

    booking_number: str
    day: dt.date
    vat_pct: Decimal
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class VatShare:
    """What one rate of VAT comes to, over the sum of its lines (EN 16931, BR-CO-17)."""

    pct: Decimal
    taxable: Decimal
    vat: Decimal


@dataclass(frozen=True, slots=True)
class Invoice:
    """All charges of one customer in one month; `number` follows from both, so it never changes."""

    number: str
    first_day: dt.date
    issued_on: dt.date
    payment_days: int
    iban: str
    currency: str
    supplier: Party
    customer: Party
    charges: tuple[Charge, ...]

    @property
    def last_day(self) -> dt.date:
        """The last day of the month."""
        return self.issued_on - dt.timedelta(days=1)

    @property
    def due_on(self) -> dt.date:
        """The day on which it must be paid."""
        return self.issued_on + dt.timedelta(days=self.payment_days)

    @property
    def total_ex_vat(self) -> Decimal:
        """The sum of all lines."""
        return total_of(line.amount for charge in self.charges for line in charge.lines)

    @property
    def vat_shares(self) -> Sequence[VatShare]:
        """VAT per rate, by rising rate; reckoned on the sum, so it may differ by cents from that of the bookings."""
        by_pct = sorted(self.charges, key=lambda charge: charge.vat_pct)
        shares = []
        for pct, charges in groupby(by_pct, key=lambda charge: charge.vat_pct):
            taxable = total_of(line.amount for charge in charges for line in charge.lines)
            shares.append(VatShare(pct, taxable, share(taxable, pct)))
        return shares

    @property
    def total(self) -> Decimal:
        """What must be paid."""
        return self.total_ex_vat + total_of(each.vat for each in self.vat_shares)
