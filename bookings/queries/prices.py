"""Prices as they are read: of one booking, and of all that is due in a period."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from bookings.models import Booking, BookingPrice
from bookings.rules.facts import Classification
from bookings.tariff import Line, Price, Unit
from bookings.tariff.money import ONE
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Permission
from testcentre.foundation.clock import to_rfc3339

# the newest row of each booking, whatever they are
NEWEST_PRICES = Prefetch(
    "prices", BookingPrice.objects.order_by("booking_id", "-number").distinct("booking_id"), to_attr="newest_prices"
)
RESTRICTED = "Restricted booking"


def newest_price(booking: Booking) -> BookingPrice | None:
    """Return the price that counts, None of a booking made before there were prices."""
    return BookingPrice.objects.filter(booking=booking).select_related("booking").order_by("-number").first()


def price_body(price: Price) -> dict[str, Any]:
    """Return a price as the API writes it: amounts are texts with two decimals."""
    free_until = price.free_to_cancel_until
    return {
        "currency": price.currency,
        "lines": [line_body(line) for line in price.lines],
        "total_ex_vat": f"{price.total_ex_vat:.2f}",
        "vat_pct": f"{price.vat_pct:.2f}",
        "vat": f"{price.vat:.2f}",
        "total": f"{price.total:.2f}",
        "tariff": price.tariff_version,
        "free_to_cancel_until": to_rfc3339(free_until) if free_until else None,
        "terms": price.terms,
    }


def line_body(line: Line) -> dict[str, Any]:
    """Return one line of a price."""
    return {
        "what": line.what,
        "resource": line.resource or None,
        "unit": str(line.unit),
        "quantity": f"{line.quantity:.2f}",
        "unit_price": f"{line.unit_price:.2f}",
        "amount": f"{line.amount:.2f}",
        "because": list(line.because),
    }


def kept_price_body(row: BookingPrice | None) -> dict[str, Any] | None:
    """Return the price that a booking keeps, with what it was reckoned for."""
    if row is None:
        return None
    return {
        **price_body(row.price),
        "site_version": row.site_version,
        "reason": row.reason,
        "made_at": to_rfc3339(row.made_at),
        "due": row.due,
        "cause": row.cause or None,
        "evidence": row.evidence,
        "to_check": row.to_check,
    }


def due_prices(
    asker: Asker, *, start: dt.datetime, end: dt.datetime, organisation_slug: str = ""
) -> "QuerySet[BookingPrice]":
    """Return what fell due in a period, in order: a company's own, for range staff all or one organisation's.

    What is due never changes afterwards, so a period that is over answers the same for ever.
    """
    asker.require(Permission.SEE_INVOICES)
    rows = BookingPrice.objects.filter(due=True, made_at__gte=start, made_at__lt=end)
    if not asker.is_range:
        rows = rows.filter(booking__organisation_id=asker.organisation_id)
    if organisation_slug:
        rows = rows.filter(booking__organisation__slug=organisation_slug)
    return rows.select_related("booking__organisation").order_by("made_at", "id")


def weather_to_check(asker: Asker) -> "QuerySet[BookingPrice]":
    """Return the cancellations whose weather nobody has checked yet, oldest first."""
    asker.require(Permission.CHECK_WEATHER)
    later = BookingPrice.objects.filter(booking=OuterRef("booking"), number__gt=OuterRef("number"))
    rows = BookingPrice.objects.filter(~Exists(later), to_check=True)
    return rows.select_related("booking__organisation").order_by("made_at", "id")


def invoice_lines(row: BookingPrice) -> Iterator[Line]:
    """Yield what an invoice says of a charge: of a restricted booking one line that names nothing that it had."""
    if row.booking.classification == Classification.UNCLASSIFIED:
        yield from row.price.lines
    else:
        yield Line(RESTRICTED, Unit.BOOKING, ONE, row.total_ex_vat, row.total_ex_vat)
