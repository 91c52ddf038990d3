"""What is due: `GET invoice-lines` as JSON or CSV, `GET invoices/ORGANISATION/YYYY-MM.xml` as UBL."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.api.fields import shown
from bookings.api.pages import PAGE_PARAMETERS, after_moment
from bookings.api.requests import django_request, period_of
from bookings.models import BookingPrice
from bookings.queries.access import needs_to_know
from bookings.queries.booking_answer import number_of
from bookings.queries.invoices import invoice_of
from bookings.queries.prices import due_prices, invoice_lines, line_body, weather_to_check
from bookings.tariff.ubl import ubl_invoice
from testcentre.accounts.asker import Asker
from testcentre.accounts.rest import asker_of
from testcentre.foundation.clock import to_rfc3339, utc_now
from testcentre.foundation.csv_text import csv_lines
from testcentre.foundation.errors import Malformed, NotFound, Refusal, Refused
from testcentre.foundation.pagination import limit_of, page

MOST_CHARGES = 20_000
FORMATS = ("json", "csv")
COLUMNS = (
    "booking_number", "booking", "organisation", "organisation_name", "due_at", "reason", "start", "end", "line",
    "what", "resource", "unit", "quantity", "unit_price", "amount", "because", "currency", "vat_pct", "tariff",
    "site_version",
)  # fmt: skip


class InvoiceLinesView(APIView):
    """What fell due in a period."""

    @extend_schema(
        operation_id="invoice_lines",
        parameters=[
            OpenApiParameter("from", OpenApiTypes.DATETIME, required=True),
            OpenApiParameter("to", OpenApiTypes.DATETIME, required=True, description="At most 100 days after `from`."),
            OpenApiParameter("organisation", str, description="Slug; by default all that the asker may see."),
            OpenApiParameter("format", str, enum=FORMATS),
            *PAGE_PARAMETERS,
        ],
        responses={(200, "application/json"): OpenApiTypes.OBJECT, (200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Answer charges with their lines, a page of them, or all lines as CSV; a company's own, of the range all."""
        start, end = period_of(request)
        slug = request.GET.get("organisation", "")
        rows = due_prices(asker_of(request), start=start, end=end, organisation_slug=slug)
        form = request.GET.get("format", "json")
        if form not in FORMATS:
            raise Malformed(
                Refusal("not_a_choice", f"Expected one of {', '.join(FORMATS)}.", "format", list(FORMATS), shown(form))
            )
        if form == "csv":
            headers = {"Content-Disposition": f'attachment; filename="invoice-lines-{start:%Y%m%d}-{end:%Y%m%d}.csv"'}
            lines = csv_lines(COLUMNS, _records(_bounded(rows)))
            return HttpResponse("".join(lines), content_type="text/csv; charset=utf-8", headers=headers)
        return Response(_page(request, rows, show=_charge))


class InvoiceView(APIView):
    """One organisation's invoice of one month."""

    @extend_schema(
        operation_id="invoice_read",
        parameters=[OpenApiParameter("month", str, OpenApiParameter.PATH, description="YYYY-MM, over.")],
        responses={(200, "application/xml"): OpenApiTypes.STR},
    )
    def get(self, request: Request, organisation: str, month: str) -> HttpResponseBase:
        """Answer UBL 2.1 (Peppol BIS 3): the same bytes whenever it is asked for, while the addresses stay."""
        if not re.fullmatch(r"2[01]\d\d-(0[1-9]|1[0-2])", month, re.ASCII):
            raise NotFound(detail="There is no such invoice.")
        first_day = dt.date.fromisoformat(f"{month}-01")
        invoice = invoice_of(asker_of(request), organisation, first_day=first_day, now=utc_now())
        headers = {"Content-Disposition": f'attachment; filename="{invoice.number}.xml"'}
        return HttpResponse(ubl_invoice(invoice), content_type="application/xml", headers=headers)


class WeatherChecksView(APIView):
    """Cancellations whose weather the range has to check."""

    @extend_schema(operation_id="weather_checks", parameters=PAGE_PARAMETERS, responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Answer one page, oldest first."""
        asker = asker_of(request)
        return Response(_page(request, weather_to_check(asker), show=lambda row: _claim(asker, row)))


def _page(request: Request, rows: Any, *, show: Any) -> dict[str, Any]:
    plain = django_request(request)
    limit = limit_of(plain)
    after = after_moment(request)
    if after is not None:
        moment, its_id = after
        rows = rows.filter(Q(made_at__gt=moment) | Q(made_at=moment, id__gt=its_id))
    found = list(rows[: limit + 1])
    return page(plain, found, limit=limit, key=lambda row: (row.made_at.isoformat(), row.pk), show=show)


def _charge(row: BookingPrice) -> dict[str, Any]:
    return {
        **_head(row),
        "lines": [line_body(line) for line in invoice_lines(row)],
        "currency": row.currency,
        "total_ex_vat": f"{row.total_ex_vat:.2f}",
        "vat_pct": f"{row.vat_pct:.2f}",
        "vat": f"{row.vat:.2f}",
        "total": f"{row.total:.2f}",
        "tariff": row.tariff_version,
        "site_version": row.site_version,
    }


def _claim(asker: Asker, row: BookingPrice) -> dict[str, Any]:
    head, booking = _head(row), row.booking
    if not needs_to_know(asker, organisation_id=booking.organisation_id, classification=booking.classification):
        head |= {"booking_number": "", "organisation": None, "organisation_name": None}
    return {**head, "cancelled_at": head.pop("due_at"), "evidence": row.evidence}


def _head(row: BookingPrice) -> dict[str, Any]:
    booking = row.booking
    return {
        "booking_number": number_of(booking),
        "booking": str(booking.id),
        "organisation": booking.organisation.slug,
        "organisation_name": booking.organisation.name,
        "due_at": to_rfc3339(row.made_at),
        "reason": row.reason,
        "start": to_rfc3339(booking.start),
        "end": to_rfc3339(booking.end),
    }


def _bounded(rows: Any) -> list[BookingPrice]:
    found = list(rows[: MOST_CHARGES + 1])
    if len(found) > MOST_CHARGES:
        raise Refused(
            Refusal(
                "period_too_long",
                "Too much fell due in this period for one file.",
                "to",
                f"at most {MOST_CHARGES} charges",
                f"more than {MOST_CHARGES}",
                "Ask for parts of it.",
            )
        )
    return found


def _records(rows: Iterable[BookingPrice]) -> Iterator[dict[str, Any]]:
    for row in rows:
        charge = _charge(row)
        for number, line in enumerate(charge.pop("lines"), start=1):
            told = {"line": f"{charge['booking_number']}/{number}", "because": "; ".join(line["because"])}
            yield {**charge, **line, **told}
