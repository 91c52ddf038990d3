"""When resources are free for somebody, and when they are busy for everybody."""

import datetime as dt
from collections.abc import Sequence

from bookings.claims.busy import busy_windows
from bookings.claims.free_time import Window, free_windows
from bookings.claims.hazards import hazards_shared
from bookings.claims.lanes import FREE_BLOCK
from bookings.claims.needs import hazard_needs, want_need
from bookings.models import current_site, site_plane
from bookings.queries.references import find_resources
from bookings.rules.facts import OrganisationFacts, Period
from bookings.rules.free_time import usable_periods
from bookings.rules.start_raster import on_raster_from, raster_of
from bookings.rules.wants import Want
from testcentre.accounts.asker import Asker
from testcentre.accounts.models import Organisation
from testcentre.foundation.errors import Malformed


def availability(
    asker: Asker, codes: Sequence[str], *, period: Period, shortest: dt.timedelta, now: dt.datetime
) -> list[Window]:
    """Return every longest window in which the asker could use all resources for that long.

    Buffers, hazards that are shared, opening hours, daylight, lead time, horizon and start raster are applied.

    Raises:
        Malformed: a code names no resource.
    """
    site = current_site()
    named, faults = find_resources(site, codes)
    if faults:
        raise Malformed(*faults)
    organisation = Organisation.objects.get(pk=asker.organisation_id)
    facts = site.facts
    resources = tuple(resource.facts for resource in named)
    usable = usable_periods(
        facts,
        resources=resources,
        organisation=OrganisationFacts(id=organisation.id, slug=organisation.slug, kind=organisation.kind),
        now=now,
        start=period[0],
        end=period[1],
    )
    plane = site_plane(site)
    needs = [
        *(
            want_need(Want(code=one.code), [one], place=place, site=facts, plane=plane, block=FREE_BLOCK)
            for place, one in enumerate(named)
        ),
        *hazard_needs(hazards_shared(site, resources, ()), block=FREE_BLOCK),
    ]
    raster = raster_of(facts, resources=resources)
    begun = [
        (on_raster_from(dt.datetime.fromtimestamp(start_s, dt.UTC), raster=raster).timestamp(), end_s)
        for start_s, end_s in free_windows(needs, usable=usable, shortest=shortest)
    ]
    return [(start_s, end_s) for start_s, end_s in begun if end_s - start_s >= shortest.total_seconds()]


def schedule(codes: Sequence[str], *, period: Period) -> list[tuple[str, list[Window]]]:
    """Return when each resource is busy, whoever it is; without codes for all resources in service.

    Raises:
        Malformed: a code names no resource.
    """
    site = current_site()
    if codes:
        resources, faults = find_resources(site, codes)
        if faults:
            raise Malformed(*faults)
    else:
        resources = [resource for resource in site.all_resources if resource.active]
    busy = busy_windows(resources, within=period)
    return [(resource.code, windows) for resource, windows in zip(resources, busy, strict=True)]
