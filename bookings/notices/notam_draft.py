"""From booked volumes to the draft of a NOTAM: a circle around them, a band, and not a word about whose they are."""

import datetime as dt
import math
from dataclasses import dataclass

import shapely

from bookings.geometry import SitePlane, plane_at
from bookings.notices.notam_text import (
    MOST_FL,
    MOST_RADIUS_NM,
    NotamText,
    Qualifiers,
    position_words,
    read_notam,
)
from bookings.notices.schedule import minutes_around, schedule_of
from bookings.rules.facts import Classification, Period, SiteFacts, VolumeFacts, VolumeKind
from bookings.rules.notam import needs_notam, working_days_before

NM_M = 1852.0
# unmanned aircraft will take place; IFR and VFR; briefing and flight operations; navigation warning
CODE, TRAFFIC, PURPOSE, SCOPE = "QWULW", "IV", "BO", "W"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFacts:
    """What a notice may look at: when, where, how heavy, how labelled. Company and purpose are not among it.

    `periods` has at least one; `resources` are codes.
    """

    periods: tuple[Period, ...]
    volumes: tuple[VolumeFacts, ...]
    masses_kg: tuple[float, ...]
    resources: tuple[str, ...] = ()
    classification: Classification = Classification.UNCLASSIFIED

    @property
    def air(self) -> tuple[VolumeFacts, ...]:
        """Return the volumes that are air; a ground risk buffer is none."""
        return tuple(volume for volume in self.volumes if volume.kind is not VolumeKind.GROUND_RISK_BUFFER)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Until when a NOTAM is asked for (a day of the site's calendar) and published (an instant)."""

    request_by: dt.date
    publish_by: dt.datetime


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that says something else than it would by now."""

    field: str
    published: str
    draft: str


def is_notam_needed(facts: NoticeFacts, *, site: SiteFacts) -> bool:
    """Say whether the site announces what flies so high."""
    return any(needs_notam(volume, site=site) for volume in facts.volumes)


def draft_notam(facts: NoticeFacts, *, site: SiteFacts) -> NotamText | None:
    """Return the draft, or None where no air is booked.

    The circles, here to the second and tenths of a nautical mile, in the Q line to the minute and whole ones, hold all
    of the air volumes; bands and times are rounded outwards.
    """
    if not facts.air:
        return None
    spans = [minutes_around(period) for period in facts.periods]
    floors = [volume.floor_ft_amsl for volume in facts.air]
    floor_ft = None if None in floors else max(0, min(floor for floor in floors if floor is not None))
    ceiling_ft = max(1, *(volume.ceiling_ft_amsl for volume in facts.air))
    return NotamText(
        qualifiers=_qualifiers(facts, floor_ft or 0, ceiling_ft, site=site),
        location=site.notices.fir,
        begins=min(begins for begins, _ in spans),
        ends=max(ends for _, ends in spans),
        schedule=schedule_of(facts.periods),
        text=_text(facts, site=site),
        floor_ft_amsl=floor_ft,
        ceiling_ft_amsl=ceiling_ft,
    )


def deadlines_of(start: dt.datetime, *, day: dt.date, site: SiteFacts) -> Deadlines | None:
    """Return until when a NOTAM for a slot from `start`, on `day` of the site's calendar, is due."""
    if site.notam is None:
        return None
    return Deadlines(
        request_by=working_days_before(day, days=site.notam.lead_working_days, holidays=site.holidays),
        publish_by=start - dt.timedelta(hours=site.notam.publish_h),
    )


def differences(published: str, draft: NotamText | None) -> list[Difference]:
    """Return the fields in which a text differs from the draft; all of them where there is no draft any more."""
    told = read_notam(published).fields()
    now = draft.fields() if draft else dict.fromkeys(told, "")
    return [Difference(letter, told[letter], now[letter]) for letter in told if told[letter] != now[letter]]


def _text(facts: NoticeFacts, *, site: SiteFacts) -> str:
    (latitude_deg, longitude_deg), radius_m = _circle(facts, step_deg=1 / 3600, site=site)
    radius_nm = math.ceil(radius_m / NM_M * 10) / 10
    count = f"{len(facts.masses_kg)} " if len(facts.masses_kg) > 1 else ""
    is_open = facts.classification is Classification.UNCLASSIFIED
    mass = f" (MTOM {math.ceil(max(facts.masses_kg))}KG)" if is_open and facts.masses_kg else ""
    place = f"{position_words(latitude_deg, longitude_deg)} ({site.notices.place})"
    return f"{count}UNMANNED ACFT{mass} WILL TAKE PLACE WI {radius_nm:g}NM RADIUS PSN {place}. {site.notices.contact}."


def _qualifiers(facts: NoticeFacts, floor_ft: int, ceiling_ft: int, *, site: SiteFacts) -> Qualifiers:
    (latitude_deg, longitude_deg), radius_m = _circle(facts, step_deg=1 / 60, site=site)
    return Qualifiers(
        fir=site.notices.fir,
        code=CODE,
        traffic=TRAFFIC,
        purpose=PURPOSE,
        scope=SCOPE,
        lower_fl=min(floor_ft // 100, MOST_FL),
        upper_fl=min(math.ceil(ceiling_ft / 100), MOST_FL),
        latitude_min=round(latitude_deg * 60),
        longitude_min=round(longitude_deg * 60),
        radius_nm=min(max(1, math.ceil(radius_m / NM_M)), MOST_RADIUS_NM),
    )


def _circle(facts: NoticeFacts, *, step_deg: float, site: SiteFacts) -> tuple[tuple[float, float], float]:
    """Return the centre (latitude, longitude) on whole steps, and the radius that holds all air volumes from there."""
    plane: SitePlane = plane_at(site.arp_latitude_deg, site.arp_longitude_deg)
    corners = shapely.multipoints([corner for volume in facts.air for corner in plane.ring_m(volume.outline)])
    exact = shapely.minimum_bounding_circle(corners).centroid
    longitude_deg, latitude_deg = plane.to_geographic(exact.x, exact.y)
    latitude_deg, longitude_deg = (round(degrees / step_deg) * step_deg for degrees in (latitude_deg, longitude_deg))
    centre = shapely.Point(plane.to_plane_m(longitude_deg, latitude_deg))
    return (latitude_deg, longitude_deg), float(shapely.hausdorff_distance(centre, corners))
