"""The facts that rules judge: frozen, complete and free of any framework.

Times are aware datetimes in UTC, periods are half-open ``[start, end)``, positions are WGS-84 degrees as
``(longitude, latitude)`` pairs, heights are feet above mean sea level (AMSL). Actions fill these shapes from the
database; rules only read them.
"""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

Period: TypeAlias = tuple[dt.datetime, dt.datetime]
Ring: TypeAlias = tuple[tuple[float, float], ...]


class Classification(StrEnum):
    """Labels of ABRO 2026 in rising order; the value is the label as written on documents."""

    UNCLASSIFIED = "ongerubriceerd"
    DEP_V = "Dep.V."
    CONFIDENTIAL = "Stg. Confidentieel"
    SECRET = "Stg. Geheim"  # noqa: S105 - a label, not a password
    TOP_SECRET = "Stg. Zeer Geheim"  # noqa: S105

    @property
    def rank(self) -> int:
        """Return the place in the rising order, 0 for unclassified."""
        return list(Classification).index(self)


class ResourceKind(StrEnum):
    """What a resource is; the console groups by it."""

    RUNWAY = "runway"
    TEST_AREA = "test_area"
    STAND = "stand"
    HANGAR_BAY = "hangar_bay"
    SAFETY_OFFICER = "safety_officer"
    GROUND_STATION = "ground_station"
    SPECTRUM = "spectrum"
    GNSS_BAND = "gnss_band"
    LASER_RANGE = "laser_range"
    COUNTER_DRONE = "counter_drone_zone"
    ILS = "ils"
    ILS_CRITICAL_AREA = "ils_critical_area"


class VolumeKind(StrEnum):
    """What a volume is for (SORA 2.5); flight geography is hard, the others are soft."""

    FLIGHT_GEOGRAPHY = "flight_geography"
    CONTINGENCY = "contingency"
    GROUND_RISK_BUFFER = "ground_risk_buffer"


class Hazard(StrEnum):
    """Which flights take a resource beside those that name it; they share it, who names it has it alone."""

    NONE = "none"
    AREA = "area"  # every flight whose volume or named resource reaches its area and altitudes
    SITE = "site"  # every flight


@dataclass(frozen=True, slots=True)
class OpenSpan:
    """One open span of a day: minutes after 00:00 UTC, ``closes_min`` up to 1440."""

    opens_min: int
    closes_min: int


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Open spans per UTC weekday (0 = Monday) in winter and summer time, on holidays, and on single dates.

    Summer is when the site's time zone keeps daylight-saving time at noon of that day. A date in ``exceptions``
    replaces all else; an empty tuple there is a closed day. ``within_daylight`` cuts all spans to the site's daylight
    period, where it has one.
    """

    winter: tuple[tuple[OpenSpan, ...], ...]
    summer: tuple[tuple[OpenSpan, ...], ...]
    winter_holiday: tuple[OpenSpan, ...]
    summer_holiday: tuple[OpenSpan, ...]
    exceptions: dict[dt.date, tuple[OpenSpan, ...]] = field(default_factory=dict)
    within_daylight: bool = True


@dataclass(frozen=True, slots=True)
class Limits:
    """What bounds a booking of one resource, or of the site where no resource is named."""

    min_duration_min: int
    max_duration_min: int
    start_raster_min: int
    horizon_days: int
    lead_time_home_based_h: float
    lead_time_others_h: float


@dataclass(frozen=True, slots=True)
class Daylight:
    """The uniform daylight period (AIP GEN 2.7): sunrise − margin to sunset + margin at ONE place for the whole FIR."""

    latitude_deg: float
    longitude_deg: float
    margin_min: int


@dataclass(frozen=True, slots=True)
class Airspace:
    """The airspace that bookings may use: an outline from the ground to a ceiling."""

    name: str
    outline: Ring
    ceiling_ft_amsl: int


@dataclass(frozen=True, slots=True)
class NotamPolicy:
    """When a NOTAM must be asked for: a ceiling above this height, and how many working days ahead."""

    above_ft_amsl: int
    lead_working_days: int


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """The site as its file states it, without its resources."""

    code: str
    name: str
    exercise: bool
    timezone: str
    arp_latitude_deg: float
    arp_longitude_deg: float
    airspace: Airspace
    hours: OpeningHours
    limits: Limits
    holidays: frozenset[dt.date]
    daylight: Daylight | None
    notam: NotamPolicy | None
    home_based: frozenset[str]
    classification_max: Classification
    confirm_at_once: bool


@dataclass(frozen=True, slots=True)
class ResourceFacts:
    """One bookable thing; ``hours`` and ``limits`` are already merged with the site's."""

    id: UUID
    code: str
    name: str
    kind: ResourceKind
    capacity: int
    exclusive: bool
    hazard: Hazard
    organisation_kinds: frozenset[str]
    hours: OpeningHours
    limits: Limits
    setup_s: int = 0
    clearup_s: int = 0
    outline: Ring | None = None
    floor_ft_amsl: int | None = None
    ceiling_ft_amsl: int | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class InsuranceFacts:
    """A third-party liability cover in special drawing rights."""

    cover_sdr: float
    valid_until: dt.date


@dataclass(frozen=True, slots=True)
class AircraftFacts:
    """What rules ask of an aircraft."""

    id: UUID
    name: str
    mtom_kg: float
    insurance: InsuranceFacts | None = None


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """A pilot's proof of competence; valid on its last day too."""

    kind: str
    number: str
    valid_until: dt.date


@dataclass(frozen=True, slots=True)
class PilotFacts:
    """What rules ask of a remote pilot."""

    id: UUID
    name: str
    certificates: tuple[CertificateFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class VolumeFacts:
    """A prism in the air: a closed ring without holes, and a band; a floor of None is the ground."""

    outline: Ring
    ceiling_ft_amsl: int
    floor_ft_amsl: int | None = None
    kind: VolumeKind = VolumeKind.FLIGHT_GEOGRAPHY


@dataclass(frozen=True, slots=True)
class OrganisationFacts:
    """Whose booking it is."""

    id: UUID
    slug: str
    kind: str


@dataclass(frozen=True, slots=True)
class BookingFacts:
    """One wanted booking and all that rules may look at.

    ``waivers`` are rule codes that the asker wishes to waive; they count only where ``asker_role`` is among the
    refusal's ``waivable_by``.
    """

    now: dt.datetime
    start: dt.datetime
    end: dt.datetime
    site: SiteFacts
    organisation: OrganisationFacts
    resources: tuple[ResourceFacts, ...] = ()
    crew: tuple[tuple[AircraftFacts, PilotFacts], ...] = ()
    volumes: tuple[VolumeFacts, ...] = ()
    classification: Classification = Classification.UNCLASSIFIED
    waivers: frozenset[str] = frozenset()
    asker_role: str = ""
