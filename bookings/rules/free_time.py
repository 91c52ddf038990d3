"""When a booking could begin and end for somebody, before anybody's claims are looked at."""

import datetime as dt
from collections.abc import Iterable

from bookings.rules.facts import OrganisationFacts, Period, ResourceFacts, SiteFacts
from bookings.rules.horizon import horizon_of
from bookings.rules.lead_time import lead_time_of
from bookings.rules.opening_hours import open_periods
from bookings.rules.periods import common
from bookings.rules.start_raster import on_raster_from, raster_of


def usable_periods(
    site: SiteFacts,
    *,
    resources: Iterable[ResourceFacts],
    organisation: OrganisationFacts,
    now: dt.datetime,
    start: dt.datetime,
    end: dt.datetime,
) -> list[Period]:
    """Return when all ``resources`` are open to the organisation within ``[start, end)``.

    Opening hours, daylight, lead time, horizon and the current minute are applied; each period begins on the raster.
    """
    resources = tuple(resources)
    lead_time = lead_time_of(site, resources=resources, organisation=organisation)
    first = now + lead_time if lead_time else now.replace(second=0, microsecond=0)
    # cut at the horizon, so that every start in a period is one that the horizon allows
    periods = common([(start, end)], [(first, now + horizon_of(site, resources=resources))])
    for hours in [resource.hours for resource in resources] or [site.hours]:
        periods = common(periods, open_periods(hours, site=site, start=start, end=end))
    raster = raster_of(site, resources=resources)
    begun = [(on_raster_from(begins, raster=raster), ends) for begins, ends in periods]
    return [(begins, ends) for begins, ends in begun if begins < ends]
