"""From a site file's tables to the facts that rules judge."""

from bookings.rules.facts import (
    Airspace,
    Daylight,
    Limits,
    NotamPolicy,
    OpeningHours,
    OpenSpan,
    SiteFacts,
)
from bookings.site_file.shapes import HoursTable, LimitsTable, ResourceTable, SiteFile, WeekTable


def site_facts(site: SiteFile) -> SiteFacts:
    """Return the site as rules see it."""
    policy = site.policy
    return SiteFacts(
        code=site.code,
        name=site.name,
        exercise=site.exercise,
        timezone=site.timezone,
        arp_latitude_deg=site.reference_point.latitude_deg,
        arp_longitude_deg=site.reference_point.longitude_deg,
        airspace=Airspace(
            name=site.airspace.name,
            outline=tuple(site.airspace.polygon),
            ceiling_ft_amsl=site.airspace.ceiling_ft_amsl,
        ),
        hours=_hours(site.hours[policy.hours]),
        limits=_limits(site.limits[policy.limits]),
        holidays=frozenset(site.holidays),
        daylight=Daylight(
            latitude_deg=site.daylight.latitude_deg,
            longitude_deg=site.daylight.longitude_deg,
            margin_min=site.daylight.margin_min,
        ),
        notam=NotamPolicy(above_ft_amsl=policy.notam_above_ft_amsl, lead_working_days=policy.notam_lead_working_days),
        home_based=frozenset(policy.home_based),
        classification_max=policy.classification_max,
        confirm_at_once=policy.confirm == "at_once",
    )


def resource_hours(site: SiteFile, resource: ResourceTable) -> OpeningHours:
    """Return a resource's opening hours: its own, or the site's."""
    return _hours(site.hours[resource.hours or site.policy.hours])


def resource_limits(site: SiteFile, resource: ResourceTable) -> Limits:
    """Return a resource's limits: its own, or the site's."""
    return _limits(site.limits[resource.limits or site.policy.limits])


def _hours(table: HoursTable) -> OpeningHours:
    return OpeningHours(
        winter=_week(table.winter),
        summer=_week(table.summer),
        winter_holiday=_spans(table.winter.holiday),
        summer_holiday=_spans(table.summer.holiday),
        exceptions={exception.date: _spans(exception.open) for exception in table.exceptions},
        within_daylight=table.within_daylight,
    )


def _week(table: WeekTable) -> tuple[tuple[OpenSpan, ...], ...]:
    return (_spans(table.mon_fri),) * 5 + (_spans(table.sat), _spans(table.sun))


def _spans(texts: list[str]) -> tuple[OpenSpan, ...]:
    return tuple(OpenSpan(opens_min=_minutes(text[:4]), closes_min=_minutes(text[5:])) for text in texts)


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[2:])


def _limits(table: LimitsTable) -> Limits:
    return Limits(
        min_duration_min=table.min_duration_min,
        max_duration_min=table.max_duration_min,
        start_raster_min=table.start_raster_min,
        horizon_days=table.horizon_days,
        lead_time_home_based_h=table.lead_time_home_based_h,
        lead_time_others_h=table.lead_time_others_h,
    )
