"""GET and POST /api/v1/closures, POST /api/v1/closures/ID/lift: range staff take resources out of use."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.actions.close_resources import Closed, WantedClosure, close_resources, preview_closure
from bookings.actions.displace import Displaced
from bookings.actions.lift_closure import lift_closure
from bookings.api.bookings import FROM_TO
from bookings.api.fields import Choice, Field, Flag, Many, Raw, Text, object_schema, read_body, read_object
from bookings.api.idempotency import Answer, once
from bookings.api.pages import PAGE_PARAMETERS, after_start
from bookings.api.requests import body_of, bounds_of, django_request, id_in_address
from bookings.models import ClosureCause
from bookings.queries.access import needs_to_know
from bookings.queries.booking_answer import number_of
from bookings.queries.closures import closure_answer, closures_of
from bookings.rules.times import read_period
from testcentre.accounts.asker import Asker
from testcentre.accounts.rest import asker_of
from testcentre.foundation.clock import to_rfc3339, utc_now
from testcentre.foundation.errors import Malformed, Refusal
from testcentre.foundation.pagination import limit_of, page

_TIME = {"type": "string", "format": "date-time"}
CLOSURE: dict[str, Field] = {
    "resources": Many(of=Text(most=40, least=1), most=50, least=1, required=True, note="Codes."),
    "start": Raw(describes=_TIME, required=True, note="RFC 3339 with offset; in the past: now."),
    "end": Raw(describes=_TIME, required=True, note="RFC 3339 with offset."),
    "cause": Choice(among=ClosureCause, required=True),
    "reason": Text(most=500, lines=True, note="Required for military and medical priority; no company reads it."),
    "dry_run": Flag(note="Say what would become of every booking in the way, and store nothing."),
}
LIFT: dict[str, Field] = {"reason": Text(most=500, lines=True, note="Kept in the trail.")}


class ClosureListView(APIView):
    """Closures, for range staff."""

    @extend_schema(operation_id="closures_list", parameters=[*FROM_TO, *PAGE_PARAMETERS], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Answer one page of closures by start, lifted ones too."""
        limit, now = limit_of(django_request(request)), utc_now()
        rows = closures_of(asker_of(request)).filter(after_start(request))
        begins, ends = bounds_of(request)
        if begins is not None:
            rows = rows.filter(end__gt=begins)
        if ends is not None:
            rows = rows.filter(start__lt=ends)
        return Response(
            page(
                django_request(request),
                list(rows.order_by("start", "id")[: limit + 1]),
                limit=limit,
                key=lambda closure: (closure.start.isoformat(), closure.id),
                show=lambda closure: closure_answer(closure, now=now),
            )
        )

    @extend_schema(
        operation_id="closures_close",
        request={"application/json": object_schema(CLOSURE)},
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
        responses={201: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request) -> Response:
        """Close: 201 with what became of every booking in the way; 409 where somebody is airborne or it is closed."""
        asker, now = asker_of(request), utc_now()
        wanted, dry_run = _read(body_of(request))
        if dry_run:
            closed = preview_closure(asker, wanted, now=now)
            return Response({"would": "close", "displaced": _displaced(asker, closed, stored=False)})

        def work() -> Answer:
            closed = close_resources(asker, wanted, now=now)
            return Answer(201, closure_answer(closed.closure, now=now) | {"displaced": _displaced(asker, closed)})

        return once(request, work, now=now)


class ClosureLiftView(APIView):
    """The end of one closure."""

    @extend_schema(
        operation_id="closures_lift",
        request={"application/json": object_schema(LIFT)},
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
        responses=OpenApiTypes.OBJECT,
    )
    def post(self, request: Request, closure_id: str) -> Response:
        """Lift it, and answer it; what is free then is offered to those who wait. 409 where it is over or lifted."""
        asker, its_id, now = asker_of(request), id_in_address(closure_id), utc_now()
        values = read_body(body_of(request), LIFT)

        def work() -> Answer:
            return Answer(200, closure_answer(lift_closure(asker, its_id, now=now, **values), now=now))

        return once(request, work, now=now)


def _read(body: Mapping[str, Any]) -> tuple[WantedClosure, bool]:
    faults: list[Refusal] = []
    values = read_object(body, CLOSURE, faults)
    has_times = values["start"] is not None and values["end"] is not None
    period = read_period(values["start"], values["end"]) if has_times else []
    if isinstance(period, list):
        faults += period
    if faults or not isinstance(period, tuple):
        raise Malformed(*faults)
    codes = tuple(dict.fromkeys(values["resources"]))
    wanted = WantedClosure(codes=codes, period=period, cause=values["cause"], reason=values["reason"])
    return wanted, values["dry_run"]


def _displaced(asker: Asker, closed: Closed, *, stored: bool = True) -> list[dict[str, Any]]:
    return [_one(asker, one, stored=stored) for one in closed.displaced]


def _one(asker: Asker, one: Displaced, *, stored: bool) -> dict[str, Any]:
    """Return what becomes of one booking; a trial names no booking that it did not keep."""
    booking, held = one.booking, one.alternative
    knows = needs_to_know(asker, organisation_id=booking.organisation_id, classification=booking.classification)
    alternative = None
    if held is not None:
        alternative = {
            "booking": str(held.id) if stored else None,
            "start": to_rfc3339(held.start),
            "end": to_rfc3339(held.end),
            "resources": list(one.resources),
            "hold_until": to_rfc3339(held.hold_until) if held.hold_until else None,
        }
    return {
        "booking": str(booking.id),
        "number": number_of(booking) if knows else "",
        "organisation": booking.organisation.slug if knows else None,
        "restricted": not knows,
        "start": to_rfc3339(booking.start),
        "end": to_rfc3339(booking.end),
        "state": one.before,
        "outcome": one.outcome,
        "alternative": alternative,
    }
