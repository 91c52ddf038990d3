"""Opening hours: a booking lies wholly within the hours of the site and of everything it names."""

import datetime as dt
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from bookings.rules.code import MANAGER, RuleCode
from bookings.rules.daylight import daylight_periods
from bookings.rules.facts import BookingFacts, OpeningHours, OpenSpan, Period, SiteFacts
from bookings.rules.hours_asked import asked_hours
from bookings.rules.periods import common, contains, covers, merged
from bookings.rules.words import day_words, period_words
from testcentre.foundation.errors import Refusal

OUTSIDE_OPENING_HOURS = RuleCode(
    "outside_opening_hours",
    "The period is not wholly within the opening hours of the site or of a named resource.",
    MANAGER,
)
CODES = (OUTSIDE_OPENING_HOURS,)


def outside_opening_hours(facts: BookingFacts) -> Iterable[Refusal]:
    """Refuse a period that is partly closed, once for everything that keeps the same hours."""
    for names, hours, (start, end) in asked_hours(facts):
        periods = list(opening_periods(hours, site=facts.site, start=start, end=end))
        if covers(periods, start=start, end=end):
            continue
        open_words = ", ".join(day_words(period) for period in periods[:7]) or f"closed on {start:%Y-%m-%d}"
        yield OUTSIDE_OPENING_HOURS.refuse(
            f"{names}: not open for all of the slot; open (UTC): {open_words}.",
            field="end" if contains(periods, start) else "start",
            expected=[period_words(period) for period in periods[:7]],
            got=period_words((start, end)),
            remedy=f"Choose a slot within {open_words} UTC." if periods else "Choose another day.",
        )


def open_periods(hours: OpeningHours, *, site: SiteFacts, start: dt.datetime, end: dt.datetime) -> list[Period]:
    """Return when it is open within ``[start, end)``: opening hours, cut to daylight where they are bound to it."""
    periods = list(opening_periods(hours, site=site, start=start, end=end))
    if hours.within_daylight and site.daylight is not None:
        periods = common(periods, daylight_periods(site.daylight, start=start, end=end))
    return common(periods, [(start, end)])


def opening_periods(hours: OpeningHours, *, site: SiteFacts, start: dt.datetime, end: dt.datetime) -> Iterable[Period]:
    """Return the merged open spans of all UTC days that ``[start, end)`` touches, without a look at daylight."""
    return merged(_spans(hours, site=site, start=start, end=end))


def _spans(hours: OpeningHours, *, site: SiteFacts, start: dt.datetime, end: dt.datetime) -> Iterator[Period]:
    day = start.date()
    while day <= end.date():
        midnight = dt.datetime.combine(day, dt.time(), dt.UTC)
        for span in spans_of(hours, day=day, site=site):
            yield midnight + dt.timedelta(minutes=span.opens_min), midnight + dt.timedelta(minutes=span.closes_min)
        day += dt.timedelta(days=1)


def spans_of(hours: OpeningHours, *, day: dt.date, site: SiteFacts) -> tuple[OpenSpan, ...]:
    """Return the open spans of one UTC day: its exception, else the holiday's, else the weekday's of the season."""
    if day in hours.exceptions:
        return hours.exceptions[day]
    summer = is_summer(day, timezone=site.timezone)
    if day in site.holidays:
        return hours.summer_holiday if summer else hours.winter_holiday
    return (hours.summer if summer else hours.winter)[day.weekday()]


def is_summer(day: dt.date, *, timezone: str) -> bool:
    """Say whether the zone keeps daylight-saving time at noon UTC of that day."""
    return bool(dt.datetime.combine(day, dt.time(12), dt.UTC).astimezone(ZoneInfo(timezone)).dst())
