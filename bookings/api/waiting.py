"""GET and POST /api/v1/waiting, DELETE /api/v1/waiting/ID: wait for a whole set."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.actions.join_waiting_list import join_waiting_list
from bookings.actions.leave_waiting_list import leave_waiting_list
from bookings.actions.waiting_wishes import Flexible, Waited
from bookings.api.booking_form import BOOKING, read_booking
from bookings.api.fields import Raw, object_schema
from bookings.api.idempotency import Answer, once
from bookings.api.pages import PAGE_PARAMETERS, page_by_age
from bookings.api.requests import body_of, id_in_address
from bookings.api.search import WITHIN, read_search
from bookings.queries.waiting import entries_of, entry_answer
from testcentre.accounts.asker import Asker
from testcentre.accounts.rest import asker_of
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Malformed, Refusal

_NOT_WAITED = {"as", "dry_run", "waive", "waiver_reason", "waive_until"}
_WITHIN = {name: field for name, field in WITHIN.items() if name != "any_pilot"}
BODY = {name: field for name, field in BOOKING.items() if name not in _NOT_WAITED} | {
    "within": Raw(describes=object_schema(_WITHIN), note="Other slots that would do too.")
}


class WaitingListView(APIView):
    """The own organisation's entries."""

    @extend_schema(operation_id="waiting_list", parameters=PAGE_PARAMETERS, responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Answer one page of the own organisation's entries (range staff: all), in the order of joining."""
        asker = asker_of(request)
        return Response(page_by_age(request, entries_of(asker), show=lambda entry: entry_answer(asker, entry)))

    @extend_schema(
        operation_id="waiting_join",
        request={"application/json": object_schema(BODY)},
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
        responses={201: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request) -> Response:
        """Join the line: 201; 422 where the set is free now, or could never be granted; 400 faults of form."""
        asker, now = asker_of(request), utc_now()

        def work() -> Answer:
            entry = join_waiting_list(asker, _read(asker, body_of(request)), now=now)
            return Answer(201, entry_answer(asker, entry))

        return once(request, work, now=now)


class WaitingView(APIView):
    """One entry."""

    @extend_schema(operation_id="waiting_leave", responses=OpenApiTypes.OBJECT)
    def delete(self, request: Request, entry_id: str) -> Response:
        """Leave the line, and answer the entry; 409 while something is offered to it."""
        asker = asker_of(request)
        return Response(entry_answer(asker, leave_waiting_list(asker, id_in_address(entry_id))))


def _read(asker: Asker, body: Mapping[str, Any]) -> Waited:
    unread = [
        Refusal("unknown_field", "This field is unknown.", name, sorted(BODY), "", "Leave it out.")
        for name in sorted(_NOT_WAITED & body.keys())
    ]
    if body.get("within") is None:
        plain = {name: value for name, value in body.items() if name not in {"within", *_NOT_WAITED}}
        try:
            waited = Waited(wish=read_booking(asker, plain).wish)
        except Malformed as malformed:
            raise Malformed(*unread, *malformed.refusals) from None
    else:
        search = read_search(asker, body)
        flexible = Flexible(
            period=search.period, weekdays=search.weekdays, earliest=search.earliest, latest=search.latest
        )
        waited = Waited(wish=search.wish, flexible=flexible)
    if unread:
        raise Malformed(*unread)
    return waited
