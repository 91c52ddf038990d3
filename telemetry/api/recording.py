"""`GET flights/ID/recording`: the bytes that were kept, as a telemetry log or raw."""

import hashlib
from collections.abc import Iterator
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from telemetry.api.parameters import choice
from telemetry.api.ranged import Content, answer_with
from telemetry.exports.raw import raw_pieces
from telemetry.exports.tlog import TelemetryLog
from telemetry.recordings import store
from telemetry.recordings.chunks import links_of
from telemetry.recordings.models import Flight, FlightLink
from telemetry.recordings.phases import Phase
from telemetry.recordings.queries import access_recording
from testcentre.accounts.rest import asker_of
from testcentre.foundation.errors import Malformed, Refusal

FORMATS = ("tlog", "raw")


class RecordingView(APIView):
    """A flight's recording; while it is not sealed, what is stored so far.

    Every answer has a strong ETag: the SHA-256 of exactly these bytes. Once sealed, the log's stays the same for ever.
    """

    @extend_schema(
        operation_id="flight_recording",
        parameters=[
            OpenApiParameter("format", str, enum=FORMATS),
            OpenApiParameter("link", str, description="of this link only"),
        ],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, flight_id: UUID) -> HttpResponseBase:
        """Answer with the file, or with the part of it that was asked for.

        Raises:
            NotFound, Forbidden: see `access_recording`. Malformed: unknown format or link. StorageFull: no room to
            put a recording together that is not sealed yet.
        """
        flight = access_recording(asker_of(request), flight_id)
        form = choice(request, "format", FORMATS)
        link = request.GET.get("link")
        if form == "tlog" and link is None and flight.phase == Phase.SEALED:
            content = _sealed(flight)
        else:
            content = _put_together(flight, form, _links(flight, link))
        return answer_with(content, request)


def _links(flight: Flight, name: str | None) -> list[FlightLink]:
    links = links_of(flight.id)
    if name is None:
        return links
    found = [link for link in links if link.name == name]
    if not found:
        known = sorted({link.name for link in links})
        raise Malformed(Refusal("unknown_link", "The flight has no such link.", "link", known, name[:200]))
    return found


def _sealed(flight: Flight) -> Content:
    file = store.open_object(flight.sha256)
    return Content(file, flight.tlog_bytes or 0, flight.sha256, f"flight-{flight.id}.tlog")


def _put_together(flight: Flight, form: str, links: list[FlightLink]) -> Content:
    pieces: Iterator[bytes] = raw_pieces(links) if form == "raw" else TelemetryLog(links).pieces()
    digest, size = hashlib.sha256(), 0
    file = store.unnamed_file()
    with store.no_room_told():
        for piece in pieces:
            digest.update(piece)
            size += file.write(piece)
        file.flush()
    return Content(file, size, digest.hexdigest(), f"flight-{flight.id}.{form}")
