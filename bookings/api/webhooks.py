"""/api/v1/webhooks: what tells a company's programs of its bookings."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.api.fields import (
    Choice,
    Field,
    Flag,
    Many,
    Text,
    changes_schema,
    object_schema,
    read_body,
)  # fmt: skip
from bookings.api.pages import PAGE_PARAMETERS, page_by_age
from bookings.api.requests import body_of, id_in_address
from bookings.models import Webhook
from bookings.outgoing.addresses import LONGEST_URL
from bookings.outgoing.kinds import WebhookType
from bookings.outgoing.webhooks import (
    access_webhook,
    add_webhook,
    change_webhook,
    remove_webhook,
    rotate_secret,
    webhooks_of,
)  # fmt: skip
from testcentre.accounts.rest import asker_of
from testcentre.foundation.clock import to_rfc3339, utc_now

WEBHOOK: dict[str, Field] = {
    "url": Text(most=LONGEST_URL, least=1, required=True, note="https, at a public address."),
    "kinds": Many(of=Choice(among=WebhookType), most=len(WebhookType), note="Empty: all, those to come too."),
    "description": Text(most=200),
}
CHANGES: dict[str, Field] = {**WEBHOOK, "active": Flag(default=True)}


class WebhookListView(APIView):
    """The organisation's webhooks."""

    @extend_schema(operation_id="webhooks_list", parameters=PAGE_PARAMETERS, responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Answer one page of the own organisation's webhooks, the oldest first; secrets are never shown again."""
        return Response(page_by_age(request, webhooks_of(asker_of(request)), show=_shape))

    @extend_schema(
        operation_id="webhooks_add",
        request={"application/json": object_schema(WEBHOOK)},
        responses={201: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request) -> Response:
        """Add one; `secret` is told only in this answer."""
        values = read_body(body_of(request), WEBHOOK)
        webhook, secret = add_webhook(asker_of(request), **values)
        return Response({**_shape(webhook), "secret": secret}, status=201)


class WebhookView(APIView):
    """One webhook."""

    @extend_schema(operation_id="webhooks_read", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, webhook_id: str) -> Response:
        """Answer a webhook of the own organisation."""
        return Response(_shape(access_webhook(asker_of(request), id_in_address(webhook_id))))

    @extend_schema(
        operation_id="webhooks_change",
        request={"application/json": changes_schema(CHANGES)},
        responses=OpenApiTypes.OBJECT,
    )
    def patch(self, request: Request, webhook_id: str) -> Response:
        """Change what the body names; `active: true` after it was switched off forgets its failures."""
        asker, its_id = asker_of(request), id_in_address(webhook_id)
        changes = read_body(body_of(request), CHANGES, partly=True)
        return Response(_shape(change_webhook(asker, its_id, changes, now=utc_now())))

    @extend_schema(operation_id="webhooks_remove", responses={204: None})
    def delete(self, request: Request, webhook_id: str) -> Response:
        """Remove it with its deliveries."""
        remove_webhook(asker_of(request), id_in_address(webhook_id))
        return Response(status=204)


class WebhookRotateView(APIView):
    """A new secret."""

    @extend_schema(operation_id="webhooks_rotate", request=None, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, webhook_id: str) -> Response:
        """Give it a new `secret`, told only in this answer; the one before signs along for 24 hours."""
        webhook, secret = rotate_secret(asker_of(request), id_in_address(webhook_id), now=utc_now())
        return Response({**_shape(webhook), "secret": secret})


def _shape(webhook: Webhook) -> dict[str, Any]:
    return {
        "id": str(webhook.id),
        "url": webhook.url,
        "kinds": list(webhook.kinds),
        "description": webhook.description,
        "active": webhook.active,
        "disabled_reason": webhook.disabled_reason,
        "failing_since": to_rfc3339(webhook.failing_since) if webhook.failing_since else None,
        "previous_secret_until": to_rfc3339(webhook.previous_until) if webhook.previous_until else None,
        "created_at": to_rfc3339(webhook.created_at),
    }
