"""POST /api/v1/bookings/swap: two bookings change their slots with each other."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.actions.swap_bookings import swap_bookings
from bookings.api.fields import Field, Id, object_schema, read_object
from bookings.api.idempotency import Answer, once
from bookings.api.requests import body_of
from bookings.queries.booking_answer import answers_of
from testcentre.accounts.rest import asker_of
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Malformed, Refusal

BODY: dict[str, Field] = {"first": Id(required=True, note="A booking."), "second": Id(required=True, note="Another.")}


class SwapView(APIView):
    """Two bookings at once."""

    @extend_schema(
        operation_id="bookings_swap",
        request={"application/json": object_schema(BODY)},
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
        responses=OpenApiTypes.OBJECT,
    )
    def post(self, request: Request) -> Response:
        """Answer both bookings, each in the other's slot; refused, both stand as they were."""
        asker, now = asker_of(request), utc_now()
        faults: list[Refusal] = []
        values = read_object(body_of(request), BODY, faults)
        if faults:
            raise Malformed(*faults)

        def work() -> Answer:
            swapped = swap_bookings(asker, values["first"], values["second"], now=now)
            return Answer(200, {"bookings": answers_of(asker, swapped, now=now)})

        return once(request, work, now=now)
