"""The shape of a site file; docs/reference/site-file.md explains every key, and a test compares the two."""

import datetime as dt
from typing import Annotated, Literal

from msgspec import Meta, Struct

from bookings.rules.facts import AircraftKind, Classification, ClassLabel, Hazard, ResourceKind
from bookings.rules.hazard_details import HazardNeed
from bookings.site_file.tariff_shapes import InvoicingTable, TariffTable

Code = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,39}\Z")]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Notes = Annotated[str, Meta(max_length=1000)]
LongitudeDeg = Annotated[float, Meta(ge=-180, le=180)]
LatitudeDeg = Annotated[float, Meta(ge=-65, le=65)]  # beyond, the sun does not set every day
CourseDeg = Annotated[float, Meta(ge=0, lt=360)]
AltitudeFt = Annotated[int, Meta(ge=-1500, le=60_000)]
Minutes = Annotated[int, Meta(ge=0, le=527_040)]
Position = tuple[LongitudeDeg, LatitudeDeg]
Polygon = Annotated[list[Position], Meta(min_length=4, max_length=500)]
NotamWords = Annotated[str, Meta(pattern=r"^[A-Z0-9][A-Z0-9 ./-]{0,119}\Z")]
Spans = list[Annotated[str, Meta(pattern=r"^\d{4}-\d{4}\Z")]]


class Shape(Struct, forbid_unknown_fields=True, kw_only=True):
    """A table of the file; unknown keys are faults."""


class ReferencePoint(Shape):
    """The aerodrome reference point: the origin of the site's plane."""

    longitude_deg: LongitudeDeg
    latitude_deg: LatitudeDeg
    elevation_ft_amsl: AltitudeFt
    geoid_undulation_m: Annotated[float, Meta(ge=-120, le=120)]


class AirspaceTable(Shape):
    """The airspace that bookings may use, from the ground to its ceiling."""

    name: Name
    ceiling_ft_amsl: AltitudeFt
    polygon: Polygon
    hours_local: Annotated[str, Meta(pattern=r"^\d{4}-\d{4}\Z")]
    callsign: Name
    frequency_mhz: Annotated[float, Meta(ge=108, le=137)]


class DaylightTable(Shape):
    """Where and with which margin the uniform daylight period is reckoned."""

    latitude_deg: LatitudeDeg
    longitude_deg: LongitudeDeg
    margin_min: Annotated[int, Meta(ge=0, le=120)]


class HoldsTable(Shape):
    """How long a slot is held while papers are finished, and what keeps holds from blocking others."""

    hours: Annotated[float, Meta(gt=0, le=720)]
    most: Annotated[int, Meta(ge=0, le=1000)]
    tell_ahead_h: Annotated[float, Meta(ge=0, le=720)]
    again_after_h: Annotated[float, Meta(ge=0, le=720)]


class WaitingTable(Shape):
    """How long an offer from the waiting list stands, how many wait, and what letting offers go costs."""

    offer_h: Annotated[float, Meta(gt=0, le=168)]
    most: Annotated[int, Meta(ge=0, le=1000)]
    lapses: Annotated[int, Meta(ge=1, le=100)]


class ClosuresTable(Shape):
    """What becomes of bookings that a closure or an overrun meets, and how long ahead one may be given another lane."""

    hold_h: Annotated[float, Meta(gt=0, le=720)]
    search_days: Annotated[int, Meta(ge=0, le=90)]
    overrun_step_min: Annotated[int, Meta(ge=1, le=60)]
    rechoose_notice_h: Annotated[float, Meta(ge=0, le=720)]


ApproverRole = Literal["operator", "safety", "duty_officer", "spectrum", "laser_safety", "security", "manager"]
OrganisationKind = Literal["company", "range", "education", "defence"]
Word = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}\Z")]


class ApprovalCaseTable(Shape):
    """A case in which a step is needed: everything stated must hold."""

    hazards: list[Literal["area", "site"]] = []
    resource_kinds: list[ResourceKind] = []
    organisation_kinds: list[OrganisationKind] = []
    above_ft_amsl: AltitudeFt | None = None
    above_label: Classification | None = None


class ApprovalTable(Shape):
    """One step of approval by one of its roles; steps of one order are side by side."""

    name: Word
    roles: Annotated[list[ApproverRole], Meta(min_length=1)]
    due_h: Annotated[float, Meta(gt=0, le=720)]
    order: Annotated[int, Meta(ge=1, le=20)] = 1
    deputy: ApproverRole | None = None
    when: Annotated[list[ApprovalCaseTable], Meta(max_length=20)] = []


class GateTable(Shape):
    """A go/no-go gate before activation, in the order of the file; a computed one has no roles."""

    name: Word
    roles: list[ApproverRole] = []


class QuotaTable(Shape):
    """What one organisation may have ahead at once; 0: as much as it likes."""

    most_bookings: Annotated[int, Meta(ge=0, le=100_000)]
    most_hours: Annotated[float, Meta(ge=0, le=1_000_000)]


class DryRunsTable(Shape):
    """How often a company may ask what would be."""

    per_hour: Annotated[int, Meta(ge=0, le=1_000_000)]


class RuleTable(Shape):
    """For whom a rule does not count."""

    not_for: list[OrganisationKind]


class PolicyTable(Shape):
    """What the site decides: who confirms, labels, and the hours and limits where a resource names none."""

    confirm: Literal["range", "routine", "at_once"]
    approvals: Annotated[list[ApprovalTable], Meta(min_length=1, max_length=20)]
    gates: Annotated[list[GateTable], Meta(max_length=20)]
    gates_required: bool
    gates_ahead_h: Annotated[float, Meta(gt=0, le=168)]
    quota: QuotaTable
    dry_runs: DryRunsTable
    rules: dict[Word, RuleTable]
    classification_max: Classification
    hazard_needs: bool
    hours: Code
    limits: Code
    home_based: list[Code]
    routine_for: list[Code]
    notam_above_ft_amsl: AltitudeFt
    notam_lead_working_days: Annotated[int, Meta(ge=0, le=60)]
    no_show_after_min: Annotated[int, Meta(ge=0, le=1440)]
    holds: HoldsTable
    waiting: WaitingTable
    closures: ClosuresTable
    notam_publish_h: Annotated[float, Meta(ge=0, le=720)]


class PaperNeedTable(Shape):
    """One of ``kinds`` must be valid on the flight date; an empty list means all."""

    of: Literal["aircraft", "pilot"]
    kinds: list[Annotated[str, Meta(min_length=1, max_length=40)]]
    from_mtom_kg: Annotated[float, Meta(ge=0)] = 0
    organisation_kinds: list[Literal["company", "range", "education", "defence"]] = []
    aircraft_kinds: list[AircraftKind] = []
    class_labels: list[ClassLabel] = []


class CoverTable(Shape):
    """The least cover of an insurance from this take-off mass on."""

    from_mtom_kg: Annotated[float, Meta(ge=0)]
    least_cover_sdr: Annotated[float, Meta(gt=0)]


class PapersTable(Shape):
    """Which papers a flight needs, and when their end is told ahead."""

    needs: Annotated[list[PaperNeedTable], Meta(max_length=50)]
    cover: Annotated[list[CoverTable], Meta(max_length=50)]
    warn_days: Annotated[list[Annotated[int, Meta(ge=1, le=365)]], Meta(max_length=10)]


class WeekTable(Shape):
    """Open spans ``"0800-1600"`` (UTC) of the days of a week; an empty list is a closed day."""

    mon_fri: Spans
    sat: Spans
    sun: Spans
    holiday: Spans


class ExceptionTable(Shape):
    """A single UTC date that opens differently; an empty ``open`` closes it."""

    date: dt.date
    open: Spans
    reason: Name


class HoursTable(Shape):
    """Named opening hours."""

    within_daylight: bool
    winter: WeekTable
    summer: WeekTable
    exceptions: list[ExceptionTable] = []


class LimitsTable(Shape):
    """Named limits of a booking."""

    min_duration_min: Annotated[int, Meta(ge=1, le=527_040)]
    max_duration_min: Annotated[int, Meta(ge=1, le=527_040)]
    start_raster_min: Annotated[int, Meta(ge=1, le=1440)]
    horizon_days: Annotated[int, Meta(ge=1, le=3660)]
    lead_time_home_based_h: Annotated[float, Meta(ge=0, le=8760)]
    lead_time_others_h: Annotated[float, Meta(ge=0, le=8760)]


class RunwayTable(Shape):
    """A runway as the map draws it."""

    name: Name
    length_m: Annotated[float, Meta(gt=0)]
    width_m: Annotated[float, Meta(gt=0)]
    surface: Name
    polygon: Polygon


class ThresholdTable(Shape):
    """A runway's threshold and the true course of landing on it."""

    runway: Code
    longitude_deg: LongitudeDeg
    latitude_deg: LatitudeDeg
    elevation_ft_amsl: AltitudeFt
    height_ellipsoid_m: float
    true_course_deg: CourseDeg
    displaced_m: Annotated[float, Meta(ge=0)]


class IlsTable(Shape):
    """An instrument landing system of one landing direction; ``localizer_to_threshold_m`` is D_loc."""

    status: Literal["planned", "test", "operational"]
    true_course_deg: CourseDeg
    localizer_to_threshold_m: Annotated[float, Meta(gt=0)]
    localizer: Position
    glide_path_deg: Annotated[float, Meta(gt=0, le=10)]
    reference_datum_height_m: Annotated[float, Meta(gt=0, le=50)]
    glide_path_origin: Position


class ResourceTable(Shape):
    """One bookable thing.

    ``capacity`` is how many bookings may have it at once (lanes); ``exclusive`` gives one booking all of them.
    ``hazard`` says which flights share it without naming it. A missing floor is the ground, a missing ceiling no limit.
    """

    code: Code
    name: Name
    kind: ResourceKind
    capacity: Annotated[int, Meta(ge=1, le=1000)] = 1
    exclusive: bool = False
    hazard: Hazard = Hazard.NONE
    organisation_kinds: list[Literal["company", "range", "education", "defence"]] = []
    qualifications: list[Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}\Z")]] = []
    needs: list[HazardNeed] = []
    needs_officer: Annotated[str, Meta(pattern=r"^([a-z][a-z0-9_]{0,39})?\Z")] = ""
    hours: Code | None = None
    limits: Code | None = None
    setup_min: Annotated[int, Meta(ge=0, le=1440)] = 0
    clearup_min: Annotated[int, Meta(ge=0, le=1440)] = 0
    polygon: Polygon | None = None
    floor_ft_amsl: AltitudeFt | None = None
    ceiling_ft_amsl: AltitudeFt | None = None
    notes: Notes = ""


class NoticesTable(Shape):
    """What NOTAM drafts and geozones say of the site."""

    fir: Annotated[str, Meta(pattern=r"^[A-Z]{4}\Z")]
    country: Annotated[str, Meta(pattern=r"^[A-Z]{3}\Z")]
    place: NotamWords
    contact: NotamWords


class FinalTable(Shape):
    """An approach that reaches over the border, and the resource that is booked for it."""

    resource: Code
    runway: Code
    length_nm: Annotated[float, Meta(gt=0, le=50)]


class NeighbourTable(Shape):
    """A country beyond a border near the site."""

    country: NotamWords
    tell: NotamWords
    lead_working_days: Annotated[int, Meta(ge=0, le=60)]
    polygon: Polygon
    finals: list[FinalTable]


class SiteFile(Shape):
    """A whole site file."""

    icao: Annotated[str, Meta(pattern=r"^[A-Z]{4}\Z")]
    code: Code
    name: Name
    exercise: bool
    timezone: Name
    holidays: list[dt.date]
    reference_point: ReferencePoint
    airspace: AirspaceTable
    daylight: DaylightTable
    policy: PolicyTable
    papers: PapersTable
    notices: NoticesTable
    neighbours: list[NeighbourTable]
    hours: dict[Code, HoursTable]
    limits: dict[Code, LimitsTable]
    runways: Annotated[list[RunwayTable], Meta(min_length=1)]
    thresholds: list[ThresholdTable]
    ils: dict[Code, IlsTable]
    resources: Annotated[list[ResourceTable], Meta(min_length=1, max_length=500)]
    tariff: TariffTable
    invoicing: InvoicingTable
