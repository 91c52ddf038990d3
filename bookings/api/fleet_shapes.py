"""Aircraft and pilots as the API reads and answers them."""

from collections.abc import Mapping
from typing import Any

from bookings.actions.add_aircraft import AircraftEntry
from bookings.api.fields import Choice, Day, Field, Group, Many, Number, Source, Text, read_object
from bookings.models import Aircraft, AircraftKind, Pilot
from bookings.rules.facts import CertificateFacts
from bookings.rules.identifiers import operator_number_fault, serial_number_fault
from testcentre.foundation.errors import Malformed, Refusal

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
    "mtom_kg": Number(above=0, most=25_000, required=True),
    "payload_kg": Number(above=-0.001, most=25_000),
    "max_speed_m_s": Number(above=0, most=400, required=True),
    "characteristic_dimension_m": Number(above=0, most=100, required=True),
    "endurance_min": Number(above=0, most=100_000),
    "lost_link_procedure": Text(most=2000, lines=True),
    "insurance": Group(fields=INSURANCE),
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
    "certificates": Many(of=Group(fields=CERTIFICATE, more=True), most=30),
}


def read_aircraft(body: Mapping[str, object]) -> AircraftEntry:
    """Return the aircraft of a request body.

    Raises:
        Malformed: every fault of form at once.
    """
    faults: list[Refusal] = []
    values = read_object(body, AIRCRAFT, faults)
    if faults:
        raise Malformed(*faults)
    insurance = values.pop("insurance") or {}
    return AircraftEntry(
        **values,
        insurer=insurance.get("insurer", ""),
        insurance_policy_number=insurance.get("policy_number", ""),
        insurance_cover_sdr=insurance.get("cover_sdr"),
        insurance_valid_until=insurance.get("valid_until"),
    )


def read_pilot(body: Mapping[str, object]) -> dict[str, Any]:
    """Return name, remote_pilot_id and certificates of a request body.

    Raises:
        Malformed: every fault of form at once.
    """
    faults: list[Refusal] = []
    values = read_object(body, PILOT, faults)
    if faults:
        raise Malformed(*faults)
    return {**values, "certificates": [CertificateFacts(**proof) for proof in values["certificates"]]}


def aircraft_shape(aircraft: Aircraft) -> dict[str, Any]:
    """Return an aircraft as the API answers it; of the signing key only whether there is one."""
    insurance = None
    if aircraft.insurance_valid_until is not None:
        insurance = {
            "insurer": aircraft.insurer,
            "policy_number": aircraft.insurance_policy_number,
            "cover_sdr": aircraft.insurance_cover_sdr,
            "valid_until": aircraft.insurance_valid_until.isoformat(),
        }
    return {
        "id": str(aircraft.id),
        "name": aircraft.name,
        "kind": aircraft.kind,
        "registration": aircraft.registration,
        "serial_number": aircraft.serial_number,
        "operator_number": aircraft.operator_number,
        "mtom_kg": aircraft.mtom_kg,
        "payload_kg": aircraft.payload_kg,
        "max_speed_m_s": aircraft.max_speed_m_s,
        "characteristic_dimension_m": aircraft.characteristic_dimension_m,
        "endurance_min": aircraft.endurance_min,
        "lost_link_procedure": aircraft.lost_link_procedure,
        "insurance": insurance,
        "mavlink_system_id": aircraft.mavlink_system_id,
        "has_signing_key": aircraft.signing_key_encrypted is not None,
        "allowed_sources": list(aircraft.allowed_sources),
    }


def pilot_shape(pilot: Pilot) -> dict[str, Any]:
    """Return a pilot as the API answers it."""
    return {
        "id": str(pilot.id),
        "name": pilot.name,
        "remote_pilot_id": pilot.remote_pilot_id,
        "certificates": [
            {"kind": proof.kind, "number": proof.number, "valid_until": proof.valid_until.isoformat()}
            for proof in pilot.certificates.all()
        ],
    }
