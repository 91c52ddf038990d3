"""GET bookings/ID/notam, and what the range did about it: request, publish, cancel, tell the neighbour."""

from collections.abc import Callable, Mapping
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.actions.cancel_notam import cancel_notam
from bookings.actions.publish_notam import publish_notam
from bookings.actions.request_notam import request_notam
from bookings.actions.tell_neighbours import tell_neighbours
from bookings.api.fields import Field, Raw, Text, object_schema, read_object
from bookings.api.idempotency import Answer, once
from bookings.api.requests import body_of, id_in_address
from bookings.models import Booking, current_site
from bookings.queries.access import access_booking
from bookings.queries.notices import notam_answer
from bookings.rules.times import read_period
from testcentre.accounts.rest import asker_of
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Malformed, NotFound, Refusal

_TIME = {"type": "string", "format": "date-time"}
REASON: dict[str, Field] = {"reason": Text(most=500, lines=True, note="Kept in the trail.")}
PUBLISHED: dict[str, Field] = {
    "number": Text(
        most=8, required=True, pattern=r"[A-Z]\d{4}/\d{2}", note="series, serial and year, such as A1234/26"
    ),
    "from": Raw(describes=_TIME, required=True, note="RFC 3339 with offset: when it comes into force."),
    "to": Raw(describes=_TIME, required=True, note="RFC 3339 with offset: until when it is in force."),
    **REASON,
}
BODIES: Mapping[str, dict[str, Field]] = {"request": REASON, "publish": PUBLISHED, "cancel": REASON, "tell": REASON}
ACTIONS: Mapping[str, Callable[..., Booking]] = {
    "request": request_notam,
    "publish": publish_notam,
    "cancel": cancel_notam,
    "tell": tell_neighbours,
}


class NotamView(APIView):
    """The NOTAM of one booking."""

    @extend_schema(operation_id="notam_read", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, booking_id: str) -> Response:
        """Answer draft, state, deadlines, differences and cross-border notes; neither company nor purpose."""
        booking = access_booking(asker_of(request), id_in_address(booking_id))
        return Response(notam_answer(booking, site=current_site().facts, now=utc_now()))


class NotamVerbView(APIView):
    """One step of a booking's NOTAM."""

    @extend_schema(
        operation_id="notam_verb",
        request={
            "application/json": object_schema(
                {**PUBLISHED, "number": Text(most=8), "from": Raw(describes=_TIME), "to": Raw(describes=_TIME)}
            )
        },
        parameters=[
            OpenApiParameter("verb", str, OpenApiParameter.PATH, enum=list(ACTIONS)),
            OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER),
        ],
        responses=OpenApiTypes.OBJECT,
    )
    def post(self, request: Request, booking_id: str, verb: str) -> Response:
        """Note a step (operator, duty officer, manager) and answer the NOTAM; 409 where its state does not allow it."""
        asker, its_id, now = asker_of(request), id_in_address(booking_id), utc_now()
        if verb not in ACTIONS:
            raise NotFound(detail="There is no such verb.")
        values = _read(verb, body_of(request))

        def work() -> Answer:
            booking = ACTIONS[verb](asker, its_id, now=now, **values)
            return Answer(200, notam_answer(booking, site=current_site().facts, now=now))

        return once(request, work, now=now)


def _read(verb: str, body: Mapping[str, object]) -> dict[str, Any]:
    faults: list[Refusal] = []
    values = read_object(body, BODIES[verb], faults)
    if values.get("from") is not None and values["to"] is not None:
        values["valid"] = read_period(values.pop("from"), values.pop("to"), fields=("from", "to"))
        faults += values["valid"] if isinstance(values["valid"], list) else []
    if faults:
        raise Malformed(*faults)
    return values
