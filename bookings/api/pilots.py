"""GET and POST /api/v1/pilots: the own organisation's remote pilots."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.actions.add_pilot import add_pilot
from bookings.api.fields import object_schema
from bookings.api.fleet_shapes import PILOT, pilot_shape, read_pilot
from bookings.api.idempotency import Answer, once
from bookings.api.pages import PAGE_PARAMETERS, page_by_name
from bookings.api.requests import asker_of, body_of, id_in_address
from bookings.queries.access import pilots_of
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import NotFound


class PilotListView(APIView):
    """The pilots."""

    @extend_schema(operation_id="pilots_list", parameters=PAGE_PARAMETERS, responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Answer one page of the own organisation's pilots, by name."""
        return Response(page_by_name(request, pilots_of(asker_of(request)), show=pilot_shape))

    @extend_schema(
        operation_id="pilots_add",
        request={"application/json": object_schema(PILOT)},
        responses={201: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request) -> Response:
        """Enter a pilot with certificates."""

        def work() -> Answer:
            return Answer(201, pilot_shape(add_pilot(asker_of(request), **read_pilot(body_of(request)))))

        return once(request, work, now=utc_now())


class PilotView(APIView):
    """One pilot."""

    @extend_schema(operation_id="pilots_read", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, pilot_id: str) -> Response:
        """Answer a pilot of the own organisation; any other is not found."""
        pilot = pilots_of(asker_of(request)).filter(pk=id_in_address(pilot_id)).first()
        if pilot is None:
            raise NotFound(detail="There is no such pilot.")
        return Response(pilot_shape(pilot))
