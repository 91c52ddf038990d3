"""GET /api/v1/resources: what can be booked, for everybody who is signed in."""

from typing import Any

from django.db.models import Q
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.api.pages import PAGE_PARAMETERS
from bookings.api.requests import django_request
from bookings.models.site import Resource
from testcentre.accounts.rest import asker_of
from testcentre.accounts.roles import Permission
from testcentre.foundation.errors import Malformed, Refusal
from testcentre.foundation.pagination import cursor_of, limit_of, page


class ResourcesView(APIView):
    """The site's resources in service, in the order of the site file."""

    @extend_schema(
        operation_id="resources_list",
        parameters=PAGE_PARAMETERS,
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """Answer one page ``{results, next, previous}``; shape: docs/reference/site-file.md."""
        asker_of(request).require(Permission.SEE_SITE)
        plain = django_request(request)
        limit = limit_of(plain)
        rows = Resource.objects.filter(active=True)
        cursor = cursor_of(plain, parts=2)
        if cursor is not None:
            position, code = _position_of(cursor[0]), cursor[1]
            rows = rows.filter(Q(position__gt=position) | Q(position=position, code__gt=code))
        found = list(rows[: limit + 1])
        return Response(page(plain, found, limit=limit, key=lambda row: (row.position, row.code), show=resource_shape))


def resource_shape(resource: Resource) -> dict[str, Any]:
    """Return a resource as the API answers it; times of ``hours`` are minutes of the UTC day."""
    return {
        "id": str(resource.id),
        "code": resource.code,
        "name": resource.name,
        "kind": resource.kind,
        "capacity": resource.capacity,
        "exclusive": resource.exclusive,
        "hazard": resource.hazard,
        "organisation_kinds": resource.organisation_kinds,
        "needs": resource.needs,
        "needs_officer": resource.needs_officer or None,
        "qualifications": resource.qualifications,
        "geometry": resource.geometry,
        "floor_ft_amsl": resource.floor_ft_amsl,
        "ceiling_ft_amsl": resource.ceiling_ft_amsl,
        "limits": {
            **resource.limits,
            "setup_min": resource.setup_s // 60,
            "clearup_min": resource.clearup_s // 60,
        },
        "hours": resource.hours,
        "notes": resource.notes,
    }


def _position_of(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise Malformed(
            Refusal("bad_cursor", "The cursor is not one of ours.", "cursor", "the `next` of a page before", text[:40])
        )
    return int(text)
