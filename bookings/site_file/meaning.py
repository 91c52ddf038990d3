"""What types can't say of a site file: names that exist, outlines that close, floors below ceilings."""

from collections import Counter
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bookings.geometry import plane_at
from bookings.rules.facts import PaperKind
from bookings.rules.polygons import read_polygon
from bookings.site_file.faults import fault
from bookings.site_file.policy_meaning import faults_of_policy
from bookings.site_file.shapes import HoursTable, Position, SiteFile
from bookings.site_file.tariff_meaning import faults_of_tariff
from testcentre.foundation.errors import Refusal


def faults_of_meaning(site: SiteFile) -> Iterator[Refusal]:
    """Yield every fault of a file whose form is right."""
    yield from _names(site)
    yield from _polygons(site)
    yield from _bands(site)
    yield from faults_of_tariff(site)
    yield from _needs(site)
    yield from _papers(site)
    yield from faults_of_policy(site)
    for name, hours in site.hours.items():
        yield from _spans(f"hours.{name}", hours)
    for name, limits in site.limits.items():
        if limits.min_duration_min > limits.max_duration_min:
            yield fault(
                f"limits.{name}.min_duration_min",
                expected=f"at most max_duration_min ({limits.max_duration_min})",
                got=limits.min_duration_min,
            )


def _names(site: SiteFile) -> Iterator[Refusal]:
    try:
        ZoneInfo(site.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield fault("timezone", expected="an IANA time zone, e.g. Europe/Amsterdam", got=site.timezone)
    users: list[tuple[str, str | None, str | None]] = [("policy", site.policy.hours, site.policy.limits)]
    users += [(f"resources[{i}]", resource.hours, resource.limits) for i, resource in enumerate(site.resources)]
    for path, hours, limits in users:
        if hours is not None and hours not in site.hours:
            yield fault(f"{path}.hours", expected=f"one of {', '.join(site.hours)}", got=hours)
        if limits is not None and limits not in site.limits:
            yield fault(f"{path}.limits", expected=f"one of {', '.join(site.limits)}", got=limits)
    yield from _once("resources", "code", [resource.code for resource in site.resources])
    yield from _once("thresholds", "runway", [threshold.runway for threshold in site.thresholds])
    known = {threshold.runway for threshold in site.thresholds}
    for runway in site.ils.keys() - known:
        yield fault(f"ils.{runway}", expected=f"a runway with a threshold: {', '.join(sorted(known))}", got=runway)
    codes = {resource.code for resource in site.resources}
    for i, neighbour in enumerate(site.neighbours):
        for j, final in enumerate(neighbour.finals):
            path = f"neighbours[{i}].finals[{j}]"
            if final.runway not in known:
                yield fault(f"{path}.runway", expected=f"one of {', '.join(sorted(known))}", got=final.runway)
            if final.resource not in codes:
                yield fault(f"{path}.resource", expected="the code of a resource", got=final.resource)


def _once(path: str, key: str, names: list[str]) -> Iterator[Refusal]:
    count = Counter(name.upper() for name in names)
    for i, name in enumerate(names):
        if count[name.upper()] > 1 and name.upper() in [earlier.upper() for earlier in names[:i]]:
            yield fault(f"{path}[{i}].{key}", expected="a value that no other has (in any case)", got=name)


def _polygons(site: SiteFile) -> Iterator[Refusal]:
    outlines: list[tuple[str, Iterable[Position]]] = [("airspace.polygon", site.airspace.polygon)]
    outlines += [(f"runways[{i}].polygon", runway.polygon) for i, runway in enumerate(site.runways)]
    outlines += [(f"neighbours[{i}].polygon", neighbour.polygon) for i, neighbour in enumerate(site.neighbours)]
    outlines += [
        (f"resources[{i}].polygon", resource.polygon)
        for i, resource in enumerate(site.resources)
        if resource.polygon is not None
    ]
    plane = plane_at(site.reference_point.latitude_deg, site.reference_point.longitude_deg)
    for path, outline in outlines:
        geometry = {"type": "Polygon", "coordinates": [[list(corner) for corner in outline]]}
        read = read_polygon(geometry, plane=plane, field=path)
        if isinstance(read, list):
            yield from (fault(path, expected=refusal.expected, got=refusal.got) for refusal in read)


def _bands(site: SiteFile) -> Iterator[Refusal]:
    for i, resource in enumerate(site.resources):
        floor_ft, ceiling_ft = resource.floor_ft_amsl, resource.ceiling_ft_amsl
        if floor_ft is not None and ceiling_ft is not None and floor_ft >= ceiling_ft:
            yield fault(f"resources[{i}].floor_ft_amsl", expected=f"below the ceiling ({ceiling_ft} ft)", got=floor_ft)
        if resource.hazard == "area" and resource.polygon is None:
            yield fault(
                f"resources[{i}].polygon", expected="an outline, as the hazard is one of an area", got="nothing"
            )


def _needs(site: SiteFile) -> Iterator[Refusal]:
    qualifications = {qualification for resource in site.resources for qualification in resource.qualifications}
    for i, resource in enumerate(site.resources):
        if resource.needs and resource.hazard == "none":
            yield fault(f"resources[{i}].needs", expected="nothing, as it is no hazard", got=resource.needs)
        if resource.needs_officer and resource.needs_officer not in qualifications:
            yield fault(f"resources[{i}].needs_officer", expected=sorted(qualifications), got=resource.needs_officer)


def _papers(site: SiteFile) -> Iterator[Refusal]:
    known = ", ".join(PaperKind)
    for i, need in enumerate(site.papers.needs):
        if need.of == "aircraft" and not (need.kinds and set(need.kinds) <= set(PaperKind)):
            yield fault(f"papers.needs[{i}].kinds", expected=f"one or more of {known}", got=need.kinds)
    starts = [band.from_mtom_kg for band in site.papers.cover]
    if starts != sorted(set(starts)):
        yield fault("papers.cover", expected="bands whose from_mtom_kg rises", got=starts)
    days = site.papers.warn_days
    if days != sorted(set(days), reverse=True):
        yield fault("papers.warn_days", expected="numbers of days that fall", got=days)


def _spans(path: str, hours: HoursTable) -> Iterator[Refusal]:
    for season in ("winter", "summer"):
        week = getattr(hours, season)
        for day in ("mon_fri", "sat", "sun", "holiday"):
            yield from _day(f"{path}.{season}.{day}", getattr(week, day))
    for i, exception in enumerate(hours.exceptions):
        yield from _day(f"{path}.exceptions[{i}].open", exception.open)


def _day(path: str, spans: list[str]) -> Iterator[Refusal]:
    for i, span in enumerate(spans):
        opens, closes = span.split("-")
        if not (_is_clock(opens) and _is_clock(closes) and opens < closes):
            yield fault(f"{path}[{i}]", expected="HHMM-HHMM, the second later, up to 2400", got=span)


def _is_clock(text: str) -> bool:
    return text == "2400" or (text[:2] <= "23" and text[2:] <= "59")
