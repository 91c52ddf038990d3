"""Field D of a NOTAM: on which days and hours it is in force, when that is not all of the time (UTC)."""

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import groupby

from bookings.rules.facts import Period

_DAY, _MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)


def minutes_around(period: Period) -> Period:
    """Return the period on whole minutes, rounded outwards; an end at midnight is 23:59 of the day before."""
    begins = period[0].replace(second=0, microsecond=0)
    ends = period[1].replace(second=0, microsecond=0)
    ends += _MINUTE if ends < period[1] else dt.timedelta()
    return begins, ends - _MINUTE if ends.time() == dt.time() else ends


def schedule_of(periods: Sequence[Period]) -> str:
    """Return the schedule, such as `15-19 0700-1500` or `JUN 29 30 JUL 02 0700-1500`; empty for a single period.

    Days with the same hours stand together; hours past midnight belong to the day on which they begin. A period of 24 h
    and more is told from day and hour to day and hour.
    """
    spans = sorted({minutes_around(period) for period in periods})
    if len(spans) < 2:
        return ""
    days = {day for span in spans for day in (span[0].date(), span[1].date())}
    names_months = len({(day.year, day.month) for day in days}) > 1
    short = [span for span in spans if span[1] - span[0] < _DAY]
    hours = sorted({_hours(span) for span in short}, key=lambda hour: min(s for s in short if _hours(s) == hour))
    parts = [
        f"{_days((begins.date() for begins, ends in short if _hours((begins, ends)) == hour), names_months)} {hour}"
        for hour in hours
    ]
    for begins, ends in (span for span in spans if span[1] - span[0] >= _DAY):
        parts.append(" ".join((_moment(begins, names_months) + "-" + _moment(ends, names_months)).split()))
    return ", ".join(parts)


def _hours(span: Period) -> str:
    return f"{span[0]:%H%M}-{span[1]:%H%M}"


def _moment(moment: dt.datetime, names_month: bool) -> str:
    return f"{_month(moment.date()) + ' ' if names_month else ''}{moment:%d %H%M}"


def _days(days: Iterable[dt.date], names_months: bool) -> str:
    words = []
    for (year, month), in_month in groupby(sorted(set(days)), key=lambda day: (day.year, day.month)):
        words += [_month(dt.date(year, month, 1))] if names_months else []
        words += _runs(list(in_month))
    return " ".join(words)


def _runs(days: list[dt.date]) -> Iterable[str]:
    """Yield days of one month, those that follow one another as `15-19`."""
    for _, run in groupby(enumerate(days), key=lambda numbered: numbered[1].toordinal() - numbered[0]):
        together = [day for _, day in run]
        if len(together) < 3:
            yield from (f"{day:%d}" for day in together)
        else:
            yield f"{together[0]:%d}-{together[-1]:%d}"


def _month(day: dt.date) -> str:
    return ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")[day.month - 1]
