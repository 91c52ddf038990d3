"""GET bookings/ID/volumes.json: the booked volumes as geozones (ED-318)."""

from django.http import JsonResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from bookings.api.requests import id_in_address
from bookings.models import current_site
from bookings.notices.geozones import geozones
from bookings.queries.access import access_booking
from bookings.queries.notices import notice_facts
from testcentre.accounts.rest import asker_of
from testcentre.foundation.clock import utc_now


class GeozonesView(APIView):
    """The volumes of one booking, for whoever flies or shows geozones."""

    @extend_schema(operation_id="bookings_geozones", responses={(200, "application/geo+json"): OpenApiTypes.OBJECT})
    def get(self, request: Request, booking_id: str) -> JsonResponse:
        """Answer a GeoJSON FeatureCollection of ED-318; it names neither company nor purpose."""
        booking = access_booking(asker_of(request), id_in_address(booking_id))
        site = current_site()
        zones = geozones(notice_facts(booking), icao=site.icao, site=site.facts, issued=utc_now())
        name = f'attachment; filename="{booking.id}.geojson"'
        return JsonResponse(zones, content_type="application/geo+json", headers={"Content-Disposition": name})
