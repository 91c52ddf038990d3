"""What was sent is kept for a while, not for ever."""

import datetime as dt
from pathlib import Path

from django.conf import settings

from bookings.models import CalendarFeed, Delivery, Mail

KEPT = dt.timedelta(days=30)


def sweep(now: dt.datetime) -> int:
    """Delete deliveries, e-mails and revoked feeds that ended 30 days ago; return how many rows that were.

    Mails that went to files, because no mail server is set, go after 30 days too.
    """
    before = now - KEPT
    gone = (
        Delivery.objects.filter(ended_at__lt=before).delete()[0] + Mail.objects.filter(ended_at__lt=before).delete()[0]
    )
    gone += CalendarFeed.objects.filter(revoked_at__lt=before).delete()[0]
    for file in Path(settings.EMAIL_FILE_PATH).glob("*.log"):
        if file.stat().st_mtime < before.timestamp():
            file.unlink(missing_ok=True)
    return gone
