"""`GET logs`, `GET logs/ID`, `GET logs/ID/file`: log files as they were uploaded."""

from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from telemetry.api.parameters import later_rows
from telemetry.api.ranged import Content, answer_with
from telemetry.recordings import store
from telemetry.recordings.models import Log
from telemetry.recordings.models.log import LogState
from telemetry.recordings.queries import access_log, logs_of
from testcentre.accounts.rest import asker_of
from testcentre.foundation.pagination import limit_of, page


class LogAnswer(serializers.Serializer):  # type: ignore[type-arg]
    """How the schema describes a log."""

    id = serializers.UUIDField()
    filename = serializers.CharField()
    bytes = serializers.IntegerField()
    sha256 = serializers.CharField()
    format = serializers.CharField(help_text="by its first bytes")
    state = serializers.ChoiceField(choices=LogState.choices)
    flight = serializers.UUIDField(allow_null=True)
    received = serializers.DateTimeField()


PAGE = inline_serializer(
    "LogPage",
    {
        "results": LogAnswer(many=True),
        "next": serializers.CharField(allow_null=True),
        "previous": serializers.CharField(allow_null=True),
    },
)


class LogsView(APIView):
    """The own organisation's logs, newest first."""

    @extend_schema(
        operation_id="logs",
        parameters=[OpenApiParameter("limit", int), OpenApiParameter("cursor", str)],
        responses=PAGE,
    )
    def get(self, request: Request) -> Response:
        """Answer with one page.

        Raises:
            Forbidden: the role may not read logs. Malformed: a bad limit or cursor.
        """
        limit = limit_of(request)
        logs = logs_of(asker_of(request)).filter(later_rows(request, "created_at")).order_by("-created_at", "-id")
        rows = list(logs[: limit + 1])
        return Response(page(request, rows, limit=limit, key=_key, show=_answer))


class LogView(APIView):
    """One log."""

    @extend_schema(operation_id="log", responses=LogAnswer)
    def get(self, request: Request, log_id: UUID) -> Response:
        """Answer with the log.

        Raises:
            NotFound: there is none, or it is somebody else's. Forbidden: the role may not read logs.
        """
        return Response(_answer(access_log(asker_of(request), log_id)))


class LogFileView(APIView):
    """A log's file, byte for byte as it was sent."""

    @extend_schema(operation_id="log_file", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, log_id: UUID) -> HttpResponseBase:
        """Answer with the file, or with the part of it that was asked for; the ETag is its SHA-256.

        Raises:
            NotFound: there is none, or it is somebody else's. Forbidden: the role may not read logs.
        """
        log = access_log(asker_of(request), log_id)
        return answer_with(Content(store.open_object(log.sha256), log.bytes, log.sha256, log.filename), request)


def _key(log: Log) -> tuple[str, UUID]:
    return log.created_at.isoformat(), log.id


def _answer(log: Log) -> dict[str, Any]:
    return {
        "id": log.id,
        "filename": log.filename,
        "bytes": log.bytes,
        "sha256": log.sha256,
        "format": log.format,
        "state": log.state,
        "flight": log.flight_id,
        "received": log.created_at,
    }
