"""Tokens of calendar feeds: made, listed, revoked, and asked at every read whose they still are."""

import datetime as dt
import hashlib
import hmac
import secrets
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from bookings.models import CalendarFeed
from testcentre.accounts.asker import Asker
from testcentre.accounts.authenticate import asker_of_key_id, asker_of_user
from testcentre.accounts.models import Organisation
from testcentre.accounts.roles import Permission
from testcentre.audit.trail import record
from testcentre.foundation.errors import NotFound, Refusal, Refused

PREFIX = "tcf_"
LONGEST_TOKEN = 100
MOST_FEEDS = 10


def feeds_of(asker: Asker) -> "QuerySet[CalendarFeed]":
    """Return the very asker's feeds that are not revoked, the oldest first."""
    rows = CalendarFeed.objects.filter(organisation_id=asker.organisation_id, revoked_at=None)
    own = rows.filter(user_id=asker.user_id) if asker.user_id else rows.filter(key_id=asker.key_id)
    return own.order_by("created_at", "id")


@transaction.atomic
def make_feed(asker: Asker, *, name: str) -> tuple[CalendarFeed, str]:
    """Make a feed of what the asker may see; returns its row and its token, which is told only now.

    Raises:
        Forbidden: the asker's role may not see bookings.
        Refused: the asker has 10 feeds.
    """
    asker.require(Permission.SEE_BOOKINGS)
    Organisation.objects.select_for_update(no_key=True).get(pk=asker.organisation_id)  # so that two at once count
    if feeds_of(asker).count() >= MOST_FEEDS:
        raise Refused(
            Refusal(
                "too_many_feeds",
                f"You have {MOST_FEEDS} calendar feeds.",
                "",
                f"at most {MOST_FEEDS}",
                MOST_FEEDS,
                "Revoke one that is not needed.",
            )
        )
    token = PREFIX + secrets.token_urlsafe(32)
    feed = CalendarFeed.objects.create(
        organisation_id=asker.organisation_id,
        user_id=asker.user_id,
        key_id=None if asker.user_id else asker.key_id,
        name=name,
        digest=_digest(token),
    )
    record(asker, "calendar_feed.make", subject=f"calendar_feed:{feed.id}")
    return feed, token


@transaction.atomic
def revoke_feed(asker: Asker, feed_id: UUID, *, now: dt.datetime) -> None:
    """End a feed at once.

    Raises:
        NotFound: the asker has no such feed.
    """
    if not feeds_of(asker).filter(pk=feed_id).update(revoked_at=now):
        raise NotFound(detail="There is no such feed.")
    record(asker, "calendar_feed.revoke", subject=f"calendar_feed:{feed_id}")


def asker_of_token(token: str) -> Asker:
    """Return whose feed it is, with the rights that this person or key has now.

    Raises:
        NotFound: unknown, revoked, or its owner left, was locked out, or may no longer see bookings: never told apart.
    """
    asker = None
    if token.startswith(PREFIX) and len(token) <= LONGEST_TOKEN:
        feed = CalendarFeed.objects.filter(digest=_digest(token), revoked_at=None).first()
        if feed is not None:
            asker = asker_of_user(feed.user_id, feed.organisation_id) if feed.user_id else asker_of_key_id(feed.key_id)
    if asker is None or not asker.may(Permission.SEE_BOOKINGS):
        raise NotFound(detail="There is no such feed.")
    return asker


def _digest(token: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), b"calendar-feed:" + token.encode(), hashlib.sha256).hexdigest()
