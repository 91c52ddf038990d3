"""Tell owners that a paper ends: once for each paper, last day and number of days ahead (by default 60, 30, 7)."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from bookings import events
from bookings.models import Paper, PaperWarning, current_site
from bookings.queries.papers import of_subject
from bookings.queries.site import local_today


def warn_of_papers(*, now: dt.datetime) -> int:
    """Announce every paper whose end has come near and was not told yet; return how many were.

    A day that was missed is made up for: the nearest threshold that is reached is told, once. Nothing is told of papers
    that have ended, of who is retired, and of papers that another one of the same kind follows without a gap.
    """
    today, warn_days = local_today(now), current_site().facts.papers.warn_days
    if not warn_days:
        return 0
    told = 0
    for paper_id in ending_papers(today, days=max(warn_days)).values_list("id", flat=True).iterator():
        told += _warn(paper_id, today=today, warn_days=warn_days)
    return told


def ending_papers(today: dt.date, *, days: int) -> "QuerySet[Paper]":
    """Return the papers that end within so many days, without those that matter to nobody."""
    return Paper.objects.filter(
        Q(aircraft=None) | Q(aircraft__retired_at=None),
        Q(pilot=None) | Q(pilot__retired_at=None),
        valid_until__gte=today,
        valid_until__lte=today + dt.timedelta(days=days),
    )


def due_threshold(days_left: int, warn_days: Sequence[int]) -> int | None:
    """Return the threshold that is to be told with so many days left (0: today is the last), or None."""
    return min((days for days in warn_days if 0 <= days_left <= days), default=None)


@transaction.atomic
def _warn(paper_id: UUID, *, today: dt.date, warn_days: Sequence[int]) -> bool:
    """Announce one paper's end; whoever renews it meanwhile waits, so that what is told is true."""
    paper = Paper.objects.select_for_update(of=("self",)).filter(pk=paper_id).first()
    if paper is None or _is_followed(paper):
        return False
    days_left = (paper.valid_until - today).days
    days = due_threshold(days_left, warn_days)
    if days is None:
        return False
    _, is_new = PaperWarning.objects.get_or_create(paper=paper, valid_until=paper.valid_until, days=days)
    if is_new:
        events.announce(
            events.PaperExpires(
                paper_id=paper.id,
                organisation_id=paper.organisation_id,
                aircraft_id=paper.aircraft_id,
                pilot_id=paper.pilot_id,
                valid_until=paper.valid_until,
                days=days,
                days_left=days_left,
            )
        )
    return is_new


def _is_followed(paper: Paper) -> bool:
    """Say whether another paper of the same kind and subject is valid from the day after on."""
    subject = of_subject(organisation_id=paper.organisation_id, aircraft_id=paper.aircraft_id, pilot_id=paper.pilot_id)
    return Paper.objects.filter(
        subject,
        Q(valid_from=None) | Q(valid_from__lte=paper.valid_until + dt.timedelta(days=1)),
        kind=paper.kind,
        valid_until__gt=paper.valid_until,
    ).exists()
