"""GET and POST /api/v1/bookings, and one booking."""

from functools import partial
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.actions.change_booking import change_booking, try_change
from bookings.actions.request_booking import Trial, request_booking, try_booking
from bookings.api.booking_change import CHANGE, read_change
from bookings.api.booking_form import BOOKING, read_booking
from bookings.api.fields import object_schema
from bookings.api.idempotency import Answer, once
from bookings.api.pages import PAGE_PARAMETERS, after_start
from bookings.api.requests import body_of, bounds_of, django_request, flag_of, id_in_address, version_required_of
from bookings.models import Booking
from bookings.queries.access import access_booking, bookings_of
from bookings.queries.booking_answer import answer_of, answers_of
from bookings.queries.booking_brief import briefs_of
from bookings.queries.prices import price_body
from bookings.queries.slots import first_by_start
from testcentre.accounts.rest import asker_of
from testcentre.foundation.clock import utc_now
from testcentre.foundation.pagination import MOST_LIMIT, limit_of, page

MOST_BRIEF = 1000
FROM_TO = [
    OpenApiParameter("from", OpenApiTypes.DATETIME, description="Slots that end after this."),
    OpenApiParameter("to", OpenApiTypes.DATETIME, description="Slots that begin before this."),
]

BRIEF = OpenApiParameter(
    "brief", bool, description=f"true: in brief, what a calendar shows of each; `limit` is up to {MOST_BRIEF} then."
)


def etag_of(booking: Booking) -> str:
    """Return the booking's version as a strong ETag."""
    return f'"{booking.version}"'


def trial_body(trial: Trial) -> dict[str, Any]:
    """Return what something would come to, as the API writes it."""
    return {
        "would": trial.would,
        "errors": [refusal.as_dict() for refusal in trial.refusals],
        "alternatives": trial.alternatives,
        "price": price_body(trial.price),
    }


class BookingListView(APIView):
    """The asker's bookings."""

    @extend_schema(
        operation_id="bookings_list",
        parameters=[*FROM_TO, *PAGE_PARAMETERS, BRIEF],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """Answer one page of the own organisation's bookings (range staff: all they may know), by start."""
        asker, plain = asker_of(request), django_request(request)
        is_brief = flag_of(request, "brief")
        limit = limit_of(plain, most=MOST_BRIEF if is_brief else MOST_LIMIT)
        begins, ends = bounds_of(request)
        rows = bookings_of(asker).filter(after_start(request))
        if is_brief:
            briefs = first_by_start(rows, begins=begins, ends=ends, most=limit + 1, read=partial(briefs_of, asker))
            return Response(page(plain, briefs, limit=limit, key=lambda brief: (brief["start"], brief["id"])))
        found = first_by_start(rows.select_related("organisation"), begins=begins, ends=ends, most=limit + 1)
        answers = page(plain, found, limit=limit, key=lambda booking: (booking.start.isoformat(), booking.id))
        return Response({**answers, "results": answers_of(asker, answers["results"], now=utc_now())})

    @extend_schema(
        operation_id="bookings_request",
        request={"application/json": object_schema(BOOKING)},
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
        responses={201: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request) -> Response:
        """Ask for a slot: 201, 409 where clashes are all that refuses, 422 with every refusal, 400 faults of form."""
        asker, now = asker_of(request), utc_now()
        if body_of(request).get("dry_run") is True:
            return self._try(request)

        def work() -> Answer:
            form = read_booking(asker, body_of(request))
            booking = request_booking(asker, form.wish, now=now, hold=form.hold)
            return Answer(201, answer_of(asker, booking, now=now), etag_of(booking))

        return once(request, work, now=now)

    def _try(self, request: Request) -> Response:
        asker = asker_of(request)
        form = read_booking(asker, body_of(request))
        return Response(trial_body(try_booking(asker, form.wish, now=utc_now(), hold=form.hold)))


class BookingView(APIView):
    """One booking."""

    @extend_schema(operation_id="bookings_read", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, booking_id: str) -> Response:
        """Answer a booking that the asker may know of; its ETag is what `If-Match` wants."""
        asker = asker_of(request)
        booking = access_booking(asker, id_in_address(booking_id))
        return Response(answer_of(asker, booking, now=utc_now()), headers={"ETag": etag_of(booking)})

    @extend_schema(
        operation_id="bookings_change",
        request={"application/json": object_schema(CHANGE)},
        parameters=[
            OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag read."),
            OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER),
        ],
        responses=OpenApiTypes.OBJECT,
    )
    def patch(self, request: Request, booking_id: str) -> Response:
        """Move, extend, shorten or change it; refused, it stands as it was. 428 without `If-Match`, 412 when stale."""
        asker, its_id, now = asker_of(request), id_in_address(booking_id), utc_now()
        version = version_required_of(request)
        change, dry_run = read_change(asker, body_of(request))
        if dry_run:
            return Response(trial_body(try_change(asker, its_id, change, now=now, version=version)))

        def work() -> Answer:
            booking = change_booking(asker, its_id, change, now=now, version=version)
            return Answer(200, answer_of(asker, booking, now=now), etag_of(booking))

        return once(request, work, now=now)
