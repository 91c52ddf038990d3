"""`GET, POST range/emergency-admissions` and `POST range/emergency-admissions/ID/papers`: admit now, papers later."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.actions.admit_unbooked import KINDS
from telemetry.api.link_body import (
    LEAST_MINUTES,
    MOST_AIRCRAFT,
    MOST_MINUTES,
    MOST_NAME,
    MOST_REASON,
    MOST_SYSTEM,
    read_emergency,
    read_papers,
)
from telemetry.api.parameters import choice, later_rows
from telemetry.emergency import add_papers, admit_in_emergency, emergencies
from telemetry.recordings.models import EmergencyAdmission
from testcentre.accounts.rest import asker_of
from testcentre.foundation.clock import to_rfc3339, utc_now
from testcentre.foundation.pagination import limit_of, page

_WANTED = {
    "type": "object",
    "properties": {
        "source": {"type": "string", "example": "198.51.100.7"},
        "system_id": {"type": "integer", "minimum": 1, "maximum": MOST_SYSTEM},
        "reason": {"type": "string", "minLength": 1, "maxLength": MOST_REASON},
        "kind": {"type": "string", "enum": list(KINDS), "description": "What it looks like."},
        "name": {"type": "string", "maxLength": MOST_NAME, "description": "What it is called until papers say better."},
        "minutes": {"type": "integer", "minimum": LEAST_MINUTES, "maximum": MOST_MINUTES, "default": 240},
    },
    "required": ["source", "system_id", "reason", "kind"],
}
_PAPERS = {
    "type": "object",
    "properties": {
        "organisation": {"type": "string", "description": "The slug of whose it was."},
        "aircraft": {"type": "string", "maxLength": MOST_AIRCRAFT, "description": "As its papers name it."},
    },
    "required": ["organisation", "aircraft"],
}
_ROW: dict[str, Any] = {
    "id": serializers.UUIDField(),
    "flight": serializers.UUIDField(),
    "booking": serializers.UUIDField(),
    "name": serializers.CharField(),
    "source": serializers.CharField(),
    "system_id": serializers.IntegerField(),
    "reason": serializers.CharField(),
    "admitted": serializers.DateTimeField(),
    "until": serializers.DateTimeField(),
    "papers": inline_serializer(
        "EmergencyPapers",
        {
            "organisation": serializers.CharField(),
            "aircraft": serializers.CharField(),
            "added": serializers.DateTimeField(),
        },
        allow_null=True,
    ),
}
EMERGENCY = inline_serializer("EmergencyAdmission", _ROW)


class EmergenciesView(APIView):
    """What was admitted without a booking, newest first, and the door itself."""

    @extend_schema(
        operation_id="range_emergency_admissions",
        parameters=[
            OpenApiParameter("papers", str, enum=["all", "missing"]),
            OpenApiParameter("limit", int),
            OpenApiParameter("cursor", str),
        ],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """Answer one page, with `papers=missing` of those whose papers are not there yet.

        Raises:
            Forbidden: the asker is no range staff. Malformed: a bad limit, cursor or word.
        """
        limit, found = limit_of(request), emergencies(asker_of(request))
        if choice(request, "papers", ("all", "missing")) == "missing":
            found = found.filter(papers_at=None)
        rows = list(found.filter(later_rows(request, "admitted_at")).order_by("-admitted_at", "-id")[: limit + 1])
        return Response(
            page(request, rows, limit=limit, key=lambda row: (row.admitted_at.isoformat(), row.id), show=_shown)
        )

    @extend_schema(
        operation_id="range_admit_in_emergency", request={"application/json": _WANTED}, responses={201: EMERGENCY}
    )
    def post(self, request: Request) -> Response:
        """Admit now: 201.

        Raises:
            Malformed: faults of form; else as `admit_in_emergency`.
        """
        row = admit_in_emergency(asker_of(request), read_emergency(_body_of(request)), now=utc_now())
        return Response(_shown(row), status=201)


class EmergencyPapersView(APIView):
    """The papers of one emergency admission."""

    @extend_schema(operation_id="range_emergency_papers", request={"application/json": _PAPERS}, responses=EMERGENCY)
    def post(self, request: Request, emergency_id: UUID) -> Response:
        """Add them, and answer the admission.

        Raises:
            Malformed: faults of form; else as `add_papers`.
        """
        organisation, aircraft = read_papers(_body_of(request))
        asker, now = asker_of(request), utc_now()
        return Response(_shown(add_papers(asker, emergency_id, organisation=organisation, aircraft=aircraft, now=now)))


def _shown(row: EmergencyAdmission) -> dict[str, Any]:
    papers = None
    if row.papers_at is not None and row.organisation is not None:
        papers = {"organisation": row.organisation.slug, "aircraft": row.aircraft, "added": to_rfc3339(row.papers_at)}
    return {
        "id": str(row.id),
        "flight": str(row.flight_id),
        "booking": str(row.flight.booking_id),
        "name": row.name,
        "source": row.address,
        "system_id": row.system_id,
        "reason": row.reason,
        "admitted": to_rfc3339(row.admitted_at),
        "until": to_rfc3339(row.flight.admit_until),
        "papers": papers,
    }


def _body_of(request: Request) -> Mapping[str, Any]:
    return request.data if isinstance(request.data, dict) else {}
