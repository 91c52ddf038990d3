"""/api/v1/pilots: the own organisation's remote pilots."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.actions.add_pilot import add_pilot
from bookings.actions.change_pilot import change_pilot
from bookings.actions.leave_fleet import leave_pilot
from bookings.api.fields import changes_schema, object_schema
from bookings.api.fleet_shapes import PILOT, PILOT_CHANGES, pilot_shape, read_pilot
from bookings.api.idempotency import Answer, once
from bookings.api.pages import PAGE_PARAMETERS, RETIRED, of_the_fleet, page_by_name
from bookings.api.requests import IF_MATCH, body_of, id_in_address, version_required_of
from bookings.models import Pilot
from bookings.queries.access import access_pilot, pilots_of
from testcentre.accounts.rest import asker_of
from testcentre.foundation.clock import utc_now


def etag_of(pilot: Pilot) -> str:
    """Return the pilot's version as a strong ETag."""
    return f'"{pilot.version}"'


class PilotListView(APIView):
    """The pilots."""

    @extend_schema(operation_id="pilots_list", parameters=[RETIRED, *PAGE_PARAMETERS], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Answer one page of the own organisation's pilots, by name."""
        rows = of_the_fleet(request, pilots_of(asker_of(request)))
        return Response(page_by_name(request, rows, show=pilot_shape))

    @extend_schema(
        operation_id="pilots_add",
        request={"application/json": object_schema(PILOT)},
        responses={201: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request) -> Response:
        """Enter a pilot with certificates."""

        def work() -> Answer:
            pilot = add_pilot(asker_of(request), **read_pilot(body_of(request)))
            return Answer(201, pilot_shape(pilot), etag_of(pilot))

        return once(request, work, now=utc_now())


class PilotView(APIView):
    """One pilot."""

    @extend_schema(operation_id="pilots_read", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, pilot_id: str) -> Response:
        """Answer a pilot of the own organisation; any other is not found."""
        return _answer(access_pilot(asker_of(request), id_in_address(pilot_id)))

    @extend_schema(
        operation_id="pilots_change",
        request={"application/json": changes_schema(PILOT_CHANGES)},
        parameters=[IF_MATCH],
        responses=OpenApiTypes.OBJECT,
    )
    def patch(self, request: Request, pilot_id: str) -> Response:
        """Change what the body names; 428 without version, 412 when it has changed."""
        its_id, version = id_in_address(pilot_id), version_required_of(request)
        changes = read_pilot(body_of(request), partly=True)
        return _answer(change_pilot(asker_of(request), its_id, changes, now=utc_now(), version=version))

    @extend_schema(operation_id="pilots_leave", parameters=[IF_MATCH], responses={200: OpenApiTypes.OBJECT, 204: None})
    def delete(self, request: Request, pilot_id: str) -> Response:
        """Take them out of the fleet: 204 erased, 200 retired because bookings name them."""
        its_id, version = id_in_address(pilot_id), version_required_of(request)
        left = leave_pilot(asker_of(request), its_id, now=utc_now(), version=version)
        return _answer(left) if left else Response(status=204)


def _answer(pilot: Pilot) -> Response:
    return Response(pilot_shape(pilot), headers={"ETag": etag_of(pilot)})
