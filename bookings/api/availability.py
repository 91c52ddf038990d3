"""GET /api/v1/availability: when all of some resources are free long enough, for the asker."""

import datetime as dt

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.api.requests import codes_of, epoch_words, period_of, whole_number
from bookings.claims.availability import availability
from testcentre.accounts.rest import asker_of
from testcentre.accounts.roles import Permission
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Malformed, Refusal

DEFAULT_MIN = 30
MOST_MIN = 7 * 24 * 60


class AvailabilityView(APIView):
    """Free time."""

    @extend_schema(
        operation_id="availability_read",
        parameters=[
            OpenApiParameter("resources", str, required=True, description="Codes, with commas between."),
            OpenApiParameter("from", OpenApiTypes.DATETIME, required=True),
            OpenApiParameter("to", OpenApiTypes.DATETIME, required=True, description="At most 100 days after `from`."),
            OpenApiParameter("minutes", int, description="Shortest window; by default 30."),
        ],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """Answer `{windows: [{start, end}]}`: a slot that lies within one window is free and open.

        Windows of things with several lanes may overlap: each is for one lane all the time.
        """
        asker = asker_of(request)
        asker.require(Permission.SEE_SITE)
        codes = codes_of(request)
        if not codes:
            raise Malformed(
                Refusal("required", "This parameter is required.", "resources", "codes, with commas between", "")
            )
        period = period_of(request)
        minutes = whole_number(request, "minutes", default=DEFAULT_MIN, most=MOST_MIN)
        windows = availability(asker, codes, period=period, shortest=dt.timedelta(minutes=minutes), now=utc_now())
        return Response({"windows": [epoch_words(window) for window in windows]})
