"""NOTAM: what flies high must be announced, and asking for that takes working days (assumption in the site file)."""

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from bookings.rules.code import RANGE_DESK, RuleCode
from bookings.rules.facts import BookingFacts
from testcentre.foundation.errors import Refusal

NOTAM_LEAD_TIME = RuleCode(
    "notam_lead_time",
    "A volume is so high that it needs a NOTAM, and the flight day is nearer than a NOTAM takes in working days.",
    RANGE_DESK,
)
CODES = (NOTAM_LEAD_TIME,)


def notam_too_late(facts: BookingFacts) -> Iterable[Refusal]:
    """Refuse volumes above the site's NOTAM height when the flight day is too near."""
    policy = facts.site.notam
    if policy is None:
        return
    high = [i for i, volume in enumerate(facts.volumes) if volume.ceiling_ft_amsl > policy.above_ft_amsl]
    if not high:
        return
    zone = ZoneInfo(facts.site.timezone)
    flight_day, today = facts.start.astimezone(zone).date(), facts.now.astimezone(zone).date()
    last_day = working_days_before(flight_day, days=policy.lead_working_days, holidays=facts.site.holidays)
    if today > last_day:
        yield NOTAM_LEAD_TIME.refuse(
            f"Above {policy.above_ft_amsl} ft AMSL a NOTAM is needed, to be asked for by {last_day}; today is {today}.",
            field=f"volumes[{high[0]}].ceiling_ft_amsl",
            expected=f"{policy.lead_working_days} working days ahead, or at most {policy.above_ft_amsl} ft AMSL",
            got=f"{facts.volumes[high[0]].ceiling_ft_amsl} ft AMSL on {flight_day}",
            remedy=f"Stay at or below {policy.above_ft_amsl} ft AMSL, or fly later.",
        )


def working_days_before(day: dt.date, *, days: int, holidays: frozenset[dt.date]) -> dt.date:
    """Return the date that lies that many working days (Monday to Friday, no holiday) before ``day``."""
    while days:
        day -= dt.timedelta(days=1)
        if day.weekday() < 5 and day not in holidays:
            days -= 1
    return day
