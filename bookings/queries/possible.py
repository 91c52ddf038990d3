"""Which verb is possible on a booking, by its state, the time and the asker's role; actions obey what the API tells."""

import datetime as dt

from bookings.models import Booking
from bookings.queries.approvals import may_confirm, may_refuse
from bookings.rules.states import BookingState, Verb, next_state, states_before, verbs_from
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Permission
from testcentre.foundation.clock import to_rfc3339
from testcentre.foundation.errors import Refusal

CHECK_IN_AHEAD = dt.timedelta(minutes=60)
ACTIVATION_AHEAD = dt.timedelta(minutes=10)

PERMISSION_OF: dict[Verb, Permission] = {
    Verb.SUBMIT: Permission.BOOK,
    Verb.CHANGE: Permission.BOOK,
    Verb.CONFIRM: Permission.APPROVE,
    Verb.REFUSE: Permission.APPROVE,
    Verb.CANCEL: Permission.CANCEL,
    Verb.CHECK_IN: Permission.CHECK_IN,
    Verb.ACTIVATE: Permission.ACTIVATE,
    Verb.RELEASE: Permission.RELEASE,
    Verb.COMPLETE: Permission.COMPLETE,
    Verb.NO_SHOW: Permission.NO_SHOW,
}
# whose turn it is, beside the role
_DECIDES = {Verb.CONFIRM: may_confirm, Verb.REFUSE: may_refuse}
_NOT_BEFORE = {Verb.CHECK_IN: CHECK_IN_AHEAD, Verb.ACTIVATE: ACTIVATION_AHEAD, Verb.NO_SHOW: dt.timedelta()}
_NOT_AFTER_END = frozenset({Verb.SUBMIT, Verb.CHANGE, Verb.CONFIRM, Verb.CHECK_IN, Verb.ACTIVATE})


def possible_actions(asker: Asker, booking: Booking, *, now: dt.datetime) -> list[str]:
    """Return what the asker may do to the booking now, named as in the addresses (`check-in`)."""
    return [
        verb.replace("_", "-")
        for verb in verbs_from(BookingState(booking.state))
        if verb in PERMISSION_OF
        and asker.may(PERMISSION_OF[verb])
        and out_of_time(booking, verb, now=now) is None
        and (verb not in _DECIDES or _DECIDES[verb](asker, booking, now=now))
    ]


def wrong_state(booking: Booking, verb: Verb) -> Refusal | None:
    """Return why the booking's state does not allow the verb, or None."""
    if next_state(BookingState(booking.state), verb) is not None:
        return None
    able = list(states_before(verb))
    return Refusal(
        "wrong_state",
        f"A booking that is {booking.state} can't be changed by {verb.replace('_', '-')}.",
        "state",
        [str(state) for state in able],
        booking.state,
        "Read the booking again: its `actions` say what is possible.",
    )


def out_of_time(booking: Booking, verb: Verb, *, now: dt.datetime) -> Refusal | None:
    """Return why it is too early or too late for the verb, or None."""
    ahead = _NOT_BEFORE.get(verb)
    name = verb.replace("_", "-")
    if ahead is not None and now < booking.start - ahead:
        opens = to_rfc3339(booking.start - ahead)
        return Refusal(
            "too_early",
            f"It is too early for {name}.",
            "",
            f"{opens} or later",
            to_rfc3339(now),
            f"Come back at {opens}.",
        )
    if verb in _NOT_AFTER_END and now >= booking.end:
        closed = to_rfc3339(booking.end)
        return Refusal(
            "slot_over",
            f"The slot is over, too late for {name}.",
            "",
            f"before {closed}",
            to_rfc3339(now),
            "Book another slot.",
        )
    return None
