"""POST /api/v1/bookings/ID/weather-check: the range accepts or rejects the weather of a cancellation."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.actions.check_weather import check_weather
from bookings.api.bookings import etag_of
from bookings.api.fields import Field, Flag, Text, object_schema, read_object
from bookings.api.idempotency import Answer, once
from bookings.api.requests import body_of, id_in_address
from bookings.queries.booking_answer import answer_of
from testcentre.accounts.rest import asker_of
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Malformed, Refusal

BODY: dict[str, Field] = {
    "accepted": Flag(required=True, note="False makes the fee of the company's own cause due."),
    "reason": Text(most=500, least=1, lines=True, required=True, note="Kept in the trail."),
}


class WeatherCheckView(APIView):
    """The check of one cancellation."""

    @extend_schema(
        operation_id="bookings_weather_check",
        request={"application/json": object_schema(BODY)},
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
        responses=OpenApiTypes.OBJECT,
    )
    def post(self, request: Request, booking_id: str) -> Response:
        """Keep what the range says of the weather and answer the booking; 422 where there is nothing to check."""
        asker, its_id, now = asker_of(request), id_in_address(booking_id), utc_now()
        faults: list[Refusal] = []
        values = read_object(body_of(request), BODY, faults)
        if faults:
            raise Malformed(*faults)

        def work() -> Answer:
            booking = check_weather(asker, its_id, accepted=values["accepted"], reason=values["reason"], now=now)
            return Answer(200, answer_of(asker, booking, now=now), etag_of(booking))

        return once(request, work, now=now)
