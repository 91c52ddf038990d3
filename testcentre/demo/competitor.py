"""The competitor's bookings: enough for the schedule to be busy, and one request for the range to decide."""

from datetime import datetime, timedelta
from uuid import UUID

from bookings.actions.confirm_booking import confirm_booking
from bookings.actions.plan import Wish
from bookings.actions.request_booking import request_booking
from bookings.queries import bookings_of
from bookings.rules.facts import VolumeFacts
from bookings.rules.states import CLAIMING_STATES
from telemetry.simulator.place import outline
from testcentre.accounts.asker import Asker
from testcentre.foundation.errors import DomainError

# Well north of the drone's circuit: metres along runway 05 and right of it.
_NORTH = ((-600.0, -900.0), (600.0, -400.0))
_SOUTH = ((-600.0, 450.0), (600.0, 900.0))


def ensure_competitor(heavylift: Asker, operator: Asker, *, crew: tuple[UUID, UUID], now: datetime) -> list[str]:
    """Book for the competitor what is not booked yet, today and tomorrow; returns a line for each refused one."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    tomorrow = (hour + timedelta(days=1)).replace(hour=9)
    confirmed = [
        _wish(crew, hour + timedelta(hours=1), 90, ("RWY-05-23",), "Lift tests with 300 kg", _NORTH),
        _wish(crew, hour + timedelta(hours=4), 120, ("TEST-N", "C2-BAND"), "Hover endurance", _NORTH),
        _wish(crew, tomorrow, 150, ("RWY-05-23", "SAFETY-OFFICER"), "Take-off performance", _NORTH),
        _wish(crew, tomorrow + timedelta(hours=4), 120, ("TEST-N", "STAND-2"), "Load release", _NORTH),
    ]
    waiting = [_wish(crew, tomorrow + timedelta(hours=7), 60, ("TEST-S",), "Night approach", _SOUTH)]
    # Of an earlier start the same day: what still lies ahead is enough.
    if bookings_of(heavylift).filter(state__in=CLAIMING_STATES, start__gte=now, start__lt=hour + timedelta(hours=6)):
        confirmed = confirmed[2:]
    return [
        line
        for wish, is_confirmed in [*((wish, True) for wish in confirmed), *((wish, False) for wish in waiting)]
        if (line := _ensure(heavylift, operator, wish, is_confirmed=is_confirmed, now=now))
    ]


def _wish(
    crew: tuple[UUID, UUID],
    start: datetime,
    minutes: int,
    resources: tuple[str, ...],
    purpose: str,
    corners: tuple[tuple[float, float], tuple[float, float]],
) -> Wish:
    (from_m, left_m), (to_m, right_m) = corners
    ring = outline(((from_m, left_m), (to_m, left_m), (to_m, right_m), (from_m, right_m)))
    return Wish(
        crew=(crew,),
        purpose=purpose,
        start=start,
        end=start + timedelta(minutes=minutes),
        resources=resources,
        volumes=(VolumeFacts(outline=ring, ceiling_ft_amsl=500),),
    )


def _ensure(heavylift: Asker, operator: Asker, wish: Wish, *, is_confirmed: bool, now: datetime) -> str:
    own = bookings_of(heavylift).filter(state__in=CLAIMING_STATES, start__lt=wish.end, end__gt=wish.start)
    if own.exists():
        return ""
    try:
        booking = request_booking(heavylift, wish, now=now)
        if is_confirmed:
            confirm_booking(operator, booking.id, now=now, reason="demo")
    except DomainError as problem:  # a visitor has it, or the site is not the exercise: the demo goes on without
        return f"not booked for the competitor at {wish.start:%H:%M}: {problem.refusals[0].message}"
    return ""
