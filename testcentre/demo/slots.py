"""The drone's slots: there is always one to fly in, booked, confirmed and activated as its people would."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from bookings.actions.activate_booking import activate_booking
from bookings.actions.cancel_booking import cancel_booking
from bookings.actions.check_in import check_in
from bookings.actions.complete_booking import complete_booking
from bookings.actions.confirm_booking import confirm_booking
from bookings.actions.mark_no_show import mark_no_show
from bookings.actions.plan import Wish
from bookings.actions.release_booking import release_booking
from bookings.actions.request_booking import request_booking
from bookings.models import Booking
from bookings.queries import bookings_of
from bookings.rules.facts import VolumeFacts
from bookings.rules.states import CLAIMING_STATES, BookingState
from telemetry.simulator.aircraft import LONGEST_FLIGHT_S
from telemetry.simulator.place import VOLUME_CEILING_FT_AMSL, booked_outline
from testcentre.accounts.asker import Asker
from testcentre.foundation.errors import DomainError

SLOT = timedelta(minutes=30)
FLIGHT = timedelta(seconds=LONGEST_FLIGHT_S)
TRY_AGAIN = timedelta(seconds=30)

Say = Callable[[str], None]


class DroneSlots:
    """Keep the drone in slots of half an hour, one after the other."""

    def __init__(self, aero: Asker, operator: Asker, *, crew: tuple[UUID, UUID], say: Say = print) -> None:
        self._aero, self._operator = aero, operator
        self._crew = crew
        self._say = say
        self._not_before: datetime | None = None

    def may_take_off(self, now: datetime) -> bool:
        """Bring the slots up to date; True when the present one is active and has time for a whole flight.

        What refuses (somebody else has the air, an operator took the slot away) is said, and tried again later.
        """
        if self._not_before is not None and now < self._not_before:
            return False
        try:
            slot = self._bring_up_to_date(now)
        except DomainError as problem:
            self._not_before = now + TRY_AGAIN
            self._say(f"the drone waits on its pad: {problem.refusals[0].message if problem.refusals else problem}")
            return False
        self._not_before = None
        return slot is not None and slot.end - now >= FLIGHT

    def _bring_up_to_date(self, now: datetime) -> Booking | None:
        """Close what is past, and see to a slot now and one after it; None where the time to the next is too short."""
        slots = list(self._open_slots())
        for past in (slot for slot in slots if slot.end <= now):
            self._close(past, now)
        here = next((slot for slot in slots if slot.start <= now < slot.end), None)
        following = next((slot for slot in slots if slot.start > now), None)
        if here is None:
            start = now.replace(second=0, microsecond=0)
            end = min(start + SLOT, following.start) if following else start + SLOT
            if end - now < FLIGHT:
                return None
            here = self._book(start, end, now)
        here = self._activate(here, now)
        if following is None:
            self._book(here.end, here.end + SLOT, now)
        return here

    def _open_slots(self) -> QuerySet[Booking]:
        mine = bookings_of(self._aero).filter(crew__aircraft_id=self._crew[0], state__in=CLAIMING_STATES)
        return mine.order_by("start")

    def _book(self, start: datetime, end: datetime, now: datetime) -> Booking:
        volume = VolumeFacts(outline=booked_outline(), ceiling_ft_amsl=VOLUME_CEILING_FT_AMSL)
        wish = Wish(
            crew=(self._crew,),
            purpose="Cargo circuits along runway 05/23 (simulated)",
            start=start,
            end=end,
            resources=("C2-BAND",),
            volumes=(volume,),
        )
        slot = request_booking(self._aero, wish, now=now)
        if slot.state == BookingState.REQUESTED:
            slot = confirm_booking(self._operator, slot.id, now=now, reason="demo")
        return slot

    def _activate(self, slot: Booking, now: datetime) -> Booking:
        if slot.state == BookingState.REQUESTED:
            slot = confirm_booking(self._operator, slot.id, now=now, reason="demo")
        if slot.state == BookingState.CONFIRMED:
            slot = check_in(self._aero, slot.id, now=now)
        if slot.state == BookingState.CHECKED_IN:
            slot = activate_booking(self._operator, slot.id, now=now)
        return slot

    def _close(self, slot: Booking, now: datetime) -> None:
        if slot.state == BookingState.ACTIVE:
            complete_booking(self._operator, slot.id, now=now, reason="landed")
        elif slot.state == BookingState.CHECKED_IN:
            release_booking(self._operator, slot.id, now=now, reason="never flown")
        elif slot.state == BookingState.CONFIRMED:
            mark_no_show(self._operator, slot.id, now=now, reason="the demo was switched off")
        else:
            cancel_booking(self._aero, slot.id, now=now, reason="the demo was switched off")
