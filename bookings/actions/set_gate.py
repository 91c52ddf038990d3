"""Range staff say go or no-go at a gate."""

import datetime as dt
from uuid import UUID

from bookings import events
from bookings.actions.transaction import in_site_transaction
from bookings.actions.transition import tell
from bookings.models import Booking, BookingGate, current_site
from bookings.queries.access import access_booking
from bookings.queries.gates import SETTABLE, gates_of
from bookings.rules.facts import SiteFacts
from bookings.rules.gates import Gate, GateState, not_go, reopened, waits_for
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Permission
from testcentre.audit.trail import record
from testcentre.foundation.clock import to_rfc3339
from testcentre.foundation.errors import Conflict, Forbidden, NotFound, Refusal, Refused


def set_gate(
    asker: Asker, booking_id: UUID, name: str, *, state: GateState, now: dt.datetime, remark: str = ""
) -> Booking:
    """Set a gate to go, no-go or open; what is no go any more reopens those that come later.

    Raises:
        NotFound: there is no such booking, or the site has no such gate.
        Forbidden: the gate is not for that role, or computed.
        Conflict: the booking is not confirmed or checked in, or a gate before it is not go.
        Refused: it is too early.
    """

    def work() -> Booking:
        booking = access_booking(asker, booking_id)
        asker.require(Permission.SET_GATES)
        site = current_site().facts
        gates = gates_of(booking, site=site, now=now)
        gate = next((gate for gate in gates if gate.name == name), None)
        if gate is None:
            raise NotFound(detail="The site has no such gate.")
        _refuse_role(asker, gate)
        _refuse_time(booking, site, now=now)
        _refuse_order(gates, name, state)
        dropped = reopened(gates, name, state)
        booking.gates.filter(name__in=[*dropped, name]).delete()
        if state is not GateState.OPEN:
            BookingGate.objects.create(
                booking=booking,
                name=name,
                state=state,
                remark=remark,
                set_at=now,
                set_by_name=asker.label,
                set_as=asker.role,
            )
        details = {"gate": name, "state": state, "reopened": dropped}
        record(asker, "booking.gate", subject=f"booking:{booking.id}", reason=remark, details=details)
        tell(events.BookingGateSet, booking, gate=name, gate_state=str(state))
        return booking

    return in_site_transaction(work)


def refuse_without_go(booking: Booking, now: dt.datetime) -> None:
    """Make sure that all gates are go, where the site's policy asks for it.

    Raises:
        Refused: some are not; named in order.
    """
    site = current_site().facts
    missing = not_go(gates_of(booking, site=site, now=now)) if site.gates_required else []
    if missing:
        raise Refused(
            Refusal(
                "gates_not_go",
                "The volume is activated when all gates are go.",
                "gates",
                "go at every gate",
                missing,
                "See to these gates in order.",
            )
        )


def _refuse_role(asker: Asker, gate: Gate) -> None:
    if asker.role not in gate.roles:
        raise Forbidden(
            Refusal(
                "role_not_allowed",
                f"The gate {gate.name} is {'computed' if gate.is_computed else 'not set by this role'}.",
                "",
                list(gate.roles),
                str(asker.role),
                "See to what it is computed from." if gate.is_computed else "Ask somebody with one of these roles.",
            )
        )


def _refuse_time(booking: Booking, site: SiteFacts, *, now: dt.datetime) -> None:
    if booking.state not in SETTABLE:
        raise Conflict(
            Refusal(
                "wrong_state",
                f"A booking that is {booking.state} has no gates to set.",
                "state",
                sorted(SETTABLE),
                booking.state,
                "Read the booking again.",
            )
        )
    opens = booking.start - dt.timedelta(hours=site.gates_ahead_h)
    if now < opens:
        raise Refused(
            Refusal(
                "too_early",
                "What is said so long before the slot tells nothing of it.",
                "",
                f"{to_rfc3339(opens)} or later",
                to_rfc3339(now),
                f"Come back at {to_rfc3339(opens)}.",
            )
        )


def _refuse_order(gates: list[Gate], name: str, state: GateState) -> None:
    if missing := waits_for(gates, name, state):
        raise Conflict(
            Refusal(
                "gate_not_open",
                f"The gate {name} comes after {', '.join(missing)}.",
                "gates",
                "go at every gate before it",
                missing,
                "See to these gates first, in order.",
            )
        )
