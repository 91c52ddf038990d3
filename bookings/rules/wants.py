"""Wants: what a booking asks for of the site's resources, by code or "any of a kind", and for how long beside the slot.

A hangar bay from the day before, or an officer for the briefing, is wanted for longer than the slot: the own period of
a resource is reckoned from the slot, so that a want moves with it.
"""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bookings.rules.facts import Period, ResourceFacts, ResourceKind, SiteFacts

# the half day (dagdeel) is the unit of rent: days beside the slot begin and end at its middle
HALF_DAY_BREAK = dt.time(12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """One resource, named by its `code`, or any one of a `kind` that has the `qualification`.

    It is wanted from `before_min` minutes before the slot, or from noon (local) `days_before` days before it, whichever
    is earlier; and until `after_min` minutes after it, or noon `days_after` days later.
    """

    code: str = ""
    kind: ResourceKind | None = None
    qualification: str = ""
    before_min: int = 0
    after_min: int = 0
    days_before: int = 0
    days_after: int = 0

    def __post_init__(self) -> None:
        if bool(self.code) == (self.kind is not None):
            raise ValueError("a want names a code or a kind, one of the two")

    def is_met_by(self, resource: ResourceFacts) -> bool:
        """Say whether the resource is what is wanted."""
        if self.code:
            return resource.code == self.code
        return resource.kind is self.kind and (not self.qualification or self.qualification in resource.qualifications)

    def period(self, slot: Period, *, site: SiteFacts) -> Period:
        """Return for how long the resource is wanted when the booking has this slot."""
        zone = ZoneInfo(site.timezone)
        start = slot[0] - dt.timedelta(minutes=self.before_min)
        end = slot[1] + dt.timedelta(minutes=self.after_min)
        if self.days_before:
            start = min(start, _noon(slot[0], -self.days_before, zone))
        if self.days_after:
            end = max(end, _noon(slot[1], self.days_after, zone))
        return start, end

    @property
    def words(self) -> str:
        """What is wanted, for people: a code, or "any safety officer (laser_class_4)"."""
        if self.code:
            return self.code
        kind = str(self.kind).replace("_", " ")
        return f"any {kind} ({self.qualification})" if self.qualification else f"any {kind}"


def _noon(moment: dt.datetime, days: int, zone: ZoneInfo) -> dt.datetime:
    day = moment.astimezone(zone).date() + dt.timedelta(days=days)
    return dt.datetime.combine(day, HALF_DAY_BREAK, zone).astimezone(dt.UTC)
