"""The gates of a booking as they stand: computed ones from what is known, the others as people set them."""

import datetime as dt
from typing import Any

from bookings.models import Booking, BookingGate
from bookings.queries.notices import notam_standing
from bookings.queries.waivers import waived_codes
from bookings.rules.facts import SiteFacts
from bookings.rules.gates import Gate, GateState, not_go
from bookings.rules.states import BookingState
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Permission
from testcentre.foundation.clock import to_rfc3339

SETTABLE = frozenset({BookingState.CONFIRMED, BookingState.CHECKED_IN})
_GRANTED = SETTABLE | {BookingState.ACTIVE}


def gates_of(booking: Booking, *, site: SiteFacts, now: dt.datetime) -> list[Gate]:
    """Return the site's gates in order, as they stand for a booking."""
    rows = {row.name: row for row in booking.gates.all()}
    return [
        _set(policy.name, policy.roles, rows.get(policy.name))
        if policy.roles
        else _computed(policy.name, booking, site=site, now=now)
        for policy in site.gates
    ]


def gates_body(asker: Asker, booking: Booking, *, site: SiteFacts, now: dt.datetime, knows: bool) -> dict[str, Any]:
    """Return the gates of a booking; who set them is for range staff, remarks for those who need to know."""
    gates = gates_of(booking, site=site, now=now)
    rows = {row.name: row for row in booking.gates.all()}
    missing = not_go(gates)
    return {
        "booking": str(booking.id),
        "required": site.gates_required,
        "go": not missing,
        "next": missing[0] if missing else None,
        "gates": [_body(asker, booking, gate, rows.get(gate.name), knows=knows) for gate in gates],
    }


def _body(asker: Asker, booking: Booking, gate: Gate, row: BookingGate | None, *, knows: bool) -> dict[str, Any]:
    may = asker.may(Permission.SET_GATES) and asker.role in gate.roles and booking.state in SETTABLE
    return {
        "name": gate.name,
        "state": gate.state,
        "computed": gate.is_computed,
        "roles": list(gate.roles),
        "remark": gate.remark if knows else "",
        "at": to_rfc3339(row.set_at) if row else None,
        "as": row.set_as if row else None,
        "by": row.set_by_name if row and asker.is_range else None,
        "may_set": may,
    }


def _set(name: str, roles: tuple[str, ...], row: BookingGate | None) -> Gate:
    return Gate(name, roles, GateState(row.state), row.remark) if row else Gate(name, roles, GateState.OPEN)


def _computed(name: str, booking: Booking, *, site: SiteFacts, now: dt.datetime) -> Gate:
    why = (
        {"documents": _documents, "slot": _slot}[name](booking, now) if name != "notam" else _notam(booking, site, now)
    )
    return Gate(name, (), GateState.NO_GO if why else GateState.GO, why)


def _documents(booking: Booking, now: dt.datetime) -> str:
    """Return why the papers don't hold: those that nobody waived; they are judged again whenever one changes."""
    codes = sorted({refusal["code"] for refusal in booking.attention} - waived_codes(booking, now=now))
    return ", ".join(codes)


def _slot(booking: Booking, now: dt.datetime) -> str:
    if booking.state not in _GRANTED:
        return booking.state
    return "over" if now >= booking.end else ""


def _notam(booking: Booking, site: SiteFacts, now: dt.datetime) -> str:
    standing = notam_standing(booking, site=site, now=now)
    return standing.state if standing.needed and standing.state != "published" else ""
