"""Two bookings change their slots with each other, or both stay as they are."""

import datetime as dt
from dataclasses import replace
from uuid import UUID

from bookings.actions.booking_rows import wish_of
from bookings.actions.change_booking import CHANGE, RESUBMIT, rewrite
from bookings.actions.decide import decide
from bookings.actions.overdue import end_overdue
from bookings.actions.plan import make_plan
from bookings.actions.refusing import Refusing, refusal_of
from bookings.actions.transaction import in_site_transaction
from bookings.actions.transition import check_step
from bookings.claims.ledger import give_back
from bookings.models import Booking
from bookings.queries.access import access_booking
from bookings.queries.possible import PERMISSION_OF
from bookings.rules.facts import Period
from bookings.rules.states import BookingState, Verb
from testcentre.accounts.asker import Asker
from testcentre.foundation.errors import Conflict, Refusal

# a crew that is there, or flies, keeps its slot
SWAPPED_FROM = frozenset({BookingState.REQUESTED, BookingState.CONFIRMED})


def swap_bookings(asker: Asker, first_id: UUID, second_id: UUID, *, now: dt.datetime) -> tuple[Booking, Booking]:
    """Give each of two bookings the other's slot, in one transaction.

    A company swaps its own. What was confirmed is decided anew where the site decides.

    Raises:
        NotFound, Forbidden: as `take_step`.
        Conflict: one of them is neither requested nor confirmed, or both are the same.
        Clash, Refused: one would not be granted in the other's slot; both then stand as they were.
    """

    def work() -> tuple[Booking, Booking]:
        asker.require(PERMISSION_OF[Verb.CHANGE])
        end_overdue(now=now)
        first, second = (access_booking(asker, its_id) for its_id in (first_id, second_id))
        _check(first, second, now=now)
        slots = (first.start, first.end), (second.start, second.end)
        give_back(first.id, now=now)
        give_back(second.id, now=now)
        _to(asker, first, slots[1], now=now)
        _to(asker, second, slots[0], now=now)
        return first, second

    try:
        return in_site_transaction(work)
    except Refusing as refusing:
        raise refusal_of(refusing.decision) from None


def _check(first: Booking, second: Booking, *, now: dt.datetime) -> None:
    for booking in (first, second):
        check_step(booking, Verb.CHANGE, version=None, now=now)
    if first.id == second.id or not {BookingState(first.state), BookingState(second.state)} <= SWAPPED_FROM:
        raise Conflict(
            Refusal(
                "not_swappable",
                "Two bookings that are requested or confirmed can be swapped.",
                "",
                sorted(str(state) for state in SWAPPED_FROM),
                [first.state, second.state],
                "Name two such bookings.",
            )
        )


def _to(asker: Asker, booking: Booking, slot: Period, *, now: dt.datetime) -> None:
    wish = replace(wish_of(booking), start=slot[0], end=slot[1])
    (decision,) = decide(make_plan(asker, wish, block=booking.block, now=now, beside=booking))
    if decision.refusals:
        raise Refusing(decision)
    step = RESUBMIT if booking.state == BookingState.CONFIRMED and decision.approvals else CHANGE
    rewrite(asker, booking, decision, step, now=now)
