"""The life of a booking: its states, the verbs that move it, and the ONE table that says which verb leads where."""

from enum import StrEnum


class BookingState(StrEnum):
    """Where a booking stands; the value is what the API answers."""

    DRAFT = "draft"
    HELD = "held"
    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    CHECKED_IN = "checked_in"
    ACTIVE = "active"
    COMPLETED = "completed"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    NO_SHOW = "no_show"
    DISPLACED = "displaced"


class Verb(StrEnum):
    """What can be done to a booking."""

    REQUEST = "request"
    HOLD = "hold"
    SUBMIT = "submit"
    CONFIRM = "confirm"
    REFUSE = "refuse"
    CANCEL = "cancel"
    CHECK_IN = "check_in"
    ACTIVATE = "activate"
    RELEASE = "release"
    COMPLETE = "complete"
    NO_SHOW = "no_show"
    CHANGE = "change"
    RESUBMIT = "resubmit"
    EXPIRE = "expire"
    DISPLACE = "displace"


TRANSITIONS: dict[tuple[BookingState, Verb], BookingState] = {
    (BookingState.DRAFT, Verb.REQUEST): BookingState.REQUESTED,
    (BookingState.DRAFT, Verb.HOLD): BookingState.HELD,
    (BookingState.HELD, Verb.SUBMIT): BookingState.REQUESTED,
    (BookingState.HELD, Verb.CHANGE): BookingState.HELD,
    (BookingState.HELD, Verb.CANCEL): BookingState.CANCELLED,
    (BookingState.HELD, Verb.EXPIRE): BookingState.EXPIRED,
    (BookingState.HELD, Verb.DISPLACE): BookingState.DISPLACED,
    (BookingState.REQUESTED, Verb.CHANGE): BookingState.REQUESTED,
    (BookingState.REQUESTED, Verb.CONFIRM): BookingState.CONFIRMED,
    (BookingState.REQUESTED, Verb.REFUSE): BookingState.REFUSED,
    (BookingState.REQUESTED, Verb.CANCEL): BookingState.CANCELLED,
    # nobody decided before the slot was over
    (BookingState.REQUESTED, Verb.EXPIRE): BookingState.EXPIRED,
    (BookingState.REQUESTED, Verb.DISPLACE): BookingState.DISPLACED,
    (BookingState.CONFIRMED, Verb.CHANGE): BookingState.CONFIRMED,
    # what was changed beyond what was confirmed is decided anew
    (BookingState.CONFIRMED, Verb.RESUBMIT): BookingState.REQUESTED,
    (BookingState.CONFIRMED, Verb.CHECK_IN): BookingState.CHECKED_IN,
    (BookingState.CONFIRMED, Verb.CANCEL): BookingState.CANCELLED,
    (BookingState.CONFIRMED, Verb.NO_SHOW): BookingState.NO_SHOW,
    (BookingState.CONFIRMED, Verb.DISPLACE): BookingState.DISPLACED,
    (BookingState.CHECKED_IN, Verb.CHANGE): BookingState.CHECKED_IN,
    (BookingState.CHECKED_IN, Verb.ACTIVATE): BookingState.ACTIVE,
    (BookingState.CHECKED_IN, Verb.CANCEL): BookingState.CANCELLED,
    # the rest of the slot is given back; it counts as used
    (BookingState.CHECKED_IN, Verb.RELEASE): BookingState.COMPLETED,
    # they came but never flew, and the slot is over
    (BookingState.CHECKED_IN, Verb.EXPIRE): BookingState.EXPIRED,
    (BookingState.CHECKED_IN, Verb.DISPLACE): BookingState.DISPLACED,
    (BookingState.ACTIVE, Verb.CHANGE): BookingState.ACTIVE,
    # no displace from active: an airborne booking leaves by landing
    (BookingState.ACTIVE, Verb.RELEASE): BookingState.COMPLETED,
    (BookingState.ACTIVE, Verb.COMPLETE): BookingState.COMPLETED,
}

# These have active claims, no others (the ledger's constraint reads them).
CLAIMING_STATES = frozenset(
    {
        BookingState.HELD,
        BookingState.REQUESTED,
        BookingState.CONFIRMED,
        BookingState.CHECKED_IN,
        BookingState.ACTIVE,
    }
)
FINAL_STATES = frozenset(BookingState) - {state for state, _ in TRANSITIONS}


def next_state(state: BookingState, verb: Verb) -> BookingState | None:
    """Return where ``verb`` leads from ``state``, or None where it is not possible."""
    return TRANSITIONS.get((state, verb))


def verbs_from(state: BookingState) -> tuple[Verb, ...]:
    """Return what can be done to a booking in ``state``, in the order of the table."""
    return tuple(verb for from_state, verb in TRANSITIONS if from_state is state)


def states_before(verb: Verb) -> tuple[BookingState, ...]:
    """Return the states from which ``verb`` is possible, in the order of the table."""
    return tuple(state for state, its_verb in TRANSITIONS if its_verb is verb)
