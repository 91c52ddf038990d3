"""`GET flights` and `GET flights/ID`: one per aircraft of a confirmed booking."""

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from telemetry.api.flight_answer import FlightAnswer, OneFlightAnswer, flight_answers, one_flight_answer
from telemetry.api.parameters import later_rows
from telemetry.recordings.queries import access_flight, flights_of
from testcentre.accounts.rest import asker_of
from testcentre.foundation.pagination import limit_of, page

PAGE = inline_serializer(
    "FlightPage",
    {
        "results": FlightAnswer(many=True),
        "next": serializers.CharField(allow_null=True),
        "previous": serializers.CharField(allow_null=True),
    },
)


class FlightsView(APIView):
    """The flights that the asker may know of, latest first."""

    @extend_schema(
        operation_id="flights",
        parameters=[OpenApiParameter("limit", int), OpenApiParameter("cursor", str)],
        responses=PAGE,
    )
    def get(self, request: Request) -> Response:
        """Answer with one page.

        Raises:
            Malformed: a bad limit or cursor.
        """
        limit = limit_of(request)
        flights = flights_of(asker_of(request)).filter(later_rows(request, "admit_from")).order_by("-admit_from", "-id")
        rows = list(flights[: limit + 1])
        answers = {a["id"]: a for a in flight_answers(rows[:limit], asker_of(request))}
        return Response(
            page(
                request,
                rows,
                limit=limit,
                key=lambda flight: (flight.admit_from.isoformat(), flight.id),
                show=lambda flight: answers[flight.id],
            )
        )


class FlightView(APIView):
    """One flight."""

    @extend_schema(operation_id="flight", responses=OneFlightAnswer)
    def get(self, request: Request, flight_id: UUID) -> Response:
        """Answer with the flight.

        Raises:
            NotFound: there is none, or it is somebody else's.
        """
        return Response(one_flight_answer(access_flight(asker_of(request), flight_id), asker_of(request)))
