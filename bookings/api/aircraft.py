"""/api/v1/aircraft: the own organisation's fleet."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.actions.add_aircraft import add_aircraft
from bookings.actions.change_aircraft import change_aircraft
from bookings.actions.leave_fleet import leave_aircraft
from bookings.api.fields import changes_schema, object_schema
from bookings.api.fleet_shapes import (
    AIRCRAFT,
    AIRCRAFT_CHANGES,
    aircraft_shape,
    read_aircraft,
    read_aircraft_changes,
)
from bookings.api.idempotency import Answer, once
from bookings.api.pages import PAGE_PARAMETERS, RETIRED, of_the_fleet, page_by_name
from bookings.api.requests import IF_MATCH, body_of, id_in_address, version_required_of
from bookings.models import Aircraft
from bookings.queries.access import access_aircraft, aircraft_of
from testcentre.accounts.rest import asker_of
from testcentre.foundation.clock import utc_now


def etag_of(aircraft: Aircraft) -> str:
    """Return the aircraft's version as a strong ETag."""
    return f'"{aircraft.version}"'


class AircraftListView(APIView):
    """The fleet."""

    @extend_schema(operation_id="aircraft_list", parameters=[RETIRED, *PAGE_PARAMETERS], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Answer one page of the own organisation's aircraft, by name."""
        rows = of_the_fleet(request, aircraft_of(asker_of(request)))
        return Response(page_by_name(request, rows, show=aircraft_shape))

    @extend_schema(
        operation_id="aircraft_add",
        request={"application/json": object_schema(AIRCRAFT)},
        responses={201: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request) -> Response:
        """Enter an aircraft; its signing key is never answered."""

        def work() -> Answer:
            aircraft = add_aircraft(asker_of(request), read_aircraft(body_of(request)))
            return Answer(201, aircraft_shape(aircraft), etag_of(aircraft))

        return once(request, work, now=utc_now())


class AircraftView(APIView):
    """One aircraft."""

    @extend_schema(operation_id="aircraft_read", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, aircraft_id: str) -> Response:
        """Answer an aircraft of the own organisation; any other is not found."""
        return _answer(access_aircraft(asker_of(request), id_in_address(aircraft_id)))

    @extend_schema(
        operation_id="aircraft_change",
        request={"application/json": changes_schema(AIRCRAFT_CHANGES)},
        parameters=[IF_MATCH],
        responses=OpenApiTypes.OBJECT,
    )
    def patch(self, request: Request, aircraft_id: str) -> Response:
        """Change what the body names; 428 without version, 412 when it has changed."""
        its_id, version = id_in_address(aircraft_id), version_required_of(request)
        changes = read_aircraft_changes(body_of(request))
        return _answer(change_aircraft(asker_of(request), its_id, changes, now=utc_now(), version=version))

    @extend_schema(
        operation_id="aircraft_leave", parameters=[IF_MATCH], responses={200: OpenApiTypes.OBJECT, 204: None}
    )
    def delete(self, request: Request, aircraft_id: str) -> Response:
        """Take it out of the fleet: 204 erased, 200 retired because bookings name it."""
        its_id, version = id_in_address(aircraft_id), version_required_of(request)
        left = leave_aircraft(asker_of(request), its_id, now=utc_now(), version=version)
        return _answer(left) if left else Response(status=204)


def _answer(aircraft: Aircraft) -> Response:
    return Response(aircraft_shape(aircraft), headers={"ETag": etag_of(aircraft)})
