"""Which opening hours and limits a booking must keep, and for which period."""

from collections.abc import Iterable
from typing import NamedTuple

from bookings.rules.facts import BookingFacts, Limits, OpeningHours, Period, ResourceFacts, SiteFacts


class AskedHours(NamedTuple):
    """Whose hours a booking must keep for which period; `owners` is for people: ``"RWY-05-23, TEST-N"``."""

    owners: str
    hours: OpeningHours
    period: Period


def asked_hours(facts: BookingFacts) -> list[AskedHours]:
    """Return whose hours count: each resource's, and the site's where it flies a volume or names no resource.

    Those that keep the same hours for the same period are told together.
    """
    slot = (facts.start, facts.end)
    asked = [AskedHours(resource.code, resource.hours, facts.period_of(resource)) for resource in facts.resources]
    if facts.volumes or not facts.resources:
        asked.insert(0, AskedHours(facts.site.code, facts.site.hours, slot))
    together: list[AskedHours] = []
    for name, hours, period in asked:
        same = next((i for i, known in enumerate(together) if (known.hours, known.period) == (hours, period)), None)
        if same is None:
            together.append(AskedHours(name, hours, period))
        else:
            together[same] = together[same]._replace(owners=f"{together[same].owners}, {name}")
    return together


def limits_by_owner(site: SiteFacts, resources: Iterable[ResourceFacts]) -> list[tuple[str, Limits]]:
    """Return whose limits count: each resource's, or the site's where none is named."""
    return [(resource.code, resource.limits) for resource in resources] or [(site.code, site.limits)]
