"""Reading what range staff ask for when they let a link in; all faults of form at once."""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any
from uuid import UUID

from bookings.actions.admit_unbooked import KINDS
from telemetry.admitted_sources import WantedSource
from telemetry.emergency import WantedEmergency
from testcentre.foundation.errors import Malformed, Refusal

MOST_REASON = 500
MOST_SYSTEM = 255
MOST_NAME, MOST_AIRCRAFT = 120, 200
USUAL_MINUTES, LEAST_MINUTES, MOST_MINUTES = 240, 10, 720
_FIELDS = {"source", "system_id", "flight", "booking", "reason"}


def read_wanted(body: Mapping[str, Any]) -> WantedSource:
    """Return what shall be admitted.

    Raises:
        Malformed: every fault of form at once.
    """
    faults = _unknown(body, _FIELDS)
    address = _address(body.get("source"), faults)
    system_id = _whole(body, "system_id", 1, MOST_SYSTEM, faults)
    flight_id, booking_id = (_id(body, name, faults) for name in ("flight", "booking"))
    if (body.get("flight") is None) == (body.get("booking") is None):
        faults.append(_wrong("flight", "either a flight or a booking", None))
    reason = _text(body, "reason", MOST_REASON, faults)
    if faults or address is None:
        raise Malformed(*faults)
    return WantedSource(address=address, system_id=system_id, reason=reason, flight_id=flight_id, booking_id=booking_id)


def read_reason(body: Mapping[str, Any]) -> str:
    """Return why a source is revoked.

    Raises:
        Malformed: there is no reason, or something else.
    """
    faults = _unknown(body, {"reason"})
    reason = _text(body, "reason", MOST_REASON, faults)
    if faults:
        raise Malformed(*faults)
    return reason


def read_emergency(body: Mapping[str, Any]) -> WantedEmergency:
    """Return what shall be admitted in an emergency; without a name it is called by its system id and address.

    Raises:
        Malformed: every fault of form at once.
    """
    faults = _unknown(body, {"source", "system_id", "reason", "name", "kind", "minutes"})
    address = _address(body.get("source"), faults)
    system_id = _whole(body, "system_id", 1, MOST_SYSTEM, faults)
    minutes = _whole({"minutes": USUAL_MINUTES} | dict(body), "minutes", LEAST_MINUTES, MOST_MINUTES, faults)
    reason = _text(body, "reason", MOST_REASON, faults)
    name = _text({"name": f"Unknown system {system_id} from {address}"} | dict(body), "name", MOST_NAME, faults)
    kind = body.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        faults.append(_wrong("kind", f"what it looks like: {', '.join(KINDS)}", kind))
    if faults or address is None:
        raise Malformed(*faults)
    return WantedEmergency(
        address=address, system_id=system_id, reason=reason, name=name, kind=str(kind), minutes=minutes
    )


def read_papers(body: Mapping[str, Any]) -> tuple[str, str]:
    """Return whose it was: the slug of an organisation, and its aircraft as the papers name it.

    Raises:
        Malformed: every fault of form at once.
    """
    faults = _unknown(body, {"organisation", "aircraft"})
    organisation = _text(body, "organisation", MOST_NAME, faults)
    aircraft = _text(body, "aircraft", MOST_AIRCRAFT, faults)
    if faults:
        raise Malformed(*faults)
    return organisation, aircraft


def _address(value: object, faults: list[Refusal]) -> IPv4Address | IPv6Address | None:
    text = value if isinstance(value, str) and "%" not in value else ""  # a zone means something on one machine only
    try:
        address = ip_address(text)
    except ValueError:
        faults.append(_wrong("source", "one IP address, such as 198.51.100.7", value))
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _whole(body: Mapping[str, Any], name: str, least: int, most: int, faults: list[Refusal]) -> int:
    value = body.get(name)
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
        return value
    faults.append(_wrong(name, f"a whole number from {least} to {most}", value))
    return 0


def _id(body: Mapping[str, Any], name: str, faults: list[Refusal]) -> UUID | None:
    value = body.get(name)
    if value is None:
        return None
    try:
        return UUID(value if isinstance(value, str) else "")
    except ValueError:
        faults.append(_wrong(name, "an id (UUID)", value))
        return None


def _text(body: Mapping[str, Any], name: str, most: int, faults: list[Refusal]) -> str:
    value = body.get(name)
    text = value.strip() if isinstance(value, str) else ""
    if not 0 < len(text) <= most or not all(sign.isprintable() or sign == "\n" for sign in text):
        faults.append(_wrong(name, f"1 to {most} characters", value))
    return text


def _unknown(body: Mapping[str, Any], known: set[str]) -> list[Refusal]:
    names = [name for name in body if name not in known][:20]
    return [Refusal("unknown_field", "This field is unknown.", name[:60], sorted(known)) for name in names]


def _wrong(field: str, expected: str, got: object) -> Refusal:
    return Refusal("invalid", f"Expected {expected}.", field, expected, None if got is None else str(got)[:60])
