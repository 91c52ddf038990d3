"""`GET, POST range/admitted-sources` and `POST range/admitted-sources/ID/revoke`: links that range staff let in."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from telemetry.admitted_sources import admit_source, admitted_sources, flights_unknown_to, revoke_source
from telemetry.api.link_body import MOST_REASON, read_reason, read_wanted
from telemetry.api.parameters import later_rows
from telemetry.recordings.models import AdmittedSource
from testcentre.accounts.rest import asker_of
from testcentre.foundation.clock import to_rfc3339, utc_now
from testcentre.foundation.pagination import limit_of, page

_REASON = {"type": "string", "minLength": 1, "maxLength": MOST_REASON, "description": "Kept in the audit trail."}
_WANTED = {
    "type": "object",
    "properties": {
        "source": {"type": "string", "example": "198.51.100.7", "description": "One IP address."},
        "system_id": {"type": "integer", "minimum": 1, "maximum": 255},
        "flight": {"type": "string", "format": "uuid", "description": "This, or `booking`."},
        "booking": {"type": "string", "format": "uuid"},
        "reason": _REASON,
    },
    "required": ["source", "system_id", "reason"],
}
_REVOKE = {"type": "object", "properties": {"reason": _REASON}, "required": ["reason"]}
_TEXT, _NUMBER = serializers.CharField(allow_null=True), serializers.IntegerField(allow_null=True)
_ROW: dict[str, Any] = {
    "id": serializers.UUIDField(),
    "flight": serializers.UUIDField(),
    "source": _TEXT,
    "system_id": _NUMBER,
    "reason": _TEXT,
    "admitted": serializers.DateTimeField(),
    "until": serializers.DateTimeField(),
    "revoked": serializers.DateTimeField(allow_null=True),
}
SOURCE = inline_serializer("AdmittedSource", _ROW)


class AdmittedSourcesView(APIView):
    """What range staff admitted, newest first, and the door for more."""

    @extend_schema(
        operation_id="range_admitted_sources",
        parameters=[OpenApiParameter("limit", int), OpenApiParameter("cursor", str)],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """Answer one page; of flights that the asker has no need to know source, system id and reason are null.

        Raises:
            Forbidden: the asker is no range staff. Malformed: a bad limit or cursor.
        """
        asker, limit = asker_of(request), limit_of(request)
        found = admitted_sources(asker).filter(later_rows(request, "admitted_at")).order_by("-admitted_at", "-id")
        rows = list(found[: limit + 1])
        unknown = flights_unknown_to(asker, {row.flight_id for row in rows})
        return Response(
            page(
                request,
                rows,
                limit=limit,
                key=lambda row: (row.admitted_at.isoformat(), row.id),
                show=lambda row: _shown(row, hidden=row.flight_id in unknown),
            )
        )

    @extend_schema(
        operation_id="range_admit_source", request={"application/json": _WANTED}, responses={201: SOURCE, 200: SOURCE}
    )
    def post(self, request: Request) -> Response:
        """Admit: 201, or 200 where it was admitted before.

        Raises:
            Malformed: faults of form; else as `admit_source`.
        """
        row, is_new = admit_source(asker_of(request), read_wanted(_body_of(request)), now=utc_now())
        return Response(_shown(row), status=201 if is_new else 200)


class RevokeSourceView(APIView):
    """The end of one admitted source."""

    @extend_schema(operation_id="range_revoke_source", request={"application/json": _REVOKE}, responses=SOURCE)
    def post(self, request: Request, source_id: UUID) -> Response:
        """Revoke it, and answer it.

        Raises:
            Malformed: no reason; else as `revoke_source`.
        """
        reason = read_reason(_body_of(request))
        return Response(_shown(revoke_source(asker_of(request), source_id, reason=reason, now=utc_now())))


def _shown(row: AdmittedSource, *, hidden: bool = False) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "flight": str(row.flight_id),
        "source": None if hidden else row.address,
        "system_id": None if hidden else row.system_id,
        "reason": None if hidden else row.reason,
        "admitted": to_rfc3339(row.admitted_at),
        "until": to_rfc3339(row.flight.admit_until),
        "revoked": to_rfc3339(row.revoked_at) if row.revoked_at else None,
    }


def _body_of(request: Request) -> Mapping[str, Any]:
    return request.data if isinstance(request.data, dict) else {}
