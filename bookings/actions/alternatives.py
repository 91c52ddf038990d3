"""Alternatives to a refused wish: the nearest slots that the same decision would grant.

Offers, not promises: they are searched after the refusal, outside the lock, and within a time limit.
"""

import datetime as dt
import time
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import OperationalError, connection, transaction

from bookings.actions.decide import Decision, decide
from bookings.actions.plan import Plan
from bookings.claims.free_time import Window, free_windows
from bookings.rules.facts import Period, ResourceFacts
from bookings.rules.free_time import usable_periods
from bookings.rules.start_raster import on_raster_from, raster_of
from bookings.rules.words import duration_words, period_words

TIME_LIMIT_S = 0.1
MOST = 3
# slots that are judged together, and at most in each reach
AT_ONCE, TRIED = 4, 12
# days around the wanted start that are searched, the near ones first
REACHES = (dt.timedelta(days=1), dt.timedelta(days=8))
_QUERY_CANCELLED = "57014"
# the usual time first: what is selected is evaluated in its order
_SET_LIMIT = "SELECT current_setting('statement_timeout'), set_config('statement_timeout', %s, true)"


def alternatives_to(plan: Plan) -> list[dict[str, Any]]:
    """Return up to three nearest slots as `{start, end, resources, why}`.

    A search that the time limit cut says `complete: false` in each of them: nearer ones may exist.
    """
    until = time.monotonic() + TIME_LIMIT_S
    found: list[Decision] = []
    complete = True
    for reach in REACHES:
        try:
            starts = _free_starts(plan, reach, until=until)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) != _QUERY_CANCELLED:
                raise
            complete = False
            break
        complete = _judged(plan, starts, found, until=until)
        if not complete or len(found) >= MOST:
            break
    offers = [_offer(plan, decision) for decision in found[:MOST]]
    return offers if complete else [{**offer, "complete": False} for offer in offers]


def windows_of(plan: Plan, period: Period, *, limit_s: float) -> list[Window]:
    """Return when what is named by code is open and free for as long as the wish lasts, within a period.

    Raises:
        OperationalError: SQLSTATE 57014, the search took longer than the limit.
    """
    goes_on = connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SET_LIMIT, [str(max(1, int(limit_s * 1000)))])
        usual = cursor.fetchone()[0]
        windows = free_for(plan, period)
        if goes_on:  # a released savepoint keeps what was set within it
            cursor.execute(_SET_LIMIT, [usual])
        return windows


def free_for(plan: Plan, period: Period) -> list[Window]:
    """Return the same as `windows_of`, however long it takes: for use within a transaction, whose limits stay."""
    facts = plan.facts
    usable = usable_periods(
        facts.site,
        resources=named_by_code(plan),
        organisation=facts.organisation,
        now=facts.now,
        start=period[0],
        end=period[1],
    )
    return free_windows(plan.needs, usable=usable, shortest=plan.wish.end - plan.wish.start, beside=plan.beside)


def named_by_code(plan: Plan) -> tuple[ResourceFacts, ...]:
    """Return the resources that nothing has to be chosen for: their hours and limits bind every slot."""
    return tuple(candidates[0].facts for candidates in plan.candidates if len(candidates) == 1)


def offered_resources(decision: Decision) -> list[str]:
    """Return the codes of what would be had, in the order of the wants."""
    return [resource.code for resource in decision.resources if resource]


def _free_starts(plan: Plan, reach: dt.timedelta, *, until: float) -> list[dt.datetime]:
    """Return some starts in each free window, nearest to the wanted one first."""
    wanted, duration = plan.wish.start, plan.wish.end - plan.wish.start
    period = wanted - reach, wanted + duration + reach
    windows = windows_of(plan, period, limit_s=until - time.monotonic())
    raster = raster_of(plan.facts.site, resources=named_by_code(plan))
    starts = {start for window in windows for start in _starts_in(window, wanted, duration, raster)}
    return sorted(starts, key=lambda start: (abs(start - wanted), start))


def _starts_in(
    window: Window, wanted: dt.datetime, duration: dt.timedelta, raster: dt.timedelta
) -> Iterator[dt.datetime]:
    """Yield the start nearest to the wanted one in a free window, and those one and two durations from it."""
    first = dt.datetime.fromtimestamp(window[0], dt.UTC)
    last = dt.datetime.fromtimestamp(window[1], dt.UTC) - duration
    start = on_raster_from(min(max(wanted, first), last), raster=raster)
    if start > last:
        start -= raster
    step = raster * -(-duration // raster)
    yield from (at for at in (start + n * step for n in (0, 1, -1, 2, -2)) if first <= at <= last)


def _judged(plan: Plan, starts: Sequence[dt.datetime], found: list[Decision], *, until: float) -> bool:
    """Add the slots that nothing refuses; False when the time was over before enough were found."""
    duration = plan.wish.end - plan.wish.start
    known = {decision.slot for decision in found}
    slots = [slot for start in starts[:TRIED] if (slot := (start, start + duration)) not in known]
    for first in range(0, len(slots), AT_ONCE):
        if len(found) >= MOST:
            return True
        if time.monotonic() > until:
            return False
        found += [decision for decision in decide(plan, slots[first : first + AT_ONCE]) if not decision.refusals]
    return True


def _offer(plan: Plan, decision: Decision) -> dict[str, Any]:
    shift = decision.slot[0] - plan.wish.start
    how = (
        "at the wanted time"
        if not shift
        else f"{duration_words(abs(shift))} {'later' if shift > dt.timedelta() else 'earlier'}"
    )
    return {
        **period_words(decision.slot),
        "resources": offered_resources(decision),
        "why": f"the same resources, {how}",
    }
