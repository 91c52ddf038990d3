"""NOTAM: what flies high must be announced, and asking for that takes working days (assumption in the site file)."""

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from bookings.rules.code import RANGE_DESK, RuleCode
from bookings.rules.facts import BookingFacts, SiteFacts, VolumeFacts, VolumeKind
from testcentre.foundation.clock import to_rfc3339
from testcentre.foundation.errors import Refusal

NOTAM_LEAD_TIME = RuleCode(
    "notam_lead_time",
    "A volume is so high that it needs a NOTAM, and the flight day is nearer than a NOTAM takes in working days.",
    RANGE_DESK,
)
NOTAM_PUBLISH_TIME = RuleCode(
    "notam_publish_time",
    "A volume is so high that it needs a NOTAM, and the slot begins sooner than one must be published before.",
    RANGE_DESK,
)
CODES = (NOTAM_LEAD_TIME, NOTAM_PUBLISH_TIME)


def notam_too_late(facts: BookingFacts) -> Iterable[Refusal]:
    """Refuse volumes above the site's NOTAM height when the flight day, or the slot, is too near."""
    policy = facts.site.notam
    high = [i for i, volume in enumerate(facts.volumes) if needs_notam(volume, site=facts.site)]
    if policy is None or not high:
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
    publish_by = facts.start - dt.timedelta(hours=policy.publish_h)
    if publish_by < facts.now <= facts.start:
        yield NOTAM_PUBLISH_TIME.refuse(
            f"A NOTAM is published {policy.publish_h:g} h before the slot: by {to_rfc3339(publish_by)}.",
            field="start",
            expected=f"{to_rfc3339(facts.now + dt.timedelta(hours=policy.publish_h))} or later",
            got=to_rfc3339(facts.start),
            remedy=f"Stay at or below {policy.above_ft_amsl} ft AMSL, or fly later.",
        )


def needs_notam(volume: VolumeFacts, *, site: SiteFacts) -> bool:
    """Say whether a volume reaches above the height from which the site announces; the ground reaches nowhere."""
    is_air = volume.kind is not VolumeKind.GROUND_RISK_BUFFER
    return site.notam is not None and is_air and volume.ceiling_ft_amsl > site.notam.above_ft_amsl


def working_days_before(day: dt.date, *, days: int, holidays: frozenset[dt.date]) -> dt.date:
    """Return the date that lies that many working days (Monday to Friday, no holiday) before ``day``."""
    while days:
        day -= dt.timedelta(days=1)
        if day.weekday() < 5 and day not in holidays:
            days -= 1
    return day
