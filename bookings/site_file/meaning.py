"""What types can't say of a site file: names that exist, outlines that close, floors below ceilings."""

from collections import Counter
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bookings.geometry import plane_at
from bookings.rules.polygons import read_polygon
from bookings.site_file.faults import fault
from bookings.site_file.shapes import HoursTable, Position, SiteFile
from testcentre.foundation.errors import Refusal


def faults_of_meaning(site: SiteFile) -> Iterator[Refusal]:
    """Yield every fault of a file whose form is right."""
    yield from _names(site)
    yield from _polygons(site)
    yield from _bands(site)
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


def _once(path: str, key: str, names: list[str]) -> Iterator[Refusal]:
    count = Counter(name.upper() for name in names)
    for i, name in enumerate(names):
        if count[name.upper()] > 1 and name.upper() in [earlier.upper() for earlier in names[:i]]:
            yield fault(f"{path}[{i}].{key}", expected="a value that no other has (in any case)", got=name)


def _polygons(site: SiteFile) -> Iterator[Refusal]:
    outlines: list[tuple[str, Iterable[Position]]] = [("airspace.polygon", site.airspace.polygon)]
    outlines += [(f"runways[{i}].polygon", runway.polygon) for i, runway in enumerate(site.runways)]
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
