"""GET bookings/ID/gates, POST bookings/ID/gates/NAME, and GET /api/v1/day: running the day."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.actions.set_gate import set_gate
from bookings.api.fields import Choice, Day, Field, Text, object_schema, read_body
from bookings.api.idempotency import Answer, once
from bookings.api.pages import PAGE_PARAMETERS, after_start
from bookings.api.requests import body_of, django_request, id_in_address
from bookings.models import Booking, current_site
from bookings.queries.access import access_booking, needs_to_know
from bookings.queries.day import bookings_of_day, day_body
from bookings.queries.gates import gates_body
from bookings.queries.site import local_today
from bookings.rules.gates import GateState
from testcentre.accounts.asker import Asker
from testcentre.accounts.rest import asker_of
from testcentre.foundation.clock import utc_now
from testcentre.foundation.pagination import limit_of, page

GATE: dict[str, Field] = {
    "state": Choice(among=GateState, required=True),
    "remark": Text(most=500, lines=True, note="Kept with the gate and in the trail."),
}


class GatesView(APIView):
    """The gates of one booking."""

    @extend_schema(operation_id="gates_read", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, booking_id: str) -> Response:
        """Answer the gates in order, and which one is next."""
        asker = asker_of(request)
        return Response(_body(asker, access_booking(asker, id_in_address(booking_id))))


class GateView(APIView):
    """One gate."""

    @extend_schema(
        operation_id="gates_set",
        request={"application/json": object_schema(GATE)},
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
        responses=OpenApiTypes.OBJECT,
    )
    def post(self, request: Request, booking_id: str, name: str) -> Response:
        """Say go, no-go or open at a gate, and answer all gates; 409 where one before it is not go."""
        asker, its_id, now = asker_of(request), id_in_address(booking_id), utc_now()
        values = read_body(body_of(request), GATE)

        def work() -> Answer:
            return Answer(200, _body(asker, set_gate(asker, its_id, name, now=now, **values)))

        return once(request, work, now=now)


class DayView(APIView):
    """The range's day."""

    @extend_schema(
        operation_id="day_read",
        parameters=[
            OpenApiParameter("date", OpenApiTypes.DATE, description="Of the site's calendar; by default today."),
            *PAGE_PARAMETERS,
        ],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """Answer one page of the day's bookings by start, for range staff."""
        asker, now, limit = asker_of(request), utc_now(), limit_of(django_request(request))
        day = {"date": request.GET["date"]} if "date" in request.GET else {}
        date = read_body(day, {"date": Day()})["date"] or local_today(now)
        found = list(bookings_of_day(asker, date).filter(after_start(request))[: limit + 1])
        answer = page(django_request(request), found, limit=limit, key=lambda row: (row.start.isoformat(), row.id))
        site = current_site().facts
        results = [day_body(asker, booking, site=site, now=now) for booking in answer["results"]]
        return Response({"date": date.isoformat(), **answer, "results": results})


def _body(asker: Asker, booking: Booking) -> dict[str, object]:
    knows = needs_to_know(asker, organisation_id=booking.organisation_id, classification=booking.classification)
    return gates_body(asker, booking, site=current_site().facts, now=utc_now(), knows=knows)
