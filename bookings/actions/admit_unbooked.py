"""An aircraft that nobody booked is in the air: a booking of the range's own, active at once, papers later.

It claims nothing that anybody else could have: no place, no air, no share of a hazard. So it displaces nobody, and
clashes with nobody.
"""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from bookings import events
from bookings.actions import activate_booking, check_in
from bookings.actions.booking_rows import new_booking, waiver_of
from bookings.actions.decide import decide
from bookings.actions.plan import Wish, make_plan
from bookings.actions.transaction import in_site_transaction
from bookings.actions.transition import move_on, tell
from bookings.claims.ledger import next_block
from bookings.claims.needs import crew_needs
from bookings.models import Aircraft, Booking, Pilot, Waiver
from bookings.rules import RULE_CODES
from bookings.rules.facts import AircraftKind
from bookings.rules.states import BookingState
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Permission
from testcentre.audit.trail import record
from testcentre.foundation.errors import Refused

PURPOSE = "Emergency admission"
KINDS = tuple(str(kind) for kind in AircraftKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unbooked:
    """What range control knows of it: a name for it meanwhile, what it looks like, its MAVLink id, where it sends from.

    `kind` is one of `KINDS`, `source` a CIDR; `duration` is counted from now.
    """

    name: str
    kind: str
    system_id: int
    source: str
    reason: str
    duration: dt.timedelta


def admit_unbooked(asker: Asker, unbooked: Unbooked, *, now: dt.datetime, then: Callable[[UUID], None]) -> Booking:
    """Book it for the range itself, with every rule waived for the reason, and confirm, check in and activate at once.

    Aircraft and pilot stand for those that nobody knows yet: masses and speeds are 0, both are retired, so that nobody
    books them. `then` is done in the same transaction, with the id of the flight.

    Raises:
        Forbidden: the asker is not the range's operator.
        Unavailable: no site is loaded. Whatever `then` raises: nothing was booked.
    """
    asker.require(Permission.ADMIT_IN_EMERGENCY)

    def work() -> Booking:
        booking, flight_id = _book(asker, unbooked, now=now)
        for step in (check_in.STEP, activate_booking.STEP):
            move_on(asker, booking, step, now=now, reason=unbooked.reason)
            tell(step.event, booking)
        then(flight_id)
        return booking

    return in_site_transaction(work)


def _book(asker: Asker, unbooked: Unbooked, *, now: dt.datetime) -> tuple[Booking, UUID]:
    aircraft, pilot = _stand_ins(asker, unbooked, now=now)
    start = now.replace(microsecond=0)
    wish = Wish(
        crew=((aircraft.id, pilot.id),),
        purpose=PURPOSE,
        start=start,
        end=start + unbooked.duration,
        waiver_reason=unbooked.reason,
    )
    plan = make_plan(asker, wish, block=next_block(), now=now)
    # not even its part of a shared hazard: a jamming test that has the band alone must not keep it from being recorded
    plan = replace(plan, facts=replace(plan.facts, granted=frozenset(RULE_CODES)), needs=list(crew_needs(plan.crew)))
    (decision,) = decide(plan)
    if decision.refusals:
        raise Refused(*decision.refusals)
    flight = events.BookedFlight(uuid.uuid4(), aircraft.id, unbooked.system_id)
    booking = new_booking(
        decision, state=BookingState.CONFIRMED, now=now, flights={flight.aircraft_id: flight.flight_id}
    )
    Waiver.objects.bulk_create(waiver_of(booking, plan, code, now=now) for code in booking.waived)
    details = {"waived": booking.waived, "source": unbooked.source, "system_id": unbooked.system_id}
    record(asker, "booking.emergency", subject=f"booking:{booking.id}", reason=unbooked.reason, details=details)
    tell(events.BookingRequested, booking, flights=())
    tell(events.BookingConfirmed, booking, flights=(flight,))
    return booking, flight.flight_id


def _stand_ins(asker: Asker, unbooked: Unbooked, *, now: dt.datetime) -> tuple[Aircraft, Pilot]:
    aircraft = Aircraft.objects.create(
        organisation_id=asker.organisation_id,
        name=unbooked.name,
        kind=AircraftKind(unbooked.kind),
        serial_number=f"UNKNOWN-{uuid.uuid4().hex[:12].upper()}",
        mtom_kg=0,
        max_speed_m_s=0,
        characteristic_dimension_m=0,
        mavlink_system_id=unbooked.system_id,
        allowed_sources=[unbooked.source],
        retired_at=now,
    )
    pilot = Pilot.objects.create(organisation_id=asker.organisation_id, name="Unknown pilot", retired_at=now)
    return aircraft, pilot
