"""GET /api/v1/approvals: what waits for the asker; POST bookings/ID/approvals/N/delegate."""

from typing import Any

from django.db.models import Q
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.actions.delegate_approval import delegate_approval
from bookings.api.bookings import etag_of
from bookings.api.fields import Field, Text, object_schema, read_body, shown, uuid_of
from bookings.api.idempotency import Answer, once
from bookings.api.pages import PAGE_PARAMETERS, after_moment
from bookings.api.requests import body_of, django_request, id_in_address
from bookings.models import BookingApproval
from bookings.queries.access import needs_to_know
from bookings.queries.approvals import step_body, waiting_steps
from bookings.queries.booking_answer import answer_of, answers_of
from testcentre.accounts.rest import asker_of
from testcentre.accounts.roles import Permission, Role, roles_that_may
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Malformed, NotFound, Refusal
from testcentre.foundation.pagination import limit_of, page

WHOSE = ("mine", "all")
DELEGATE: dict[str, Field] = {
    "to": Text(most=40, least=1, required=True, note="A role that approves, or the id of a person of the range."),
    "reason": Text(most=500, least=1, lines=True, required=True, note="Kept with the step and in the trail."),
}


class ApprovalListView(APIView):
    """Steps that somebody is waited for."""

    @extend_schema(
        operation_id="approvals_list",
        parameters=[OpenApiParameter("whose", str, enum=list(WHOSE)), *PAGE_PARAMETERS],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """Answer one page of open steps, due first: those that wait for the asker, or (`whose=all`) for anybody."""
        asker, now, limit = asker_of(request), utc_now(), limit_of(django_request(request))
        whose = request.GET.get("whose", "mine")
        if whose not in WHOSE:
            raise Malformed(Refusal("invalid", "whose is not valid.", "whose", " or ".join(WHOSE), shown(whose)))
        rows = waiting_steps(asker, everybody=whose == "all", now=now)
        if (after := after_moment(request)) is not None:
            rows = rows.filter(Q(due_at__gt=after[0]) | Q(due_at=after[0], id__gt=after[1]))
        found = list(rows.select_related("booking__organisation").order_by("due_at", "id")[: limit + 1])
        answer = page(django_request(request), found, limit=limit, key=_place)
        steps: list[BookingApproval] = answer["results"]
        bookings = {step.booking_id: step.booking for step in steps}
        bodies = {body["id"]: body for body in answers_of(asker, bookings.values(), now=now)}
        results = []
        for step in steps:
            owner, label = step.booking.organisation_id, step.booking.classification
            knows = needs_to_know(asker, organisation_id=owner, classification=label)
            body = step_body(asker, step, now=now, knows=knows)
            results.append({"id": str(step.id), **body, "booking": bodies[str(step.booking_id)]})
        return Response({**answer, "results": results})


class ApprovalDelegateView(APIView):
    """One step handed to somebody else."""

    @extend_schema(
        operation_id="approvals_delegate",
        request={"application/json": object_schema(DELEGATE)},
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
        responses=OpenApiTypes.OBJECT,
    )
    def post(self, request: Request, booking_id: str, number: str) -> Response:
        """Let another role or person decide the step too, and answer the booking."""
        asker, its_id, now = asker_of(request), id_in_address(booking_id), utc_now()
        if not (number.isascii() and number.isdigit() and len(number) <= 3):
            raise NotFound(detail="There is no such step.")
        values = read_body(body_of(request), DELEGATE)
        to = _delegate_of(values["to"])

        def work() -> Answer:
            booking = delegate_approval(asker, its_id, int(number), to=to, now=now, reason=values["reason"])
            return Answer(200, answer_of(asker, booking, now=now), etag_of(booking))

        return once(request, work, now=now)


def _place(step: BookingApproval) -> tuple[str, Any]:
    return step.due_at.isoformat() if step.due_at else "", step.id


def _delegate_of(to: str) -> Any:
    """Return the role or the user id that a text names."""
    if to in set(Role):
        return Role(to)
    read = uuid_of(to)
    if read is None:
        able = sorted(roles_that_may(Permission.APPROVE))
        raise Malformed(
            Refusal("not_an_approver", "This is no role and no id.", "to", [*able, "a user's id"], shown(to))
        )
    return read
