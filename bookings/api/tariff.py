"""GET /api/v1/tariff: what things cost, for everybody who is signed in."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.models import current_site
from testcentre.accounts.rest import asker_of
from testcentre.accounts.roles import Permission


class TariffView(APIView):
    """The tariff that bookings are made under now."""

    @extend_schema(operation_id="tariff_read", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Answer the tariff as the site file has it, with the site's version."""
        asker_of(request).require(Permission.SEE_SITE)
        site = current_site()
        return Response({"site_version": site.version, "timezone": site.timezone, **site.data["tariff"]})
