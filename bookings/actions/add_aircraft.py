"""Enter an aircraft into the own organisation's fleet."""

from dataclasses import asdict, dataclass
from datetime import date

from cryptography.fernet import Fernet
from django.conf import settings
from django.db import IntegrityError, transaction

from bookings.models import Aircraft, AircraftKind
from bookings.rules.identifiers import public_operator_number
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Permission
from testcentre.audit.trail import record
from testcentre.foundation.errors import Refusal, Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class AircraftEntry:
    """What the owner says of an aircraft; `signing_key` is 64 hex digits, `operator_number` has its secret part."""

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
    insurer: str = ""
    insurance_policy_number: str = ""
    insurance_cover_sdr: float | None = None
    insurance_valid_until: date | None = None
    signing_key: str | None = None
    allowed_sources: tuple[str, ...] = ()


@transaction.atomic
def add_aircraft(asker: Asker, entry: AircraftEntry) -> Aircraft:
    """Store an aircraft: the secret part of the operator number is dropped, the signing key rests encrypted.

    Raises:
        Forbidden: the asker's role may not write the fleet.
        Refused: the organisation has an aircraft with this serial number.
    """
    asker.require(Permission.WRITE_FLEET)
    stored = asdict(entry)
    key = stored.pop("signing_key")
    stored |= {
        "operator_number": public_operator_number(entry.operator_number),
        "allowed_sources": list(entry.allowed_sources),
        "signing_key_encrypted": encrypted(key) if key else None,
    }
    try:
        with transaction.atomic():
            aircraft = Aircraft.objects.create(organisation_id=asker.organisation_id, **stored)
    except IntegrityError as error:
        raise _taken(error, entry.serial_number) from error
    record(asker, "aircraft.add", subject=f"aircraft:{aircraft.id}")
    return aircraft


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
