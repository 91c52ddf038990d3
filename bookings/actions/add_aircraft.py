"""Enter an aircraft into the own organisation's fleet."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.db import IntegrityError, transaction

from bookings.actions.write_papers import set_papers
from bookings.models import Aircraft
from bookings.rules.facts import AircraftKind, ClassLabel, PaperFacts
from bookings.rules.identifiers import public_operator_number
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Permission
from testcentre.audit.trail import record
from testcentre.foundation.errors import Refusal, Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class AircraftEntry:
    """What the owner says of an aircraft; `signing_key` is 64 hex digits, `operator_number` has its secret part.

    `papers` are its insurance and other papers of its own.
    """

    name: str
    kind: AircraftKind
    serial_number: str
    mtom_kg: float
    max_speed_m_s: float
    characteristic_dimension_m: float
    mavlink_system_id: int
    registration: str = ""
    operator_number: str = ""
    payload_kg: float | None = None
    endurance_min: float | None = None
    lost_link_procedure: str = ""
    class_label: ClassLabel = ClassLabel.NONE
    span_m: float | None = None
    signing_key: str | None = None
    allowed_sources: tuple[str, ...] = ()
    papers: tuple[PaperFacts, ...] = ()


@transaction.atomic
def add_aircraft(asker: Asker, entry: AircraftEntry) -> Aircraft:
    """Store an aircraft: the secret part of the operator number is dropped, the signing key rests encrypted.

    Raises:
        Forbidden: the asker's role may not write the fleet.
        Refused: the organisation has an aircraft with this serial number.
    """
    asker.require(Permission.WRITE_FLEET)
    said = {field.name: getattr(entry, field.name) for field in fields(entry) if field.name != "papers"}
    aircraft = Aircraft(organisation_id=asker.organisation_id, **as_stored(said))
    save_aircraft(aircraft)
    set_papers(aircraft, entry.papers, among=aircraft.papers.all())
    record(asker, "aircraft.add", subject=f"aircraft:{aircraft.id}")
    return aircraft


def as_stored(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns for what the owner says: nothing secret is among them but under encryption."""
    stored = dict(said)
    if "operator_number" in stored:
        stored["operator_number"] = public_operator_number(stored["operator_number"])
    if "allowed_sources" in stored:
        stored["allowed_sources"] = list(stored["allowed_sources"])
    if "signing_key" in stored:
        key = stored.pop("signing_key")
        stored["signing_key_encrypted"] = encrypted(key) if key else None
    return stored


def save_aircraft(aircraft: Aircraft) -> None:
    """Write the aircraft.

    Raises:
        Refused: the organisation has another one with this serial number.
    """
    try:
        with transaction.atomic():
            aircraft.save()
    except IntegrityError as error:
        raise _taken(error, aircraft.serial_number) from error


def encrypted(signing_key: str) -> str:
    """Return the hex digits of a signing key under the installation's keys key (Fernet)."""
    return Fernet(settings.KEYS_KEY).encrypt(signing_key.lower().encode()).decode()


def _taken(error: IntegrityError, serial_number: str) -> Exception:
    diagnosis = getattr(error.__cause__, "diag", None)
    if getattr(diagnosis, "constraint_name", None) != "aircraft_serial_number_once":
        return error
    return Refused(
        Refusal(
            "serial_number_taken",
            "The organisation has an aircraft with this serial number already.",
            "serial_number",
            "a serial number that is not entered yet",
            serial_number,
            "Use the aircraft that is there: GET /api/v1/aircraft.",
        )
    )
