"""Cross-border notes: what of a booking reaches over a border near the site, and what its neighbour is told."""

import datetime as dt
import math
from dataclasses import dataclass

import shapely
from shapely.geometry import LineString

from bookings.geometry import SitePlane, plane_at
from bookings.notices.notam_draft import NM_M, NoticeFacts
from bookings.notices.schedule import minutes_around
from bookings.rules.facts import Final, Neighbour, SiteFacts
from bookings.rules.notam import working_days_before

TOUCH_M2 = 1.0  # a volume that follows the border's line does not reach over it


@dataclass(frozen=True, slots=True)
class BorderNote:
    """What one neighbour is to be told, and by which day; `reaches` says what lies beyond the border."""

    country: str
    tell: str
    tell_by: dt.date
    reaches: tuple[str, ...]
    text: str


def border_notes(facts: NoticeFacts, *, day: dt.date, site: SiteFacts) -> list[BorderNote]:
    """Return a note for each neighbour whose country a volume or an approach reaches; `day` is the flight day."""
    plane = plane_at(site.arp_latitude_deg, site.arp_longitude_deg)
    notes = []
    for neighbour in site.neighbours:
        reaches = (*_volumes_beyond(facts, neighbour, plane), *_finals_beyond(facts, neighbour, plane))
        if reaches:
            tell_by = working_days_before(day, days=neighbour.lead_working_days, holidays=site.holidays)
            text = _text(facts, neighbour, reaches, site=site)
            notes.append(BorderNote(neighbour.country, neighbour.tell, tell_by, reaches, text))
    return notes


def _volumes_beyond(facts: NoticeFacts, neighbour: Neighbour, plane: SitePlane) -> list[str]:
    country = plane.outline_m(neighbour.outline)
    beyond_m2 = [(v, plane.outline_m(v.outline).intersection(country).area) for v in facts.volumes]
    return [
        f"{volume.kind.replace('_', ' ').upper()} UP TO {volume.ceiling_ft_amsl}FT AMSL, {math.ceil(area_m2)} M2 BEYOND"
        for volume, area_m2 in beyond_m2
        if area_m2 > TOUCH_M2
    ]


def _finals_beyond(facts: NoticeFacts, neighbour: Neighbour, plane: SitePlane) -> list[str]:
    crossings = {
        final.runway: (crossed_nm, final.length_nm)
        for final in neighbour.finals
        if final.resource in facts.resources and (crossed_nm := crossing_nm(final, neighbour, plane=plane)) is not None
    }
    return [
        f"FINAL RWY {runway} FROM {crossed_nm:.1f}NM TO {length_nm:g}NM BEFORE THE THRESHOLD"
        for runway, (crossed_nm, length_nm) in crossings.items()
    ]


def crossing_nm(final: Final, neighbour: Neighbour, *, plane: SitePlane) -> float | None:
    """Return how far before the threshold an approach comes over the border, or None where it does not."""
    east_m, north_m = plane.to_plane_m(final.threshold_longitude_deg, final.threshold_latitude_deg)
    outward_rad = math.radians(final.true_course_deg + 180)
    far_m = final.length_nm * NM_M
    far = (east_m + far_m * math.sin(outward_rad), north_m + far_m * math.cos(outward_rad))
    beyond = LineString([(east_m, north_m), far]).intersection(plane.outline_m(neighbour.outline))
    if beyond.is_empty or not beyond.length:
        return None
    return float(shapely.Point(east_m, north_m).distance(beyond)) / NM_M


def _text(facts: NoticeFacts, neighbour: Neighbour, reaches: tuple[str, ...], *, site: SiteFacts) -> str:
    spans = [minutes_around(period) for period in facts.periods]
    return "\n".join(
        [
            "CROSS-BORDER NOTE" + (" (EXERCISE EXERCISE EXERCISE)" if site.exercise else ""),
            f"TO {neighbour.tell}",
            f"FROM {site.notices.place}, FIR {site.notices.fir}",
            "SUBJECT UNMANNED ACFT NEAR THE BORDER WITH " + neighbour.country,
            *(f"WHEN {begins:%Y-%m-%d %H%M} TO {ends:%Y-%m-%d %H%M} UTC" for begins, ends in spans),
            *(f"WHERE {reach}" for reach in reaches),
            f"CONTACT {site.notices.contact}",
        ]
    )
