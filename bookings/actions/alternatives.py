"""Alternatives to a refused wish: the nearest slots that the same rules and the same ledger would grant.

Offers, not promises: they are searched after the refusal, outside the lock, and within a time limit.
"""

import datetime as dt
import time
from typing import Any

from django.db import OperationalError, connection, transaction

from bookings.actions.plan import Plan
from bookings.claims.free_time import Window, free_windows
from bookings.rules import judge
from bookings.rules.free_time import usable_periods
from bookings.rules.start_raster import on_raster_from, raster_of
from bookings.rules.words import duration_words
from testcentre.foundation.clock import to_rfc3339

TIME_LIMIT_S = 0.1
MOST = 3
TRIED = 12
# days around the wanted start that are searched, the near ones first
REACHES = (dt.timedelta(days=1), dt.timedelta(days=8))
_QUERY_CANCELLED = "57014"


def alternatives_to(plan: Plan, *, now: dt.datetime) -> list[dict[str, Any]]:
    """Return up to three nearest slots as `{start, end, resources, why}`.

    A search that the time limit cut says `complete: false` in each of them: nearer ones may exist.
    """
    until = time.monotonic() + TIME_LIMIT_S
    found: list[dt.datetime] = []
    complete = True
    for reach in REACHES:
        try:
            starts = _free_starts(plan, reach, now=now, until=until)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) != _QUERY_CANCELLED:
                raise
            complete = False
            break
        complete = _judged(plan, starts, found, now=now, until=until)
        if not complete or len(found) >= MOST:
            break
    offers = [_offer(plan, start) for start in found[:MOST]]
    return offers if complete else [{**offer, "complete": False} for offer in offers]


def _free_starts(plan: Plan, reach: dt.timedelta, *, now: dt.datetime, until: float) -> list[dt.datetime]:
    """Return the start nearest to the wanted one in each free window, nearest first."""
    wanted, duration = plan.wish.start, plan.wish.end - plan.wish.start
    facts = plan.facts
    usable = usable_periods(
        facts.site,
        resources=facts.resources,
        organisation=facts.organisation,
        now=now,
        start=wanted - reach,
        end=wanted + duration + reach,
    )
    left_ms = max(1, int((until - time.monotonic()) * 1000))
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(left_ms)])
        windows = free_windows(plan.needs, usable=usable, shortest=duration)
    raster = raster_of(facts.site, resources=facts.resources)
    starts = {start for window in windows if (start := _nearest(window, wanted, duration, raster)) is not None}
    return sorted(starts, key=lambda start: (abs(start - wanted), start))


def _nearest(window: Window, wanted: dt.datetime, duration: dt.timedelta, raster: dt.timedelta) -> dt.datetime | None:
    first = dt.datetime.fromtimestamp(window[0], dt.UTC)
    last = dt.datetime.fromtimestamp(window[1], dt.UTC) - duration
    start = on_raster_from(min(max(wanted, first), last), raster=raster)
    if start > last:
        start -= raster
    return start if first <= start <= last else None


def _judged(plan: Plan, starts: list[dt.datetime], found: list[dt.datetime], *, now: dt.datetime, until: float) -> bool:
    """Add the starts that no rule refuses; False when the time was over before enough were found."""
    duration = plan.wish.end - plan.wish.start
    for start in starts[:TRIED]:
        if len(found) >= MOST:
            return True
        if time.monotonic() > until:
            return False
        if start not in found and not judge(plan.at(start, start + duration, now=now)):
            found.append(start)
    return True


def _offer(plan: Plan, start: dt.datetime) -> dict[str, Any]:
    shift = start - plan.wish.start
    how = (
        "at the wanted time"
        if not shift
        else f"{duration_words(abs(shift))} {'later' if shift > dt.timedelta() else 'earlier'}"
    )
    return {
        "start": to_rfc3339(start),
        "end": to_rfc3339(start + (plan.wish.end - plan.wish.start)),
        "resources": list(plan.wish.resources),
        "why": f"the same resources, {how}",
    }
