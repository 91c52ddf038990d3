"""Reading what range staff ask for when they admit or revoke a source; all faults of form at once."""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any
from uuid import UUID

from telemetry.admitted_sources import WantedSource
from testcentre.foundation.errors import Malformed, Refusal

MOST_REASON = 500
MOST_SYSTEM = 255
_FIELDS = {"source", "system_id", "flight", "booking", "reason"}


def read_wanted(body: Mapping[str, Any]) -> WantedSource:
    """Return what shall be admitted.

    Raises:
        Malformed: every fault of form at once.
    """
    faults = _unknown(body, _FIELDS)
    address = _address(body.get("source"), faults)
    system_id = _system_id(body.get("system_id"), faults)
    flight_id, booking_id = (_id(body, name, faults) for name in ("flight", "booking"))
    if (body.get("flight") is None) == (body.get("booking") is None):
        faults.append(_wrong("flight", "either a flight or a booking", None))
    reason = _reason(body, faults)
    if faults or address is None:
        raise Malformed(*faults)
    return WantedSource(address=address, system_id=system_id, reason=reason, flight_id=flight_id, booking_id=booking_id)


def read_reason(body: Mapping[str, Any]) -> str:
    """Return why a source is revoked.

    Raises:
        Malformed: there is no reason, or something else.
    """
    faults = _unknown(body, {"reason"})
    reason = _reason(body, faults)
    if faults:
        raise Malformed(*faults)
    return reason


def _address(value: object, faults: list[Refusal]) -> IPv4Address | IPv6Address | None:
    text = value if isinstance(value, str) and "%" not in value else ""  # a zone means something on one machine only
    try:
        address = ip_address(text)
    except ValueError:
        faults.append(_wrong("source", "one IP address, such as 198.51.100.7", value))
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _system_id(value: object, faults: list[Refusal]) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_SYSTEM:
        return value
    faults.append(_wrong("system_id", f"a whole number from 1 to {MOST_SYSTEM}", value))
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


def _reason(body: Mapping[str, Any], faults: list[Refusal]) -> str:
    value = body.get("reason")
    text = value.strip() if isinstance(value, str) else ""
    if not 0 < len(text) <= MOST_REASON or not all(sign.isprintable() or sign == "\n" for sign in text):
        faults.append(_wrong("reason", f"why, in 1 to {MOST_REASON} characters", value))
    return text


def _unknown(body: Mapping[str, Any], known: set[str]) -> list[Refusal]:
    names = [name for name in body if name not in known][:20]
    return [Refusal("unknown_field", "This field is unknown.", name[:60], sorted(known)) for name in names]


def _wrong(field: str, expected: str, got: object) -> Refusal:
    return Refusal("invalid", f"Expected {expected}.", field, expected, None if got is None else str(got)[:60])
