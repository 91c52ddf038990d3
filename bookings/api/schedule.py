"""GET /api/v1/schedule: when each resource is busy, whoever it is."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.api.requests import codes_of, epoch_words, period_of
from bookings.claims.availability import schedule
from testcentre.accounts.rest import asker_of
from testcentre.accounts.roles import Permission


class ScheduleView(APIView):
    """Busy time, buffers included."""

    @extend_schema(
        operation_id="schedule_read",
        parameters=[
            OpenApiParameter("from", OpenApiTypes.DATETIME, required=True),
            OpenApiParameter("to", OpenApiTypes.DATETIME, required=True, description="At most 100 days after `from`."),
            OpenApiParameter("resources", str, description="Codes, with commas between; by default all in service."),
        ],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """Answer merged intervals by resource, and the same as a flat list (docs/decisions/schedule-flat-list.md)."""
        asker_of(request).require(Permission.SEE_SITE)
        period = period_of(request)
        rows = [
            (code, [epoch_words(w) for w in windows]) for code, windows in schedule(codes_of(request), period=period)
        ]
        flat = [{**busy, "resources": [code], "busy": True} for code, windows in rows for busy in windows]
        return Response(
            {
                "resources": [{"code": code, "busy": windows} for code, windows in rows],
                "results": sorted(flat, key=lambda row: (row["start"], row["resources"])),
                "next": None,
                "previous": None,
            }
        )
