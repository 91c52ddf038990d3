"""POST /api/v1/bookings/series: the same set on many dates, each with its own answer."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.actions.plan import Wish
from bookings.actions.request_series import DateAnswer, Series, request_series, try_series
from bookings.api.booking_form import BOOKING, read_booking
from bookings.api.fields import Day, Field, Flag, Group, Many, Number, object_schema, read_object
from bookings.api.idempotency import Answer, once
from bookings.api.requests import body_of
from bookings.queries.booking_answer import answer_of
from bookings.rules.words import period_words
from testcentre.accounts.asker import Asker
from testcentre.accounts.rest import asker_of
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Malformed, Refusal

SERIES: dict[str, Field] = {
    "every_days": Number(above=0, most=366, whole=True, required=True, note="Days from one date to the next."),
    "count": Number(above=1, most=1_000_000, whole=True, required=True, note="Dates, the first included; at most 53."),
    "without": Many(of=Day(), most=366, note="Local dates that are left out."),
    "all_or_none": Flag(note="Grant every date, or nothing."),
}
BODY = {name: field for name, field in BOOKING.items() if name != "as"} | {
    "series": Group(fields=SERIES, required=True)
}


class SeriesView(APIView):
    """Many dates at once."""

    @extend_schema(
        operation_id="bookings_series",
        request={"application/json": object_schema(BODY)},
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
        responses={200: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request) -> Response:
        """Answer 200 with what became of each date: `requested`, `refused`, or `not_requested` where all or none."""
        asker, now = asker_of(request), utc_now()
        wish, series, dry_run = _read(asker, body_of(request))
        if dry_run:
            return Response(_body(asker, try_series(asker, wish, series, now=now), dry_run=True))

        def work() -> Answer:
            return Answer(200, _body(asker, request_series(asker, wish, series, now=now)))

        return once(request, work, now=now)


def _read(asker: Asker, body: Mapping[str, Any]) -> tuple[Wish, Series, bool]:
    faults: list[Refusal] = []
    values = read_object({"series": body.get("series")}, {"series": BODY["series"]}, faults)
    try:
        form = read_booking(asker, {name: value for name, value in body.items() if name != "series"})
    except Malformed as malformed:
        raise Malformed(*faults, *malformed.refusals) from None
    if faults:
        raise Malformed(*faults)
    told = values["series"]
    series = Series(
        every_days=told["every_days"],
        count=told["count"],
        without=frozenset(told["without"]),
        all_or_none=told["all_or_none"],
    )
    return form.wish, series, form.dry_run


def _body(asker: Asker, answers: list[DateAnswer], *, dry_run: bool = False) -> dict[str, Any]:
    now = utc_now()
    dates = []
    for answer in answers:
        outcome = "requested" if answer.booking else "refused" if answer.refusals else "not_requested"
        dates.append(
            {
                **period_words(answer.slot),
                "outcome": "possible" if dry_run and not answer.refusals else outcome,
                "booking": answer_of(asker, answer.booking, now=now) if answer.booking else None,
                "errors": [refusal.as_dict() for refusal in answer.refusals],
            }
        )
    series = next((str(answer.booking.series) for answer in answers if answer.booking), None)
    return {"series": series, "dates": dates}
