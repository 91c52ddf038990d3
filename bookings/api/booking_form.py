"""A request for a booking, from the body to a wish; every fault of form is told at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from bookings.actions.plan import Wish
from bookings.api.fields import Choice, Field, Flag, Group, Id, Many, Number, Raw, Text, read_object
from bookings.api.hazard_form import HAZARD_DETAILS
from bookings.api.until import read_until
from bookings.api.wants import WantField
from bookings.models import Site, current_site, site_plane
from bookings.queries.fleet_kept import fleet_of
from bookings.queries.references import find_candidates, find_crew, find_organisation
from bookings.rules.facts import Classification, VolumeFacts
from bookings.rules.times import read_period
from bookings.rules.volumes import read_volumes
from testcentre.accounts.asker import Asker
from testcentre.accounts.models import Organisation
from testcentre.foundation.errors import Malformed, Refusal

MOST_CREW = 20
MOST_RESOURCES = 50
_TIME = {"type": "string", "format": "date-time"}
_POSITION = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
POLYGON = {
    "type": "object",
    "properties": {
        "type": {"type": "string", "enum": ["Polygon"]},
        "coordinates": {"type": "array", "items": {"type": "array", "items": _POSITION}},
    },
    "required": ["type", "coordinates"],
}
_VOLUMES = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "polygon": POLYGON,
            "floor_ft_amsl": {"type": "integer", "nullable": True, "description": "null: the ground"},
            "ceiling_ft_amsl": {"type": "integer"},
            "kind": {"type": "string", "enum": ["flight_geography", "contingency", "ground_risk_buffer"]},
        },
        "required": ["polygon", "ceiling_ft_amsl"],
    },
}


class As(StrEnum):
    """What a booking begins as."""

    REQUEST = "request"
    HOLD = "hold"


BOOKING: dict[str, Field] = {
    "aircraft": Id(note="With `pilot`, for one aircraft; else `crew`."),
    "pilot": Id(),
    "crew": Many(of=Group(fields={"aircraft": Id(required=True), "pilot": Id(required=True)}), most=MOST_CREW),
    "purpose": Text(most=500, least=1, lines=True, required=True),
    "start": Raw(describes=_TIME, required=True, note="RFC 3339 with offset."),
    "end": Raw(describes=_TIME, required=True, note="RFC 3339 with offset; the slot is [start, end)."),
    "resources": Many(of=WantField(), most=MOST_RESOURCES, note="Codes; or objects: any of a kind, own period."),
    "volumes": Raw(describes=_VOLUMES, default=[]),
    "separation_m": Number(above=0, most=10_000, default=None, note="What several aircraft keep between them."),
    "separation_ft": Number(above=0, most=10_000, default=None, note="The same in height."),
    "may_rechoose": Flag(note="The range may give another resource of a kind later, to make room."),
    "hazard_details": HAZARD_DETAILS,
    "classification": Choice(among=Classification, default=Classification.UNCLASSIFIED),
    "as": Choice(among=As, default=As.REQUEST),
    "dry_run": Flag(note="Say what it would come to, and store nothing."),
    "organisation": Text(most=40, default=None, note="Range staff: the slug of the organisation it is for."),
    "waive": Many(of=Text(most=60, least=1), most=30, note="Range staff: codes of rules to waive."),
    "waiver_reason": Text(most=500, note="Range staff: why they are waived."),
    "waive_until": Raw(describes=_TIME, note="Range staff: RFC 3339; the waiver counts for what is decided before it."),
}


@dataclass(frozen=True, slots=True)
class BookingForm:
    """A well-formed request."""

    wish: Wish
    hold: bool
    dry_run: bool


def read_booking(asker: Asker, body: Mapping[str, object]) -> BookingForm:
    """Return the request in a body.

    Raises:
        Malformed: all faults of form, and all names that name nothing the asker may use.
    """
    faults: list[Refusal] = []
    values = read_object(body, BOOKING, faults)
    site = current_site()
    has_times = values["start"] is not None and values["end"] is not None
    period = read_period(values["start"], values["end"], timezone=site.timezone) if has_times else []
    if isinstance(period, list):
        faults += period
    volumes, volume_faults = read_volumes(values["volumes"], plane=site_plane(site))
    faults += volume_faults
    values["waive_until"] = read_until(values["waive_until"], faults, field="waive_until")
    crew = _crew(values, faults)
    organisation_id = _organisation_id(asker, values, faults)
    if not isinstance(period, tuple) or faults:
        raise Malformed(*faults, *_unknown(site, organisation_id, values, crew))
    return BookingForm(
        _wish(values, period[0], period[1], crew, volumes, organisation_id), values["as"] is As.HOLD, values["dry_run"]
    )


def _wish(
    values: Mapping[str, Any],
    start: Any,
    end: Any,
    crew: list[tuple[UUID, UUID]],
    volumes: list[VolumeFacts],
    organisation_id: UUID,
) -> Wish:
    return Wish(
        organisation_id=organisation_id,
        crew=tuple(crew),
        purpose=values["purpose"],
        start=start,
        end=end,
        resources=values["resources"],
        volumes=tuple(volumes),
        classification=values["classification"],
        may_rechoose=values["may_rechoose"],
        separation_m=values["separation_m"],
        separation_ft=values["separation_ft"],
        hazard_details=values["hazard_details"],
        waive=frozenset(values["waive"]),
        waiver_reason=values["waiver_reason"],
        waive_until=values["waive_until"],
    )


def _crew(values: Mapping[str, Any], faults: list[Refusal]) -> list[tuple[UUID, UUID]]:
    """Return (aircraft, pilot) of `crew`, or of `aircraft` and `pilot`; what is not well-formed is left out."""
    pairs = [(member.get("aircraft"), member.get("pilot")) for member in values["crew"]]
    single = {name: values[name] for name in ("aircraft", "pilot")}
    if values["crew"] and any(single.values()):
        faults.append(
            Refusal("crew_named_twice", "Name aircraft and pilot, or crew, not both.", "crew", "one of the two", "both")
        )
    elif not values["crew"]:
        told = {fault.field for fault in faults}
        faults += [
            Refusal("required", "This field is required.", name, "an id (UUID)", None, "Or send `crew`.")
            for name, value in single.items()
            if value is None and name not in told
        ]
        pairs = [(single["aircraft"], single["pilot"])]
    return [(aircraft, pilot) for aircraft, pilot in pairs if aircraft and pilot]


def _organisation_id(asker: Asker, values: Mapping[str, Any], faults: list[Refusal]) -> UUID:
    """Return whose booking it will be; only range staff may name another organisation or waive rules."""
    faults += range_only_faults(asker, values)
    if not asker.is_range or not values["organisation"]:
        return asker.organisation_id
    found = find_organisation(values["organisation"])
    if isinstance(found, Organisation):
        return found.id
    faults.append(found)
    return asker.organisation_id


def range_only_faults(asker: Asker, values: Mapping[str, Any]) -> list[Refusal]:
    """Return what is wrong with the fields that are for range staff: who sends them, and a waiver without a reason."""
    if not asker.is_range:
        return [
            Refusal(
                "range_staff_only", "Only range staff may send this field.", name, "nothing", "a value", "Leave it out."
            )
            for name in ("organisation", "waive", "waiver_reason", "waive_until")
            if values.get(name) and values[name] != asker.organisation_slug
        ]
    if values["waive"] and not values["waiver_reason"]:
        return [
            Refusal(
                "required", "This field is required when rules are waived.", "waiver_reason", "why they are waived", ""
            )
        ]
    return []


def _unknown(
    site: Site, organisation_id: UUID, values: Mapping[str, Any], crew: list[tuple[UUID, UUID]]
) -> list[Refusal]:
    wants = [want for want in values["resources"] if want is not None]
    return [*find_candidates(site, wants)[1], *find_crew(fleet_of(organisation_id, crew), crew)[1]]
