"""Daylight: bookings lie within the uniform daylight period (UDP), where the site keeps it.

The UDP is sunrise − 15 min to sunset + 15 min at 52 N 005 E for the whole Amsterdam FIR (AIP GEN 2.7); `astral` agrees
with the AIP's table within a minute.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from functools import lru_cache

from astral import Observer
from astral.sun import sunrise, sunset

from bookings.rules.code import MANAGER, RuleCode
from bookings.rules.facts import BookingFacts, Daylight, Period
from bookings.rules.hours_asked import asked_hours
from bookings.rules.periods import covers
from bookings.rules.words import day_words, period_words
from testcentre.foundation.errors import Refusal

OUTSIDE_DAYLIGHT = RuleCode(
    "outside_daylight",
    "The period is not wholly within the uniform daylight period of its day.",
    MANAGER,
)
CODES = (OUTSIDE_DAYLIGHT,)


@lru_cache(maxsize=2048)
def daylight_of(daylight: Daylight, day: dt.date) -> Period:
    """Return the daylight period of a UTC day, whole seconds.

    Holds where the sun rises and sets every day (below 65 degrees of latitude; the site file checks it).
    """
    observer = Observer(latitude=daylight.latitude_deg, longitude=daylight.longitude_deg)
    margin = dt.timedelta(minutes=daylight.margin_min)
    rises = sunrise(observer, date=day, tzinfo=dt.UTC) - margin
    sets = sunset(observer, date=day, tzinfo=dt.UTC) + margin
    return rises.replace(microsecond=0), sets.replace(microsecond=0)


def daylight_periods(daylight: Daylight, *, start: dt.datetime, end: dt.datetime) -> Iterator[Period]:
    """Yield the daylight periods of all days that ``[start, end)`` touches, not cut to it."""
    day = start.date()
    while day <= end.date():
        yield daylight_of(daylight, day)
        day += dt.timedelta(days=1)


def outside_daylight(facts: BookingFacts) -> Iterable[Refusal]:
    """Refuse a period with darkness in it, for hours that are bound to daylight; once, whatever is wanted then."""
    daylight = facts.site.daylight
    if daylight is None:
        return
    bound = dict.fromkeys(asked.period for asked in asked_hours(facts) if asked.hours.within_daylight)
    for start, end in bound:
        periods = list(daylight_periods(daylight, start=start, end=end))
        if covers(periods, start=start, end=end):
            continue
        first = periods[0]
        late = first[0] <= start < first[1]
        yield OUTSIDE_DAYLIGHT.refuse(
            f"The slot is partly or wholly in the dark: daylight on {day_words(first)} UTC.",
            field="end" if late else "start",
            expected=[period_words(period) for period in periods[:7]],
            got=period_words((start, end)),
            remedy=f"Choose a slot within {day_words(first)} UTC.",
        )
        return
