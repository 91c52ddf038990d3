"""From a site file's tables to the facts that rules judge."""

from bookings.rules.facts import (
    Airspace,
    ApprovalCase,
    ApprovalStep,
    ClosurePolicy,
    CoverBand,
    Daylight,
    Final,
    GatePolicy,
    Hazard,
    HoldPolicy,
    Limits,
    Neighbour,
    NotamPolicy,
    NoticePolicy,
    OpeningHours,
    OpenSpan,
    PaperNeed,
    PaperPolicy,
    QuotaPolicy,
    SiteFacts,
    WaitingPolicy,
)
from bookings.site_file.shapes import (
    ApprovalTable,
    HoursTable,
    LimitsTable,
    NeighbourTable,
    PapersTable,
    QuotaTable,
    ResourceTable,
    SiteFile,
    WeekTable,
)


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
        elevation_ft_amsl=site.reference_point.elevation_ft_amsl,
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
        notam=NotamPolicy(
            above_ft_amsl=policy.notam_above_ft_amsl,
            lead_working_days=policy.notam_lead_working_days,
            publish_h=policy.notam_publish_h,
        ),
        notices=NoticePolicy(
            fir=site.notices.fir,
            country=site.notices.country,
            place=site.notices.place,
            contact=site.notices.contact,
        ),
        neighbours=tuple(_neighbour(site, table) for table in site.neighbours),
        papers=_papers(site.papers),
        home_based=frozenset(policy.home_based),
        classification_max=policy.classification_max,
        hazard_needs=policy.hazard_needs,
        confirm_at_once=policy.confirm == "at_once",
        routine_for=frozenset(policy.routine_for) if policy.confirm == "routine" else None,
        approvals=tuple(_approval(table) for table in policy.approvals),
        gates=tuple(GatePolicy(gate.name, tuple(gate.roles)) for gate in policy.gates),
        gates_required=policy.gates_required,
        gates_ahead_h=policy.gates_ahead_h,
        quota=_quota(policy.quota),
        not_for={code: frozenset(rule.not_for) for code, rule in policy.rules.items()},
        dry_runs_per_hour=policy.dry_runs.per_hour,
        holds=HoldPolicy(
            hours=policy.holds.hours,
            most=policy.holds.most,
            tell_ahead_h=policy.holds.tell_ahead_h,
            again_after_h=policy.holds.again_after_h,
        ),
        waiting=WaitingPolicy(offer_h=policy.waiting.offer_h, most=policy.waiting.most, lapses=policy.waiting.lapses),
        closures=ClosurePolicy(
            hold_h=policy.closures.hold_h,
            search_days=policy.closures.search_days,
            overrun_step_min=policy.closures.overrun_step_min,
            rechoose_notice_h=policy.closures.rechoose_notice_h,
        ),
        no_show_after_min=policy.no_show_after_min,
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


def _neighbour(site: SiteFile, table: NeighbourTable) -> Neighbour:
    thresholds = {threshold.runway: threshold for threshold in site.thresholds}
    return Neighbour(
        country=table.country,
        tell=table.tell,
        lead_working_days=table.lead_working_days,
        outline=tuple(table.polygon),
        finals=tuple(
            Final(
                resource=final.resource,
                runway=final.runway,
                threshold_longitude_deg=thresholds[final.runway].longitude_deg,
                threshold_latitude_deg=thresholds[final.runway].latitude_deg,
                true_course_deg=thresholds[final.runway].true_course_deg,
                length_nm=final.length_nm,
            )
            for final in table.finals
        ),
    )


def _quota(table: QuotaTable) -> QuotaPolicy | None:
    if not table.most_bookings and not table.most_hours:
        return None
    return QuotaPolicy(most_bookings=table.most_bookings, most_hours=table.most_hours)


def _approval(table: ApprovalTable) -> ApprovalStep:
    return ApprovalStep(
        name=table.name,
        roles=tuple(table.roles),
        order=table.order,
        due_h=table.due_h,
        deputy=table.deputy or "",
        when=tuple(
            ApprovalCase(
                hazards=frozenset(Hazard(hazard) for hazard in case.hazards),
                resource_kinds=frozenset(case.resource_kinds),
                organisation_kinds=frozenset(case.organisation_kinds),
                above_ft_amsl=case.above_ft_amsl,
                above_label=case.above_label,
            )
            for case in table.when
        ),
    )


def _papers(table: PapersTable) -> PaperPolicy:
    return PaperPolicy(
        needs=tuple(
            PaperNeed(
                of=need.of,
                kinds=tuple(need.kinds),
                from_mtom_kg=need.from_mtom_kg,
                organisation_kinds=frozenset(need.organisation_kinds),
                aircraft_kinds=frozenset(need.aircraft_kinds),
                class_labels=frozenset(need.class_labels),
            )
            for need in table.needs
        ),
        cover=tuple(CoverBand(band.from_mtom_kg, band.least_cover_sdr) for band in table.cover),
        warn_days=tuple(table.warn_days),
    )


def _limits(table: LimitsTable) -> Limits:
    return Limits(
        min_duration_min=table.min_duration_min,
        max_duration_min=table.max_duration_min,
        start_raster_min=table.start_raster_min,
        horizon_days=table.horizon_days,
        lead_time_home_based_h=table.lead_time_home_based_h,
        lead_time_others_h=table.lead_time_others_h,
    )
