"""`GET flights/ID/track`: where a flight went, also while it flies."""

from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from telemetry.api.parameters import choice, instant_us, interval_s
from telemetry.exports.track import to_csv, to_geojson
from telemetry.recordings.phases import Phase
from telemetry.recordings.queries import access_track, track_of
from telemetry.recordings.track_rows import thin
from testcentre.accounts.rest import asker_of

FORMATS = ("geojson", "csv")


class TrackView(APIView):
    """A flight's decoded track, at most ten states per second; what is stored so far while it is not sealed."""

    @extend_schema(
        operation_id="flight_track",
        parameters=[
            OpenApiParameter("from", OpenApiTypes.DATETIME, description="from this instant on"),
            OpenApiParameter("to", OpenApiTypes.DATETIME, description="before this instant"),
            OpenApiParameter("every_s", float, description="at most one state in so many seconds"),
            OpenApiParameter("format", str, enum=FORMATS),
        ],
        responses={(200, "application/json"): OpenApiTypes.OBJECT, (200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request, flight_id: UUID) -> HttpResponseBase:
        """Answer with a GeoJSON Feature or CSV.

        Raises:
            NotFound, Forbidden: see `access_track`. Malformed: a bad parameter.
        """
        flight = access_track(asker_of(request), flight_id)
        form = choice(request, "format", FORMATS)
        rows = track_of(flight, from_us=instant_us(request, "from"), until_us=instant_us(request, "to"))
        rows = thin(rows, every_s=interval_s(request, "every_s"))
        if form == "csv":
            headers = {"Content-Disposition": f'attachment; filename="flight-{flight.id}-track.csv"'}
            return HttpResponse(to_csv(rows), content_type="text/csv; charset=utf-8", headers=headers)
        return Response(
            to_geojson(
                rows, properties={"flight": flight.id, "phase": flight.phase, "sealed": flight.phase == Phase.SEALED}
            )
        )
