"""GET /api/v1/utilisation: how the range, or one's own bookings, used the time that was open."""

import datetime as dt

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.api.fields import shown
from bookings.api.requests import period_of
from bookings.queries.utilisation import KINDS, By, utilisation
from testcentre.accounts.rest import asker_of
from testcentre.foundation.clock import to_rfc3339, utc_now
from testcentre.foundation.csv_text import csv_lines
from testcentre.foundation.errors import Malformed, Refusal

FORMATS = ("json", "csv")
MOST_HALF_DAYS = dt.timedelta(days=35)
_RESOURCE = ("resource", "name", "kind")
COLUMNS: dict[By, tuple[str, ...]] = {
    By.RESOURCE: _RESOURCE,
    By.COMPANY: ("company", "name", "restricted"),
    By.HALF_DAY: ("date", "start", "end", *_RESOURCE),
}
HOURS = ("open_h", *(f"{kind}_h" for kind in KINDS))


class UtilisationView(APIView):
    """Hours by resource, company or half day."""

    @extend_schema(
        operation_id="utilisation_read",
        parameters=[
            OpenApiParameter("from", OpenApiTypes.DATETIME, required=True),
            OpenApiParameter("to", OpenApiTypes.DATETIME, required=True, description="At most 100 days; half days 35."),
            OpenApiParameter("by", str, enum=list(By)),
            OpenApiParameter("format", str, enum=FORMATS),
        ],
        responses={(200, "application/json"): OpenApiTypes.OBJECT, (200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Answer `{from, to, by, rows}`, or the rows as CSV: of the range all, of a company its own.

        A row is a resource, a company, or a resource in a half day in which something was asked or closed; so many at
        most as the site has resources, the range has companies, or both half days of 35 days have resources.
        """
        start, end = period_of(request)
        by, form = _choice(request, "by", list(By)), _choice(request, "format", FORMATS)
        if by == By.HALF_DAY and end - start > MOST_HALF_DAYS:
            most = f"at most {MOST_HALF_DAYS.days} days"
            raise Malformed(
                Refusal("period_too_long", "The period is too long.", "to", most, f"{(end - start).days} days")
            )
        rows = utilisation(asker_of(request), by=By(by), period=(start, end), now=utc_now())
        if form == "json":
            return Response({"from": to_rfc3339(start), "to": to_rfc3339(end), "by": by, "rows": rows})
        headers = {"Content-Disposition": f'attachment; filename="utilisation-{by}-{start:%Y%m%d}-{end:%Y%m%d}.csv"'}
        lines = csv_lines((*COLUMNS[By(by)], *HOURS), rows)
        return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


def _choice(request: Request, name: str, among: list[By] | tuple[str, ...]) -> str:
    value = request.GET.get(name, among[0])
    if value not in among:
        choices = [str(one) for one in among]
        raise Malformed(Refusal("not_a_choice", f"Expected one of {', '.join(choices)}.", name, choices, shown(value)))
    return str(value)
