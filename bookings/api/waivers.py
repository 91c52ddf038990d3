"""POST bookings/ID/waivers: rules that range staff waive for a booking that is there."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.actions.waive_rules import waive_rules
from bookings.api.bookings import etag_of
from bookings.api.fields import Field, Many, Raw, Text, object_schema, read_object
from bookings.api.idempotency import Answer, once
from bookings.api.requests import body_of, id_in_address
from bookings.api.until import read_until
from bookings.queries.booking_answer import answer_of
from testcentre.accounts.rest import asker_of
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Malformed, Refusal

_TIME = {"type": "string", "format": "date-time"}
WAIVERS: dict[str, Field] = {
    "codes": Many(of=Text(most=60, least=1), most=30, least=1, required=True, note="Codes of rules."),
    "reason": Text(most=500, least=1, lines=True, required=True, note="Kept with the waiver and in the trail."),
    "until": Raw(describes=_TIME, note="RFC 3339 with offset: for what is decided before; none: for good."),
}


class WaiversView(APIView):
    """The waivers of one booking."""

    @extend_schema(
        operation_id="waivers_add",
        request={"application/json": object_schema(WAIVERS)},
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
        responses=OpenApiTypes.OBJECT,
    )
    def post(self, request: Request, booking_id: str) -> Response:
        """Waive rules, each by a role that may (403 else), and answer the booking."""
        asker, its_id, now = asker_of(request), id_in_address(booking_id), utc_now()
        faults: list[Refusal] = []
        values = read_object(body_of(request), WAIVERS, faults)
        until = read_until(values["until"], faults, field="until")
        if faults:
            raise Malformed(*faults)
        codes = list(dict.fromkeys(values["codes"]))

        def work() -> Answer:
            booking = waive_rules(asker, its_id, codes, now=now, reason=values["reason"], until=until)
            return Answer(200, answer_of(asker, booking, now=now), etag_of(booking))

        return once(request, work, now=now)
