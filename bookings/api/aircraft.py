"""GET and POST /api/v1/aircraft: the own organisation's fleet."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.actions.add_aircraft import add_aircraft
from bookings.api.fields import object_schema
from bookings.api.fleet_shapes import AIRCRAFT, aircraft_shape, read_aircraft
from bookings.api.idempotency import Answer, once
from bookings.api.pages import PAGE_PARAMETERS, page_by_name
from bookings.api.requests import asker_of, body_of, id_in_address
from bookings.queries.access import aircraft_of
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import NotFound


class AircraftListView(APIView):
    """The fleet."""

    @extend_schema(operation_id="aircraft_list", parameters=PAGE_PARAMETERS, responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Answer one page of the own organisation's aircraft, by name."""
        return Response(page_by_name(request, aircraft_of(asker_of(request)), show=aircraft_shape))

    @extend_schema(
        operation_id="aircraft_add",
        request={"application/json": object_schema(AIRCRAFT)},
        responses={201: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request) -> Response:
        """Enter an aircraft; its signing key is never answered."""

        def work() -> Answer:
            return Answer(201, aircraft_shape(add_aircraft(asker_of(request), read_aircraft(body_of(request)))))

        return once(request, work, now=utc_now())


class AircraftView(APIView):
    """One aircraft."""

    @extend_schema(operation_id="aircraft_read", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, aircraft_id: str) -> Response:
        """Answer an aircraft of the own organisation; any other is not found."""
        aircraft = aircraft_of(asker_of(request)).filter(pk=id_in_address(aircraft_id)).first()
        if aircraft is None:
            raise NotFound(detail="There is no such aircraft.")
        return Response(aircraft_shape(aircraft))
