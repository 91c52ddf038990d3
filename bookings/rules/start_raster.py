"""Start raster: slots begin on whole steps of the UTC day, so that they fit together."""

import datetime as dt
from collections.abc import Iterable

from bookings.rules.code import RANGE_DESK, RuleCode
from bookings.rules.facts import BookingFacts, ResourceFacts, SiteFacts
from bookings.rules.hours_asked import limits_by_owner
from testcentre.foundation.clock import to_rfc3339
from testcentre.foundation.errors import Refusal

START_OFF_RASTER = RuleCode(
    "start_off_raster", "The slot does not begin on a whole step of the raster (minutes of the UTC day).", RANGE_DESK
)
CODES = (START_OFF_RASTER,)


def raster_of(site: SiteFacts, *, resources: Iterable[ResourceFacts]) -> dt.timedelta:
    """Return the coarsest raster among what is named."""
    return dt.timedelta(minutes=max(limits.start_raster_min for _, limits in limits_by_owner(site, resources)))


def on_raster_from(moment: dt.datetime, *, raster: dt.timedelta) -> dt.datetime:
    """Return the first instant at or after ``moment`` that lies on the raster of its UTC day."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + -((midnight - moment) // raster) * raster


def start_off_raster(facts: BookingFacts) -> Iterable[Refusal]:
    """Refuse a start between two steps of the coarsest raster."""
    raster = raster_of(facts.site, resources=facts.resources)
    later = on_raster_from(facts.start, raster=raster)
    if later != facts.start:
        earlier = later - raster
        step_min = int(raster.total_seconds() // 60)
        yield START_OFF_RASTER.refuse(
            f"Slots begin every {step_min} min, this one at {facts.start:%H:%M:%S} UTC.",
            field="start",
            expected=f"a multiple of {step_min} min after 00:00 UTC",
            got=to_rfc3339(facts.start),
            remedy=f"Begin at {to_rfc3339(earlier)} or {to_rfc3339(later)}.",
        )
