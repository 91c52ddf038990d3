"""GET /api/v1/site: what the console draws its map from, for everybody who is signed in."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.models.site import Site, current_site
from bookings.rules.facts import Classification
from testcentre.accounts.rest import asker_of
from testcentre.accounts.roles import Permission

NOTICE = "Not for navigation."


class SiteView(APIView):
    """The site that this installation serves."""

    @extend_schema(operation_id="site_read", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Answer places, airspace, ILS and policy; positions are WGS-84 [longitude, latitude]."""
        asker_of(request).require(Permission.SEE_SITE)
        return Response(site_shape(current_site()))


def site_shape(site: Site) -> dict[str, Any]:
    """Return the site as the API answers it; ``areas`` are the resources in service that have an outline."""
    data = site.data
    policy = data["policy"]
    highest = Classification(policy["classification_max"])
    return {
        "code": site.code,
        "name": site.name,
        "icao": site.icao,
        "version": site.version,
        "exercise": site.exercise,
        "timezone": site.timezone,
        "notice": NOTICE,
        "reference_point": data["reference_point"],
        "airspace": _outlined(data["airspace"]),
        "runways": [_outlined(runway) for runway in data["runways"]],
        "thresholds": data["thresholds"],
        "ils": [{"runway": runway, **system} for runway, system in sorted(data["ils"].items())],
        "areas": [
            {
                "code": resource.code,
                "name": resource.name,
                "kind": resource.kind,
                "geometry": resource.geometry,
                "floor_ft_amsl": resource.floor_ft_amsl,
                "ceiling_ft_amsl": resource.ceiling_ft_amsl,
            }
            for resource in site.resources.filter(active=True, geometry__isnull=False)
        ],
        "classifications": [label.value for label in Classification if label.rank <= highest.rank],
        "confirm": policy["confirm"],
        "hold_h": policy["holds"]["hours"],
        "hazard_needs": policy["hazard_needs"],
        "holidays": data["holidays"],
    }


def _outlined(table: dict[str, Any]) -> dict[str, Any]:
    """Return a table of the site file with its outline as GeoJSON."""
    rest = {key: value for key, value in table.items() if key != "polygon"}
    return {**rest, "geometry": {"type": "Polygon", "coordinates": [table["polygon"]]}}
