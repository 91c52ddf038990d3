"""GET /api/v1/bookings.ics, and /api/v1/calendar-feeds: who may read it without signing in."""

import hashlib
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.api.fields import Field, Text, object_schema, read_body
from bookings.api.pages import PAGE_PARAMETERS, page_by_age
from bookings.api.requests import body_of, id_in_address
from bookings.models import CalendarFeed
from bookings.outgoing.calendar_feed import calendar_feed
from bookings.outgoing.feed_tokens import asker_of_token, feeds_of, make_feed, revoke_feed
from testcentre.accounts.rest import asker_of
from testcentre.foundation.clock import to_rfc3339, utc_now

FEED: dict[str, Field] = {"name": Text(most=120, note="Which program reads it.")}


class CalendarView(APIView):
    """The feed itself: its token is all that a calendar program has."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="bookings_calendar",
        parameters=[OpenApiParameter("token", str, required=True)],
        responses={(200, "text/calendar"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> HttpResponse:
        """Answer the token's owner's bookings as iCalendar; 304 when nothing changed, 404 when the right is over."""
        asker = asker_of_token(request.GET.get("token", ""))
        body = calendar_feed(asker, now=utc_now())
        headers = {"ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"', "Cache-Control": "private, no-cache"}
        if _matches(request.headers.get("If-None-Match", ""), headers["ETag"]):
            return HttpResponse(status=304, headers=headers)
        return HttpResponse(body, content_type="text/calendar; charset=utf-8", headers=headers)


class CalendarFeedListView(APIView):
    """The asker's own feeds."""

    @extend_schema(operation_id="calendar_feeds_list", parameters=PAGE_PARAMETERS, responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Answer one page of the very asker's feeds, the oldest first; tokens are never shown again."""
        return Response(page_by_age(request, feeds_of(asker_of(request)), show=_shape))

    @extend_schema(
        operation_id="calendar_feeds_make",
        request={"application/json": object_schema(FEED)},
        responses={201: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request) -> Response:
        """Make a feed; `token` and `url` are told only in this answer."""
        values = read_body(body_of(request), FEED)
        feed, token = make_feed(asker_of(request), name=values["name"])
        url = f"{settings.PUBLIC_URL.rstrip('/')}/api/v1/bookings.ics?token={token}"
        return Response({**_shape(feed), "token": token, "url": url}, status=201)


class CalendarFeedView(APIView):
    """One feed."""

    @extend_schema(operation_id="calendar_feeds_revoke", responses={204: None})
    def delete(self, request: Request, feed_id: str) -> Response:
        """Revoke it: the next read is 404."""
        revoke_feed(asker_of(request), id_in_address(feed_id), now=utc_now())
        return Response(status=204)


def _shape(feed: CalendarFeed) -> dict[str, Any]:
    return {"id": str(feed.id), "name": feed.name, "created_at": to_rfc3339(feed.created_at)}


def _matches(header: str, etag: str) -> bool:
    """Compare weakly, as If-None-Match asks for: a proxy that compresses weakens the tag."""
    return header.strip() == "*" or etag in {part.strip().removeprefix("W/") for part in header.split(",")}
