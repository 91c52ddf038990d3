"""Celery tasks of bookings; each may run twice, and says its limits. Beat starts them.

`send_webhooks` and `send_mails` run in the queue `outgoing`, so that a slow receiver delays nothing of ours.
"""

import time

from celery import shared_task
from celery.utils.log import get_task_logger

from bookings.actions.overdue import look_at_time
from bookings.actions.overdue_approvals import tell_overdue_approvals
from bookings.actions.recheck_bookings import recheck_all
from bookings.actions.warn_of_papers import warn_of_papers
from bookings.models import Site
from bookings.outgoing import deliveries, mails
from bookings.outgoing.sweep import sweep
from testcentre.foundation.clock import utc_now

log = get_task_logger(__name__)

TURN_S = 20.0


@shared_task(time_limit=1800, expires=3600)  # type: ignore[untyped-decorator]
def look_at_papers() -> None:
    """Judge the papers of all standing bookings again, and tell of those that end soon (beat, every hour).

    Beat keeps no memory of the night: a machine that is off then looks in the morning. A second look changes nothing.
    """
    if not Site.objects.exists():
        return
    now = utc_now()
    changed, told = recheck_all(now=now), warn_of_papers(now=now)
    if changed or told:
        log.warning("papers: %d bookings changed their need of attention, %d papers end soon", changed, told)


@shared_task(time_limit=60, expires=5)  # type: ignore[untyped-decorator]
def end_what_is_over() -> None:
    """End holds, undecided requests and no-shows whose time is over, and tell of holds that end soon (beat)."""
    if Site.objects.exists() and (ended := look_at_time(now=utc_now())):
        log.info("bookings: %d holds, requests or no-shows ended or were told of", ended)


@shared_task(time_limit=60, expires=30)  # type: ignore[untyped-decorator]
def look_at_approvals() -> None:
    """Tell of steps of approval that should have been decided by now (beat, every 30 s)."""
    if told := tell_overdue_approvals(now=utc_now()):
        log.warning("approvals: %d steps are overdue", told)


@shared_task(time_limit=300, expires=10)  # type: ignore[untyped-decorator]
def send_webhooks() -> None:
    """Send what is due to webhooks, for at most 20 s and the last batch (beat, every 2 s)."""
    end = time.monotonic() + TURN_S
    while deliveries.send_due(utc_now()) and time.monotonic() < end:
        pass


@shared_task(time_limit=600, expires=10)  # type: ignore[untyped-decorator]
def send_mails() -> None:
    """Send the e-mails that are due, for at most 20 s and the last batch (beat, every 2 s)."""
    end = time.monotonic() + TURN_S
    while mails.send_due(utc_now()) and time.monotonic() < end:
        pass


@shared_task(time_limit=600)  # type: ignore[untyped-decorator]
def sweep_outgoing() -> None:
    """Delete what was sent 30 days ago (beat, every hour)."""
    sweep(utc_now())
