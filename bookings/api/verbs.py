"""POST /api/v1/bookings/ID/VERB: what can be done to a booking."""

from collections.abc import Callable, Mapping
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.actions.activate_booking import activate_booking
from bookings.actions.cancel_booking import cancel_booking, try_cancelling
from bookings.actions.check_in import check_in
from bookings.actions.complete_booking import complete_booking
from bookings.actions.confirm_booking import confirm_booking
from bookings.actions.mark_no_show import mark_no_show
from bookings.actions.pricing import Cancellation
from bookings.actions.refuse_booking import refuse_booking
from bookings.actions.release_booking import release_booking
from bookings.actions.submit_booking import submit_booking
from bookings.api.bookings import etag_of
from bookings.api.fields import Choice, Field, Flag, Text, object_schema, read_object
from bookings.api.idempotency import Answer, once
from bookings.api.requests import body_of, id_in_address, version_of
from bookings.models import Booking
from bookings.queries.booking_answer import answer_of
from bookings.queries.prices import price_body
from bookings.tariff import Cause
from testcentre.accounts.rest import asker_of
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Malformed, NotFound, Refusal

ACTIONS: Mapping[str, Callable[..., Booking]] = {
    "submit": submit_booking,
    "confirm": confirm_booking,
    "refuse": refuse_booking,
    "cancel": cancel_booking,
    "check-in": check_in,
    "activate": activate_booking,
    "release": release_booking,
    "complete": complete_booking,
    "no-show": mark_no_show,
}
BODY: dict[str, Field] = {"reason": Text(most=500, lines=True, note="Kept with the booking and in the trail.")}
CANCEL_BODY: dict[str, Field] = {
    **BODY,
    "cause": Choice(among=Cause, note="By default one's own, of range staff the range's."),
    "evidence": Text(most=1000, lines=True, note="What the weather was; a company must say it."),
    "dry_run": Flag(note="Say what it would cost, and change nothing."),
}


class BookingVerbView(APIView):
    """One verb on one booking."""

    @extend_schema(
        operation_id="bookings_verb",
        request={"application/json": object_schema(CANCEL_BODY)},
        parameters=[
            OpenApiParameter("verb", str, OpenApiParameter.PATH, enum=list(ACTIONS)),
            OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="The ETag that was read."),
            OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER),
        ],
        responses=OpenApiTypes.OBJECT,
    )
    def post(self, request: Request, booking_id: str, verb: str) -> Response:
        """Do it and answer the booking; 409 in the wrong state, 422 too early or too late, 412 when it has changed."""
        asker, its_id, now = asker_of(request), id_in_address(booking_id), utc_now()
        action = ACTIONS.get(verb)
        if action is None:
            raise NotFound(detail="There is no such verb.")
        faults: list[Refusal] = []
        values = read_object(body_of(request), CANCEL_BODY if verb == "cancel" else BODY, faults)
        if faults:
            raise Malformed(*faults)
        if values.pop("dry_run", False):
            del values["reason"]
            return Response(_cost(try_cancelling(asker, its_id, now=now, version=version_of(request), **values)))

        def work() -> Answer:
            booking = action(asker, its_id, now=now, version=version_of(request), **values)
            return Answer(200, answer_of(asker, booking, now=now), etag_of(booking))

        return once(request, work, now=now)


def _cost(cancelled: Cancellation) -> dict[str, Any]:
    return {
        "would": "cancel",
        "cause": cancelled.cause,
        "fee_pct": f"{cancelled.fee.pct:.0f}",
        "why": cancelled.fee.why,
        "to_check": cancelled.to_check,
        "price": price_body(cancelled.price) if cancelled.price else None,
    }
