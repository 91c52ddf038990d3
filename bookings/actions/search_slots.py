"""Search whole answers: slots in which everything that is wanted can be had, by the decision that judges requests.

Candidates come from free time in the ledger; each is then decided as if it were requested. What is answered is granted
a second later, unless somebody else was faster.
"""

import datetime as dt
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from django.db import OperationalError

from bookings.actions.alternatives import named_by_code, windows_of
from bookings.actions.decide import Decision, decide
from bookings.actions.dry_runs import count_dry_run
from bookings.actions.plan import Plan, Wish, make_plan
from bookings.claims.free_time import Window
from bookings.claims.lanes import FREE_BLOCK
from bookings.queries.access import pilots_of
from bookings.rules.facts import Period
from bookings.rules.start_raster import on_raster_from, raster_of
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Permission
from testcentre.foundation.errors import Refusal

TIME_LIMIT_S = 0.25
STEP = dt.timedelta(minutes=30)
# candidates of a local day: in a long period fewer, so that a search decides about as many in any
MOST_PER_DAY, LEAST_PER_DAY, ABOUT_IN_ALL = 8, 3, 110
AT_ONCE = 36
MOST_PILOTS = 5
_QUERY_CANCELLED = "57014"


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A wish that may be met at any time within `period`, on `weekdays` (ISO, 1 = Monday; empty: any).

    The wish's own slot says how long, and which start would be the least change. `earliest` and `latest` bound the slot
    in local time of the day. With `any_pilot` the organisation's other pilots are tried where the named one is refused.
    """

    wish: Wish
    period: Period
    weekdays: frozenset[int] = frozenset()
    earliest: dt.time = dt.time()
    latest: dt.time = dt.time.max
    any_pilot: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """All slots that would be granted, in order; `refusals` say why the asked slot is none of them.

    `complete` is False where the time limit cut the search.
    """

    granted: list[Decision]
    refusals: tuple[Refusal, ...]
    complete: bool


def search_slots(asker: Asker, search: Search, *, now: dt.datetime) -> Found:
    """Return the slots in which the whole wish would be granted, and why not as asked.

    Raises:
        Malformed: it names what is not there, or not the organisation's own.
        Forbidden: the asker's role may not book.
        Throttled: the company's budget of trials is used up.
    """
    asker.require(Permission.BOOK_FOR_OTHERS if asker.is_range else Permission.BOOK)
    count_dry_run(asker, now=now)
    until = time.monotonic() + TIME_LIMIT_S
    found: Found | None = None
    for wish in _with_other_pilots(asker, search):
        plan = make_plan(asker, wish, block=FREE_BLOCK, now=now)
        (asked,) = decide(plan)
        granted, complete = _granted(plan, search, until=until)
        found = Found(granted, found.refusals if found else asked.refusals, complete)
        if granted or not complete:
            break
    if found is None:
        raise AssertionError("the wish itself is always tried")
    return found


def _with_other_pilots(asker: Asker, search: Search) -> Iterator[Wish]:
    yield search.wish
    if not search.any_pilot or len(search.wish.crew) != 1:
        return
    ((aircraft_id, pilot_id),) = search.wish.crew
    others = pilots_of(asker).exclude(id=pilot_id).order_by("name", "id")
    for other_id in others.values_list("id", flat=True)[:MOST_PILOTS]:
        yield replace(search.wish, crew=((aircraft_id, other_id),))


def _granted(plan: Plan, search: Search, *, until: float) -> tuple[list[Decision], bool]:
    """Return the granted slots in order, and whether all candidates were looked at."""
    try:
        windows = windows_of(plan, search.period, limit_s=until - time.monotonic())
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) != _QUERY_CANCELLED:
            raise
        return [], False
    slots = candidate_slots(plan, search, windows)
    granted: list[Decision] = []
    for first in range(0, len(slots), AT_ONCE):
        if time.monotonic() > until:
            return granted, False
        granted += [decision for decision in decide(plan, slots[first : first + AT_ONCE]) if not decision.refusals]
    return granted, True


def candidate_slots(plan: Plan, search: Search, windows: Sequence[Window]) -> list[Period]:
    """Return the slots to be decided, at most a few per local day: those nearest to the wanted time of the day.

    `windows` are when all that is wanted may be free, as seconds since 1970 UTC.
    """
    zone = ZoneInfo(plan.facts.site.timezone)
    duration = search.wish.end - search.wish.start
    raster = raster_of(plan.facts.site, resources=named_by_code(plan))
    wanted = search.wish.start.astimezone(zone)
    days: dict[dt.date, list[dt.datetime]] = {}
    for window in windows:
        for start in _starts(window, duration, raster):
            local, end = start.astimezone(zone), (start + duration).astimezone(zone)
            if search.weekdays and local.isoweekday() not in search.weekdays:
                continue
            if not search.earliest <= local.time() or (end.date() == local.date() and end.time() > search.latest):
                continue
            days.setdefault(local.date(), []).append(start)
    most = max(LEAST_PER_DAY, min(MOST_PER_DAY, ABOUT_IN_ALL // max(1, len(days))))
    chosen = [start for starts in days.values() for start in _nearest(sorted(set(starts)), wanted, zone, most)]
    return [(start, start + duration) for start in sorted(chosen)]


def _starts(window: Window, duration: dt.timedelta, raster: dt.timedelta) -> Iterator[dt.datetime]:
    """Yield the first start of a window, then every half hour of the day (or step of a coarser raster)."""
    first = dt.datetime.fromtimestamp(window[0], dt.UTC)
    last = dt.datetime.fromtimestamp(window[1], dt.UTC) - duration
    step = max(raster, -(-STEP // raster) * raster)
    start = on_raster_from(first, raster=raster)
    while start <= last:
        yield start
        start = on_raster_from(start + raster, raster=step)


def _nearest(starts: list[dt.datetime], wanted: dt.datetime, zone: ZoneInfo, most: int) -> list[dt.datetime]:
    """Return the day's first start and those nearest to the wanted time of the day, at most so many in all."""

    def away(start: dt.datetime) -> float:
        local = start.astimezone(zone)
        return abs((local.hour - wanted.hour) * 60 + local.minute - wanted.minute)

    return [*starts[:1], *sorted(starts[1:], key=away)[: most - 1]]
