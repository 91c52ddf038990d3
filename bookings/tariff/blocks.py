"""Blocks of time that are charged whole: started steps of an hour, touched half days of the local day."""

import datetime as dt
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from bookings.tariff.terms import Adjustment

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def hour_steps(start: dt.datetime, end: dt.datetime, *, step_min: int) -> list[dt.datetime]:
    """Return when each started step begins; hours are elapsed time, whatever the clocks do."""
    step = dt.timedelta(minutes=step_min)
    return [start + place * step for place in range(-((start - end) // step))]


def half_days(start: dt.datetime, end: dt.datetime, *, begins: Sequence[str], timezone: str) -> list[dt.datetime]:
    """Return when each half day that ``[start, end)`` touches begins for it: at its own beginning, or at `start`.

    Half days begin at `begins` (``"0000"``, ``"1200"``) of the local clock, so that the one in which the clocks change
    is an hour shorter or longer and still one half day.
    """
    zone = ZoneInfo(timezone)
    day, last = start.astimezone(zone).date() - dt.timedelta(days=1), end.astimezone(zone).date()
    edges: set[dt.datetime] = set()
    while day <= last:
        edges |= {dt.datetime.combine(day, _clock(text), zone).astimezone(dt.UTC) for text in begins}
        day += dt.timedelta(days=1)
    return [start, *sorted(edge for edge in edges if start < edge < end)] if start < end else []


def adjustment_at(
    moment: dt.datetime, adjustments: Iterable[Adjustment], *, timezone: str, holidays: frozenset[dt.date]
) -> Adjustment | None:
    """Return the first adjustment in whose local span a block begins."""
    local = moment.astimezone(ZoneInfo(timezone))
    day = "holiday" if local.date() in holidays else _DAYS[local.weekday()]
    clock = f"{local:%H%M}"
    return next((one for one in adjustments if day in one.days and one.local[:4] <= clock < one.local[5:]), None)


def _clock(text: str) -> dt.time:
    return dt.time(int(text[:2]), int(text[2:]))
