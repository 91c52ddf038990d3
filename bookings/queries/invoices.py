"""The invoice of one organisation and one month, from what fell due in it."""

import datetime as dt
from zoneinfo import ZoneInfo

import msgspec

from bookings.models import BookingPrice, Site, current_site
from bookings.queries.booking_answer import number_of
from bookings.queries.prices import due_prices, invoice_lines
from bookings.tariff.invoice import Charge, Invoice, Party
from testcentre.accounts.asker import Asker
from testcentre.foundation.errors import NotFound, Refusal, Refused


def invoice_of(asker: Asker, organisation_slug: str, *, first_day: dt.date, now: dt.datetime) -> Invoice:
    """Return the invoice of a month (of the site's local time) that is over.

    Its number is the organisation and the month: what fell due then never changes, so neither does the invoice.

    Raises:
        NotFound: nothing fell due, or it is somebody else's.
        Refused: the month is not over, or the site's data does not say how to address the organisation.
        Forbidden: the asker's role sees no invoices.
    """
    site = current_site()
    issued_on = (first_day + dt.timedelta(days=31)).replace(day=1)
    start, end = (_midnight(day, site) for day in (first_day, issued_on))
    rows = list(due_prices(asker, start=start, end=end, organisation_slug=organisation_slug))
    if not rows:
        raise NotFound(detail="There is no such invoice.")
    if now < end:
        raise Refused(_not_over(issued_on))
    invoicing = site.data["invoicing"]
    customer = invoicing["customers"].get(organisation_slug)
    if customer is None:
        raise Refused(_no_address(organisation_slug))
    return Invoice(
        number=f"{organisation_slug.upper()}-{first_day:%Y-%m}",
        first_day=first_day,
        issued_on=issued_on,
        payment_days=invoicing["payment_days"],
        iban=invoicing["iban"],
        currency=rows[0].currency,
        supplier=msgspec.convert(invoicing["supplier"], Party),
        customer=msgspec.convert(customer, Party),
        charges=tuple(_charge(row, site) for row in rows),
    )


def _charge(row: BookingPrice, site: Site) -> Charge:
    return Charge(
        booking_number=number_of(row.booking),
        day=row.booking.start.astimezone(ZoneInfo(site.timezone)).date(),
        vat_pct=row.vat_pct,
        lines=tuple(invoice_lines(row)),
    )


def _midnight(day: dt.date, site: Site) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), ZoneInfo(site.timezone)).astimezone(dt.UTC)


def _not_over(issued_on: dt.date) -> Refusal:
    return Refusal(
        "month_not_over",
        "The month is not over, so its invoice is not final.",
        "month",
        f"a month before {issued_on:%Y-%m}",
        "",
        f"Ask again on {issued_on}; invoice-lines answers what is due so far.",
    )


def _no_address(slug: str) -> Refusal:
    return Refusal(
        "no_invoice_address",
        "The site's data does not say how to address an invoice to this organisation.",
        "organisation",
        f"a table [invoicing.customers.{slug}] in the site file",
        slug,
        "Add it to the site file and load it; invoice-lines answers meanwhile.",
    )
