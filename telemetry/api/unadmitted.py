"""`GET range/unadmitted`: links without a grant, for range staff."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from telemetry import bus
from telemetry.bus.feed import FeedReader
from telemetry.live.unadmitted import unadmitted_rows
from testcentre.accounts.rest import asker_of
from testcentre.accounts.roles import Permission
from testcentre.foundation.errors import Unavailable

ROW: dict[str, Any] = {
    "gateway": serializers.CharField(),
    "source": serializers.CharField(),
    "system_id": serializers.IntegerField(allow_null=True),
    "reason": serializers.CharField(),
    "packets": serializers.IntegerField(),
    "first": serializers.DateTimeField(),
    "last": serializers.DateTimeField(),
    "first_bytes": serializers.CharField(help_text="Hex digits: up to 64 bytes that began the first refused packet."),
    "messages": serializers.ListField(child=serializers.CharField(), help_text="MAVLink names, the first 16 kinds."),
    "vehicle": serializers.CharField(allow_null=True, help_text="MAV_TYPE of its HEARTBEAT."),
    "autopilot": serializers.CharField(allow_null=True, help_text="MAV_AUTOPILOT of its HEARTBEAT."),
}


class UnadmittedView(APIView):
    """What the gateways that beat within the last 10 s heard without a grant, the link heard last first."""

    @extend_schema(
        operation_id="range_unadmitted",
        responses=inline_serializer(
            "UnadmittedLinks", {"results": inline_serializer("UnadmittedLink", ROW, many=True)}
        ),
    )
    def get(self, request: Request) -> Response:
        """Answer with `{results: [{gateway, source, system_id, reason, packets, first, last, first_bytes, …}]}`.

        Raises:
            Forbidden: the asker is no range staff.
            Unavailable: the gateways' heartbeats can't be read.
        """
        asker_of(request).require(Permission.WATCH_RANGE)
        reader = FeedReader(settings.REDIS_URL)
        try:
            return Response({"results": unadmitted_rows(reader.heartbeats())})
        except bus.Down as problem:
            raise Unavailable(detail="The gateways' heartbeats can't be read now.", retry_after_s=2) from problem
        finally:
            reader.close()
