"""GET and PUT /api/v1/me/notifications: which e-mails somebody wants, in which language."""

from enum import StrEnum

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.api.fields import Choice, Field, object_schema, read_body
from bookings.api.requests import body_of
from bookings.models import MailWish
from bookings.outgoing.preferences import Preferences, choose, preferences_of
from testcentre.accounts.rest import asker_of


class Language(StrEnum):
    """A language that e-mails are written in."""

    EN = "en"
    NL = "nl"


NOTIFICATIONS: dict[str, Field] = {
    "mail": Choice(among=MailWish, required=True, note="none, each event, or one e-mail a day."),
    "language": Choice(among=Language, required=True),
}


class NotificationsView(APIView):
    """The signed-in person's own choice; a key has none."""

    @extend_schema(operation_id="notifications_read", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Answer what holds for the person."""
        return Response(_shape(preferences_of(asker_of(request))))

    @extend_schema(
        operation_id="notifications_choose",
        request={"application/json": object_schema(NOTIFICATIONS)},
        responses=OpenApiTypes.OBJECT,
    )
    def put(self, request: Request) -> Response:
        """Keep what the person wants."""
        values = read_body(body_of(request), NOTIFICATIONS)
        wanted = Preferences(values["mail"], str(values["language"]))
        return Response(_shape(choose(asker_of(request), wanted)))


def _shape(preferences: Preferences) -> dict[str, str]:
    return {"mail": str(preferences.mail), "language": preferences.language}
