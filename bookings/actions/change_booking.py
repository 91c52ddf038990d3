"""Move, extend, shorten or otherwise change a booking: the old slot is given up only when the new one is won."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from bookings import events
from bookings.actions.alternatives import alternatives_to
from bookings.actions.approvals import ask_for_approvals
from bookings.actions.booking_rows import rewrite_booking, wish_of
from bookings.actions.decide import Decision, decide
from bookings.actions.dry_runs import count_dry_run
from bookings.actions.overdue import end_overdue
from bookings.actions.plan import Wish, make_plan
from bookings.actions.pricing import price_of_move
from bookings.actions.refusing import Refusing, refusal_of
from bookings.actions.request_booking import Trial
from bookings.actions.transaction import in_site_transaction
from bookings.actions.transition import Step, check_step, move_on, tell
from bookings.claims.ledger import give_back
from bookings.models import Booking
from bookings.queries.access import access_booking
from bookings.queries.possible import PERMISSION_OF
from bookings.rules.states import BookingState, Verb
from testcentre.accounts.asker import Asker
from testcentre.foundation.errors import Conflict, Refusal

CHANGE = Step(Verb.CHANGE, events.BookingChanged)
RESUBMIT = Step(Verb.RESUBMIT, events.BookingChanged)

# a wish with the changes that are asked for
Change = Callable[[Wish], Wish]


@dataclass(frozen=True, slots=True)
class _Changing:
    """A booking, what it asked for, and what it asks for now."""

    booking: Booking
    before: Wish
    decision: Decision

    @property
    def step(self) -> Step:
        """What was confirmed and grows or moves is decided anew; what only shrinks stays as it is."""
        state = BookingState(self.booking.state)
        if state is BookingState.CONFIRMED and self.decision.approvals and not self.is_less:
            return RESUBMIT
        return CHANGE

    @property
    def is_less(self) -> bool:
        """Whether nothing is asked for that was not had."""
        return only_less(self.before, self.decision.plan.wish)


def change_booking(asker: Asker, booking_id: UUID, change: Change, *, now: dt.datetime, version: int | None) -> Booking:
    """Give a booking other times or parts, in one transaction.

    Raises:
        NotFound, Forbidden, PreconditionFailed: as `take_step`.
        Conflict: its state does not allow it; an active booking only changes its end.
        Clash, Refused, Malformed: as `request_booking`; the booking then stands as it was.
    """

    def work() -> Booking:
        end_overdue(now=now)
        changing = _plan(asker, booking_id, change, now=now, version=version)
        if changing.decision.refusals:
            raise Refusing(changing.decision)
        return rewrite(asker, changing.booking, changing.decision, changing.step, now=now, less=changing.is_less)

    try:
        return in_site_transaction(work)
    except Refusing as refusing:
        raise refusal_of(refusing.decision) from None


def try_change(asker: Asker, booking_id: UUID, change: Change, *, now: dt.datetime, version: int | None) -> Trial:
    """Say what a change would come to (confirm: it stays as granted; request: it is decided anew), and store nothing.

    Raises:
        NotFound, Forbidden, PreconditionFailed, Conflict, Malformed: as `change_booking`.
        Throttled: the company's budget of trials is used up.
    """
    count_dry_run(asker, now=now)
    changing = _plan(asker, booking_id, change, now=now, version=version)
    price = price_of_move(changing.booking, changing.decision, now=now).price
    if changing.decision.refusals:
        return Trial("refuse", changing.decision.refusals, alternatives_to(changing.decision.plan), price)
    return Trial(_comes_to(changing), (), [], price)


def rewrite(
    asker: Asker | None, booking: Booking, decision: Decision, step: Step, *, now: dt.datetime, less: bool = False
) -> Booking:
    """Write a granted change in the caller's transaction; the old claims go, the new ones come.

    A request is asked for anew, with new steps of approval, unless the change only asks for less; and what was said at
    the gates of something less is open again.
    """
    give_back(booking.id, now=now)
    rewrite_booking(booking, decision, now=now)
    move_on(asker, booking, step, now=now)
    tell(step.event, booking)
    if booking.state != BookingState.ACTIVE and not less:
        booking.gates.all().delete()
    if booking.state == BookingState.REQUESTED and not less:
        ask_for_approvals(booking, decision.approvals, now=now)
    return booking


def only_less(before: Wish, after: Wish) -> bool:
    """Say whether a change asks for nothing that was not had: the same parts or fewer, within the old slot."""
    fewer = set(after.wants) <= set(before.wants) and set(after.volumes) <= set(before.volumes)
    same = set(after.crew) <= set(before.crew) and after.classification == before.classification
    return fewer and same and before.start <= after.start and after.end <= before.end


def _comes_to(changing: _Changing) -> str:
    """Return what a granted change leaves: a hold, a request that is decided anew, or what stays confirmed."""
    state = BookingState(changing.booking.state)
    if state is BookingState.HELD:
        return "hold"
    asked = state is BookingState.REQUESTED and (changing.is_less or bool(changing.decision.approvals))
    return "request" if asked or changing.step is RESUBMIT else "confirm"


def _plan(asker: Asker, booking_id: UUID, change: Change, *, now: dt.datetime, version: int | None) -> _Changing:
    asker.require(PERMISSION_OF[Verb.CHANGE])
    booking = access_booking(asker, booking_id)
    check_step(booking, Verb.CHANGE, version=version, now=now)
    before = wish_of(booking)
    after = change(before)
    hold = booking.state == BookingState.HELD
    # what was asked for in time stays so, as long as it begins when it did
    asked = now if after.start != before.start else min(now, booking.created_at)
    plan = make_plan(asker, after, block=booking.block, now=asked, beside=booking, hold=hold)
    changing = _Changing(booking, before, decide(plan)[0])
    _refuse_under_way(changing, now=now)
    return changing


def _refuse_under_way(changing: _Changing, *, now: dt.datetime) -> None:
    """A crew that is there, or flies, keeps what it has: only the end of its slot can change."""
    state = BookingState(changing.booking.state)
    if state not in {BookingState.CHECKED_IN, BookingState.ACTIVE}:
        return
    before, after = changing.before, changing.decision.plan.wish
    same = (before.start, before.crew, before.wants, before.volumes, before.classification)
    if same != (after.start, after.crew, after.wants, after.volumes, after.classification):
        raise Conflict(
            Refusal(
                "only_the_end_changes",
                f"A booking that is {state.replace('_', ' ')} can only be extended or shortened.",
                "",
                "another end",
                "other changes",
                "Send `end` only, or book the rest anew.",
            )
        )
