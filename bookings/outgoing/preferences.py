"""How a person wants to be told: which e-mails, in which language."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from bookings.models import MailWish, Notifications
from testcentre.accounts.asker import Asker
from testcentre.accounts.models import User
from testcentre.audit.trail import record
from testcentre.foundation.errors import NotFound


@dataclass(frozen=True, slots=True)
class Preferences:
    """What somebody chose; the language is `en` or `nl`."""

    mail: MailWish
    language: str


def preferences_of(asker: Asker) -> Preferences:
    """Return what the asker chose, or what holds without a choice: each event.

    Raises:
        NotFound: the asker is a key, which gets no e-mails.
    """
    user = User.objects.select_related("notifications").get(pk=_person(asker))
    chosen = getattr(user, "notifications", None)
    return Preferences(MailWish(chosen.mail) if chosen else MailWish.EACH, user.language)


@transaction.atomic
def choose(asker: Asker, preferences: Preferences) -> Preferences:
    """Keep what the asker chose; what waits already is told as it was, unless the choice is none.

    Raises:
        NotFound: the asker is a key, which gets no e-mails.
    """
    user_id = _person(asker)
    User.objects.filter(pk=user_id).update(language=preferences.language)
    Notifications.objects.update_or_create(user_id=user_id, defaults={"mail": preferences.mail})
    chosen = {"mail": str(preferences.mail), "language": preferences.language}
    record(asker, "notifications.choose", subject=f"user:{user_id}", details=chosen)
    return preferences


def _person(asker: Asker) -> UUID:
    if asker.user_id is None:
        raise NotFound(detail="A key gets no e-mails: sign in as a person.")
    return asker.user_id
