"""The facts that rules judge: frozen, complete and free of any framework.

Times are aware datetimes in UTC, periods are half-open ``[start, end)``, positions are WGS-84 degrees as
``(longitude, latitude)`` pairs, heights are feet above mean sea level (AMSL). Actions fill these shapes from the
database; rules only read them.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from bookings.rules.hazard_details import HazardDetails, HazardNeed

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
    """When a NOTAM must be: for a ceiling above this height, asked for and published so long before the slot."""

    above_ft_amsl: int
    lead_working_days: int
    publish_h: float


@dataclass(frozen=True, slots=True)
class NoticePolicy:
    """What notices to others say of the site; capitals as a NOTAM has them, the country in three letters."""

    fir: str
    country: str
    place: str
    contact: str


@dataclass(frozen=True, slots=True)
class Final:
    """The last part of an approach that a resource is used for: from the threshold outwards, against the course."""

    resource: str
    runway: str
    threshold_longitude_deg: float
    threshold_latitude_deg: float
    true_course_deg: float
    length_nm: float


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A country beyond a border near the site: who is told there, and so many working days before the flight day."""

    country: str
    tell: str
    lead_working_days: int
    outline: Ring
    finals: tuple[Final, ...]


@dataclass(frozen=True, slots=True)
class PaperNeed:
    """One of ``kinds`` (in any case; none named: whatever paper) must be valid on the flight date.

    It is asked of the aircraft, and its organisation's papers count as its own, or ``of`` the pilot; for aircraft of
    ``from_mtom_kg`` and more. Empty sets mean all.
    """

    of: str
    kinds: tuple[str, ...]
    from_mtom_kg: float
    organisation_kinds: frozenset[str]
    aircraft_kinds: frozenset[str]
    class_labels: frozenset[str]


@dataclass(frozen=True, slots=True)
class CoverBand:
    """The least cover of an insurance from this take-off mass on, up to the next band."""

    from_mtom_kg: float
    least_cover_sdr: float


@dataclass(frozen=True, slots=True)
class PaperPolicy:
    """Which papers a flight needs, and how many days before their end their owner is told."""

    needs: tuple[PaperNeed, ...]
    cover: tuple[CoverBand, ...]
    warn_days: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class HoldPolicy:
    """How long a hold lasts, how many an organisation has at once, when its end is told, when it may be held again."""

    hours: float
    most: int
    tell_ahead_h: float
    again_after_h: float


@dataclass(frozen=True, slots=True)
class WaitingPolicy:
    """How long an offer stands, how many entries an organisation has at once, after how many lapses one goes back."""

    offer_h: float
    most: int
    lapses: int


@dataclass(frozen=True, slots=True)
class ClosurePolicy:
    """How long an alternative is held, within how many days it is searched, and how an overrun grows.

    A booking that agreed to be given another resource of a kind is given it at least ``rechoose_notice_h`` before.
    """

    hold_h: float
    search_days: int
    overrun_step_min: int
    rechoose_notice_h: float


@dataclass(frozen=True, slots=True)
class ApprovalCase:
    """A case that needs an approval: everything stated must hold; what is empty or None is not asked.

    ``hazards`` and ``resource_kinds`` are of what the booking names, ``above_ft_amsl`` is passed by one of its volumes.
    """

    hazards: frozenset[Hazard] = frozenset()
    resource_kinds: frozenset[ResourceKind] = frozenset()
    organisation_kinds: frozenset[str] = frozenset()
    above_ft_amsl: int | None = None
    above_label: Classification | None = None


@dataclass(frozen=True, slots=True)
class ApprovalStep:
    """One approval by one of ``roles``, in any of the cases (none named: always).

    Steps of one ``order`` are side by side, later ones open when these are approved. It is due ``due_h`` after it has
    opened; from then on ``deputy`` ("": nobody) may decide too.
    """

    name: str
    roles: tuple[str, ...]
    order: int
    due_h: float
    deputy: str = ""
    when: tuple[ApprovalCase, ...] = ()


@dataclass(frozen=True, slots=True)
class GatePolicy:
    """One go/no-go gate before activation; without ``roles`` it is computed, else one of them sets it."""

    name: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuotaPolicy:
    """What one organisation may have ahead at once; 0: as much as it likes."""

    most_bookings: int
    most_hours: float


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """The site as its file states it, without its resources."""

    code: str
    name: str
    exercise: bool
    timezone: str
    arp_latitude_deg: float
    arp_longitude_deg: float
    elevation_ft_amsl: int
    airspace: Airspace
    hours: OpeningHours
    limits: Limits
    holidays: frozenset[dt.date]
    daylight: Daylight | None
    notam: NotamPolicy | None
    notices: NoticePolicy
    neighbours: tuple[Neighbour, ...]
    papers: PaperPolicy
    home_based: frozenset[str]
    classification_max: Classification
    hazard_needs: bool  # whether what hazardous resources need is asked for
    confirm_at_once: bool
    routine_for: frozenset[str] | None  # None: nothing is confirmed straight
    approvals: tuple[ApprovalStep, ...]
    gates: tuple[GatePolicy, ...]  # in order
    gates_required: bool
    gates_ahead_h: float
    quota: QuotaPolicy | None
    not_for: dict[str, frozenset[str]]  # codes of rules, and the kinds of organisations that they are not for
    dry_runs_per_hour: int  # 0: no budget
    holds: HoldPolicy
    waiting: WaitingPolicy
    closures: ClosurePolicy
    no_show_after_min: int


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
    qualifications: frozenset[str] = frozenset()
    needs: frozenset[HazardNeed] = frozenset()
    needs_officer: str = ""  # the qualification of somebody who is booked with it
    active: bool = True


class AircraftKind(StrEnum):
    """How an aircraft moves."""

    MULTIROTOR = "multirotor"
    HELICOPTER = "helicopter"
    FIXED_WING = "fixed_wing"
    VTOL = "vtol"
    GROUND = "ground"
    SURFACE = "surface"


class ClassLabel(StrEnum):
    """Class identification label (EU 2019/945); most heavy aircraft have none."""

    NONE = ""
    C0 = "C0"
    C1 = "C1"
    C2 = "C2"
    C3 = "C3"
    C4 = "C4"
    C5 = "C5"
    C6 = "C6"


class PaperKind(StrEnum):
    """What a paper of an aircraft or a whole organisation is; those of pilots have the names their issuers give."""

    INSURANCE = "insurance"
    AIRWORTHINESS = "airworthiness"
    AUTHORISATION = "authorisation"  # of the aircraft itself, where it has no airworthiness certificate
    OPERATIONAL_AUTHORISATION = "operational_authorisation"


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """One paper, valid from its first day (None: since ever) to its last, both included.

    ``cover_sdr`` is the third-party cover of an insurance in special drawing rights, None for all other papers.
    """

    kind: str
    number: str
    valid_until: dt.date
    valid_from: dt.date | None = None
    cover_sdr: float | None = None
    issuer: str = ""


@dataclass(frozen=True, slots=True)
class AircraftFacts:
    """What rules ask of an aircraft."""

    id: UUID
    name: str
    mtom_kg: float
    kind: str = ""
    class_label: str = ""
    papers: tuple[PaperFacts, ...] = ()
    retired: bool = False


@dataclass(frozen=True, slots=True)
class PilotFacts:
    """What rules ask of a remote pilot."""

    id: UUID
    name: str
    papers: tuple[PaperFacts, ...] = ()
    retired: bool = False


@dataclass(frozen=True, slots=True)
class VolumeFacts:
    """A prism in the air: a closed ring without holes, and a band; a floor of None is the ground."""

    outline: Ring
    ceiling_ft_amsl: int
    floor_ft_amsl: int | None = None
    kind: VolumeKind = VolumeKind.FLIGHT_GEOGRAPHY


@dataclass(frozen=True, slots=True)
class OrganisationFacts:
    """Whose booking it is; its papers hold for each of its aircraft."""

    id: UUID
    slug: str
    kind: str
    papers: tuple[PaperFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class HeldBefore:
    """What the organisation holds, or held lately and let go: the slot, the resources' codes, and whether it flies."""

    period: Period
    resources: frozenset[str]
    flies: bool
    holds_still: bool


@dataclass(frozen=True, slots=True)
class BookedBefore:
    """What the organisation has ahead: bookings that claim something and are not over, and their hours."""

    bookings: int
    hours: float


@dataclass(frozen=True, slots=True)
class BookingFacts:
    """One wanted booking and all that rules may look at.

    ``waivers`` are rule codes that the asker wishes to waive; they count only where ``asker_role`` is among the
    refusal's ``waivable_by``. ``own_periods`` are those of resources that are wanted for longer than the slot.
    ``granted`` are codes that were waived for this booking before, whoever asks now.
    ``held_before`` is told where the slot is to be held while papers are finished, None for a request.
    ``booked_before`` is told where the site sets a quota.
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
    own_periods: Mapping[UUID, Period] = field(default_factory=dict)
    held_before: tuple[HeldBefore, ...] | None = None
    booked_before: BookedBefore | None = None
    granted: frozenset[str] = frozenset()
    hazard_details: HazardDetails | None = None

    def period_of(self, resource: ResourceFacts) -> Period:
        """Return for how long the booking wants a resource: the slot, where nothing else is said."""
        return self.own_periods.get(resource.id, (self.start, self.end))
