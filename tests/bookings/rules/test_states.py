from hypothesis import given
from hypothesis import strategies as st

from bookings.rules.states import (
    CLAIMING_STATES,
    FINAL_STATES,
    TRANSITIONS,
    BookingState,
    Verb,
    next_state,
    states_before,
    verbs_from,
)


def test_final_states_are_those_of_the_contract() -> None:
    assert {
        BookingState.COMPLETED,
        BookingState.REFUSED,
        BookingState.CANCELLED,
        BookingState.EXPIRED,
        BookingState.NO_SHOW,
        BookingState.DISPLACED,
    } == FINAL_STATES


def test_every_state_claims_or_is_final_or_is_the_unstored_draft() -> None:
    assert CLAIMING_STATES | FINAL_STATES | {BookingState.DRAFT} == set(BookingState)
    assert set() == CLAIMING_STATES & FINAL_STATES


def test_every_verb_is_in_the_table() -> None:
    assert {verb for _, verb in TRANSITIONS} == set(Verb)


def test_every_state_is_reached_from_draft() -> None:
    reached = {BookingState.DRAFT}
    for _ in BookingState:
        reached |= {after for (before, _), after in TRANSITIONS.items() if before in reached}

    assert reached == set(BookingState)


def test_an_active_booking_leaves_only_by_landing() -> None:
    assert verbs_from(BookingState.ACTIVE) == (Verb.CHANGE, Verb.RELEASE, Verb.COMPLETE)
    assert next_state(BookingState.ACTIVE, Verb.CHANGE) is BookingState.ACTIVE


def test_only_a_checked_in_booking_is_activated() -> None:
    assert states_before(Verb.ACTIVATE) == (BookingState.CHECKED_IN,)


@given(st.lists(st.sampled_from(Verb), max_size=30))
def test_whatever_is_tried_a_final_state_is_never_left_and_claims_end_once(verbs: list[Verb]) -> None:
    state, path = BookingState.DRAFT, [BookingState.DRAFT]
    for verb in verbs:
        after = next_state(state, verb)
        assert (after is not None) == (verb in verbs_from(state))
        if after is not None:
            state = after
            path.append(state)

    # one change after another leads back, nothing else does
    assert all(passed not in FINAL_STATES for passed in path[:-1])
    assert all(passed in CLAIMING_STATES for passed in path[1:-1])
