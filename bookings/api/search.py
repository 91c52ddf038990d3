"""POST /api/v1/bookings/search: whole answers to a set of wants within a period."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.actions.alternatives import offered_resources
from bookings.actions.decide import Decision
from bookings.actions.pricing import prices_of
from bookings.actions.search_slots import Found, Search, search_slots
from bookings.api.booking_form import BOOKING, read_booking
from bookings.api.fields import Field, Flag, Many, Number, Raw, Text, object_schema, read_object
from bookings.api.requests import body_of
from bookings.models import current_site
from bookings.queries.prices import price_body
from bookings.rules.times import read_period
from bookings.rules.words import period_words
from bookings.tariff import Price
from testcentre.accounts.asker import Asker
from testcentre.accounts.rest import asker_of
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Malformed, Refusal

LONGEST = dt.timedelta(days=42)
MOST_ANSWERS = 60
_TIME = {"type": "string", "format": "date-time"}
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d|24:00"
WITHIN: dict[str, Field] = {
    "from": Raw(describes=_TIME, required=True, note="RFC 3339 with offset."),
    "to": Raw(describes=_TIME, required=True, note="RFC 3339 with offset; at most 42 days later."),
    "weekdays": Many(of=Number(above=0, most=7, whole=True), most=7, note="ISO: 1 is Monday; empty: any."),
    "earliest_local": Text(most=5, pattern=_CLOCK, default="00:00", note="HH:MM: no slot begins before it."),
    "latest_local": Text(most=5, pattern=_CLOCK, default="24:00", note="HH:MM: no slot ends after it."),
    "any_pilot": Flag(note="Try the organisation's other pilots where the named one is refused."),
}
_SEARCHED = {name: field for name, field in BOOKING.items() if name not in {"as", "dry_run"}}


class SearchView(APIView):
    """Slots for a whole set."""

    @extend_schema(
        operation_id="bookings_search",
        request={"application/json": object_schema(_SEARCHED | {"within": Raw(describes=object_schema(WITHIN))})},
        responses=OpenApiTypes.OBJECT,
    )
    def post(self, request: Request) -> Response:
        """Answer every slot in which the whole set would be granted, the best ones marked; stores nothing."""
        asker = asker_of(request)
        search = read_search(asker, body_of(request))
        return Response(_answer(search, search_slots(asker, search, now=utc_now())))


def read_search(asker: Asker, body: Mapping[str, Any]) -> Search:
    """Return the search in a body: a booking, and `within`.

    Raises:
        Malformed: every fault of form of both.
    """
    faults: list[Refusal] = []
    within = body.get("within")
    values = read_object(within if isinstance(within, dict) else {}, WITHIN, faults, path="within.")
    period = [] if faults else read_period(values["from"], values["to"], fields=("within.from", "within.to"))
    faults += period if isinstance(period, list) else []
    if isinstance(period, tuple) and period[1] - period[0] > LONGEST:
        days = (period[1] - period[0]).days
        faults.append(
            Refusal("period_too_long", "The period is too long.", "within.to", f"at most {LONGEST.days} days", days)
        )
    try:
        wish = read_booking(asker, {name: value for name, value in body.items() if name != "within"}).wish
    except Malformed as malformed:
        raise Malformed(*faults, *malformed.refusals) from None
    if faults or not isinstance(period, tuple):
        raise Malformed(*faults)
    return Search(
        wish=wish,
        period=period,
        weekdays=frozenset(values["weekdays"]),
        earliest=_clock(values["earliest_local"]),
        latest=_clock(values["latest_local"]),
        any_pilot=values["any_pilot"],
    )


def _clock(text: str) -> dt.time:
    if text == "24:00":
        return dt.time.max
    return dt.time.fromisoformat(text) if re.fullmatch(_CLOCK, text) else dt.time()


def _answer(search: Search, found: Found) -> dict[str, Any]:
    zone = ZoneInfo(current_site().timezone)
    prices = prices_of(found.granted)
    answers = [_slot(decision, search, price) for decision, price in zip(found.granted, prices, strict=True)]
    starts: dict[str, int] = {}
    for decision in found.granted:
        day = decision.slot[0].astimezone(zone).date().isoformat()
        starts[day] = starts.get(day, 0) + 1
    _mark(answers, found.granted, prices, search)
    ranked = sorted(answers, key=lambda answer: (not answer["why"], answer["start"]))
    return {
        "answers": ranked[:MOST_ANSWERS],
        "starts_by_day": starts,
        "errors": [refusal.as_dict() for refusal in found.refusals],
        "complete": found.complete,
    }


def _slot(decision: Decision, search: Search, price: Price) -> dict[str, Any]:
    crew = [{"aircraft": str(aircraft), "pilot": str(pilot)} for aircraft, pilot in decision.plan.wish.crew]
    return {
        **period_words(decision.slot),
        "resources": offered_resources(decision),
        "crew": crew,
        "crew_changed": decision.plan.wish.crew != search.wish.crew,
        "price": price_body(price),
        "why": [],
    }


def _mark(answers: list[dict[str, Any]], granted: list[Decision], prices: list[Price], search: Search) -> None:
    """Say of the best answers what they are best at."""
    if not answers:
        return
    wanted = search.wish.start
    answers[0]["why"].append("earliest")
    nearest = min(range(len(answers)), key=lambda n: abs(granted[n].slot[0] - wanted))
    answers[nearest]["why"].append("least_changed")
    if len({price.total for price in prices}) > 1:
        answers[min(range(len(answers)), key=lambda n: prices[n].total)]["why"].append("cheapest")
