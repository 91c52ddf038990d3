"""Which opening hours and limits a booking must keep."""

from collections.abc import Iterable

from bookings.rules.facts import BookingFacts, Limits, OpeningHours, ResourceFacts, SiteFacts


def hours_by_owner(facts: BookingFacts) -> list[tuple[str, OpeningHours]]:
    """Return whose hours count: each resource's, and the site's where it flies a volume or names no resource.

    Resources that keep the same hours are told together: ``("RWY-05-23, TEST-N", hours)``.
    """
    owners: list[tuple[str, OpeningHours]] = [(resource.code, resource.hours) for resource in facts.resources]
    if facts.volumes or not facts.resources:
        owners.insert(0, (facts.site.code, facts.site.hours))
    together: list[tuple[str, OpeningHours]] = []
    for name, hours in owners:
        same = next((i for i, (_, known) in enumerate(together) if known == hours), None)
        if same is None:
            together.append((name, hours))
        else:
            together[same] = (f"{together[same][0]}, {name}", hours)
    return together


def asked_hours(facts: BookingFacts) -> list[OpeningHours]:
    """Return the distinct opening hours that the booking must keep."""
    return [hours for _, hours in hours_by_owner(facts)]


def limits_by_owner(site: SiteFacts, resources: Iterable[ResourceFacts]) -> list[tuple[str, Limits]]:
    """Return whose limits count: each resource's, or the site's where none is named."""
    return [(resource.code, resource.limits) for resource in resources] or [(site.code, site.limits)]
