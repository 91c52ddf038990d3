"""/api/v1/webhooks/ID/deliveries: what was sent, what came of it, and once more."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.api.fields import shown
from bookings.api.pages import PAGE_PARAMETERS, page_by_age
from bookings.api.requests import id_in_address
from bookings.models import Delivery, Sending
from bookings.outgoing.deliveries import replay, send_test
from bookings.outgoing.webhooks import access_webhook
from testcentre.accounts.rest import asker_of
from testcentre.foundation.clock import to_rfc3339, utc_now
from testcentre.foundation.errors import Malformed, Refusal


class DeliveryListView(APIView):
    """A webhook's deliveries."""

    @extend_schema(
        operation_id="deliveries_list",
        parameters=[OpenApiParameter("state", str, enum=[str(state) for state in Sending]), *PAGE_PARAMETERS],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request, webhook_id: str) -> Response:
        """Answer one page of the webhook's deliveries, the newest first; kept for 30 days after their end."""
        rows = access_webhook(asker_of(request), id_in_address(webhook_id)).deliveries.all()
        state = request.GET.get("state")
        if state is not None:
            if state not in set(Sending):
                wanted = [str(state) for state in Sending]
                raise Malformed(
                    Refusal("not_a_choice", f"Expected one of {', '.join(wanted)}.", "state", wanted, shown(state))
                )
            rows = rows.filter(state=state)
        return Response(page_by_age(request, rows, show=_shape, newest_first=True))


class DeliveryReplayView(APIView):
    """Once more."""

    @extend_schema(operation_id="deliveries_replay", request=None, responses={202: OpenApiTypes.OBJECT})
    def post(self, request: Request, webhook_id: str, delivery_id: str) -> Response:
        """Put it in line again, with the same `webhook-id` and body; 409 when the webhook is switched off."""
        ids = id_in_address(webhook_id), id_in_address(delivery_id)
        return Response(_shape(replay(asker_of(request), *ids, now=utc_now())), status=202)


class WebhookTestView(APIView):
    """A message to try it with."""

    @extend_schema(operation_id="webhooks_test", request=None, responses={202: OpenApiTypes.OBJECT})
    def post(self, request: Request, webhook_id: str) -> Response:
        """Put a message of type `webhook.test` in line; 409 when the webhook is switched off."""
        return Response(_shape(send_test(asker_of(request), id_in_address(webhook_id), now=utc_now())), status=202)


def _shape(delivery: Delivery) -> dict[str, Any]:
    newest = delivery.attempts[-1] if delivery.attempts else {}
    return {
        "id": str(delivery.id),
        "kind": delivery.kind,
        "booking": str(delivery.booking_id) if delivery.booking_id else None,
        "state": delivery.state,
        "response_code": newest.get("code"),
        "ms": newest.get("ms"),
        "error": newest.get("error", ""),
        "attempts": delivery.attempts,
        "next_attempt_at": to_rfc3339(delivery.due_at) if delivery.due_at else None,
        "created_at": to_rfc3339(delivery.created_at),
        "ended_at": to_rfc3339(delivery.ended_at) if delivery.ended_at else None,
        "body": delivery.body,
    }
