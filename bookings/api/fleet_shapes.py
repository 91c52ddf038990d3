"""Aircraft and pilots as the API reads and answers them."""

from collections.abc import Mapping
from typing import Any

from bookings.actions.add_aircraft import AircraftEntry
from bookings.api.fields import Choice, Day, Field, Flag, Group, Many, Number, Source, Text, read_body
from bookings.models import Aircraft, Paper, Pilot
from bookings.rules.facts import AircraftKind, ClassLabel, PaperFacts, PaperKind
from bookings.rules.identifiers import operator_number_fault, serial_number_fault
from testcentre.foundation.clock import to_rfc3339

INSURANCE: dict[str, Field] = {
    "insurer": Text(most=120, required=True, least=1),
    "policy_number": Text(most=60, required=True, least=1),
    "cover_sdr": Number(above=0, most=1e12, required=True, note="Third-party cover, special drawing rights."),
    "valid_until": Day(required=True, note="Valid on this day too."),
}
AIRCRAFT: dict[str, Field] = {
    "name": Text(most=120, least=1, required=True),
    "kind": Choice(among=AircraftKind, required=True),
    "registration": Text(most=20),
    "serial_number": Text(most=20, required=True, fault_of=serial_number_fault, note="ANSI/CTA-2063-A."),
    "operator_number": Text(
        most=20, fault_of=operator_number_fault, note="EN 4709-02, with its secret part: that is checked and not kept."
    ),
    "class_label": Choice(
        among=ClassLabel, default=ClassLabel.NONE, note="Class identification label of EU 2019/945; empty: none."
    ),
    "mtom_kg": Number(above=0, most=25_000, required=True),
    "payload_kg": Number(above=-0.001, most=25_000),
    "max_speed_m_s": Number(above=0, most=400, required=True),
    "characteristic_dimension_m": Number(above=0, most=100, required=True),
    "span_m": Number(above=0, most=100, note="Wing span, or from rotor tip to rotor tip."),
    "endurance_min": Number(above=0, most=100_000),
    "lost_link_procedure": Text(most=2000, lines=True),
    "insurance": Group(fields=INSURANCE, note="In a change it stands for all insurances of this aircraft; null: none."),
    "mavlink_system_id": Number(above=0, most=255, whole=True, required=True),
    "signing_key": Text(
        most=64,
        pattern=r"[0-9a-fA-F]{64}",
        default=None,
        note="The MAVLink 2 signing key, 64 hex digits; never answered.",
    ),
    "allowed_sources": Many(of=Source(), most=16, note="Networks that unsigned links may come from."),
}
CERTIFICATE: dict[str, Field] = {
    "kind": Text(most=40, least=1, required=True, note="A1/A3, A2, STS or an authorisation."),
    "number": Text(most=60, least=1, required=True),
    "valid_until": Day(required=True, note="Valid on this day too."),
}
PILOT: dict[str, Field] = {
    "name": Text(most=120, least=1, required=True),
    "remote_pilot_id": Text(most=60),
    # issuers' records carry more than the rules ask for
    "certificates": Many(
        of=Group(fields=CERTIFICATE, more=True), most=30, note="In a change it stands for all papers of the pilot."
    ),
}
_RETIRED: dict[str, Field] = {"retired": Flag(note="Who is retired can't be booked; false takes them back.")}
AIRCRAFT_CHANGES = AIRCRAFT | _RETIRED
PILOT_CHANGES = PILOT | _RETIRED


def read_aircraft(body: Mapping[str, object]) -> AircraftEntry:
    """Return the aircraft of a request body.

    Raises:
        Malformed: every fault of form at once.
    """
    values = read_body(body, AIRCRAFT)
    insurance = _insurance(values.pop("insurance"))
    return AircraftEntry(**values, papers=(insurance,) if insurance else ())


def read_aircraft_changes(body: Mapping[str, object]) -> dict[str, Any]:
    """Return what a request body changes of an aircraft.

    Raises:
        Malformed: every fault of form at once.
    """
    values = read_body(body, AIRCRAFT_CHANGES, partly=True)
    return values | ({"insurance": _insurance(values["insurance"])} if "insurance" in values else {})


def read_pilot(body: Mapping[str, object], *, partly: bool = False) -> dict[str, Any]:
    """Return name, remote_pilot_id and certificates of a request body; of a change only what it names.

    Raises:
        Malformed: every fault of form at once.
    """
    values = read_body(body, PILOT_CHANGES if partly else PILOT, partly=partly)
    if "certificates" in values:
        values["certificates"] = [PaperFacts(**proof) for proof in values["certificates"]]
    return values


def aircraft_shape(aircraft: Aircraft) -> dict[str, Any]:
    """Return an aircraft as the API answers it; of the signing key only whether there is one.

    `insurance` is the one of its own that ends last; all papers are at /papers.
    """
    insurances = [paper for paper in aircraft.papers.all() if paper.kind == PaperKind.INSURANCE]
    last = max(insurances, key=lambda paper: paper.valid_until, default=None)
    return {
        "id": str(aircraft.id),
        "name": aircraft.name,
        "kind": aircraft.kind,
        "registration": aircraft.registration,
        "serial_number": aircraft.serial_number,
        "operator_number": aircraft.operator_number,
        "class_label": aircraft.class_label,
        "mtom_kg": aircraft.mtom_kg,
        "payload_kg": aircraft.payload_kg,
        "max_speed_m_s": aircraft.max_speed_m_s,
        "characteristic_dimension_m": aircraft.characteristic_dimension_m,
        "span_m": aircraft.span_m,
        "endurance_min": aircraft.endurance_min,
        "lost_link_procedure": aircraft.lost_link_procedure,
        "insurance": _insurance_shape(last) if last else None,
        "mavlink_system_id": aircraft.mavlink_system_id,
        "has_signing_key": aircraft.signing_key_encrypted is not None,
        "allowed_sources": list(aircraft.allowed_sources),
        "retired_at": to_rfc3339(aircraft.retired_at) if aircraft.retired_at else None,
    }


def pilot_shape(pilot: Pilot) -> dict[str, Any]:
    """Return a pilot as the API answers it."""
    return {
        "id": str(pilot.id),
        "name": pilot.name,
        "remote_pilot_id": pilot.remote_pilot_id,
        "certificates": [
            {"kind": proof.kind, "number": proof.number, "valid_until": proof.valid_until.isoformat()}
            for proof in pilot.papers.all()
        ],
        "retired_at": to_rfc3339(pilot.retired_at) if pilot.retired_at else None,
    }


def _insurance(said: Mapping[str, Any] | None) -> PaperFacts | None:
    if not said:
        return None
    return PaperFacts(
        kind=PaperKind.INSURANCE,
        number=said["policy_number"],
        issuer=said["insurer"],
        valid_until=said["valid_until"],
        cover_sdr=said["cover_sdr"],
    )


def _insurance_shape(paper: Paper) -> dict[str, Any]:
    return {
        "insurer": paper.issuer,
        "policy_number": paper.number,
        "cover_sdr": paper.cover_sdr,
        "valid_until": paper.valid_until.isoformat(),
    }
