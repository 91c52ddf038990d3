from itertools import permutations
from typing import cast
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from bookings.claims.choosing import choose
from bookings.claims.lanes import one_lane
from bookings.claims.needs import Choice, Need, Row
from bookings.models import Resource


def lane(resource: int, number: int) -> Choice:
    return Choice((Row(resource, one_lane(number)),), Resource(id=UUID(int=resource)))


def need(*choices: Choice) -> Need:
    return Need("resource_busy", "resources", "any", choices)


def places(chosen: list[Choice | None]) -> list[tuple[int, str] | None]:
    return [(choice.rows[0].key, choice.rows[0].lanes) if choice else None for choice in chosen]


def test_two_wants_of_a_kind_get_two_lanes() -> None:
    both = need(lane(1, 0), lane(1, 1))

    assert places(choose([both, both], set(), rank=lambda _n, _r: 0)) == [(1, one_lane(0)), (1, one_lane(1))]


def test_a_plain_want_does_not_take_the_only_one_who_is_qualified() -> None:
    anyone, qualified = need(lane(1, 0), lane(2, 0)), need(lane(1, 0))

    assert places(choose([anyone, qualified], set(), rank=lambda _n, _r: 0)) == [(2, one_lane(0)), (1, one_lane(0))]


def test_what_is_refused_less_is_chosen_first() -> None:
    anyone = need(lane(1, 0), lane(2, 0))

    chosen = choose([anyone], set(), rank=lambda _n, resource: 1 if resource.id == UUID(int=1) else 0)

    assert places(chosen) == [(2, one_lane(0))]


def test_what_is_busy_is_not_chosen() -> None:
    anyone = need(lane(1, 0), lane(2, 0))

    assert places(choose([anyone], {(0, 0)}, rank=lambda _n, _r: 0)) == [(2, one_lane(0))]
    assert choose([anyone], {(0, 0), (0, 1)}, rank=lambda _n, _r: 0) == [None]


@given(st.lists(st.sets(st.integers(0, 4), min_size=1), min_size=1, max_size=5))
def test_as_many_wants_are_met_as_any_assignment_could_meet(options: list[set[int]]) -> None:
    needs = [need(*(lane(resource, 0) for resource in sorted(some))) for some in options]

    chosen = choose(needs, set(), rank=lambda _n, _r: 0)

    given_out = [cast("Choice", choice).rows[0].key for choice in chosen if choice]
    assert len(set(given_out)) == len(given_out)
    assert all(choice is None or choice.rows[0].key in some for choice, some in zip(chosen, options, strict=True))
    best = max(
        sum(resource in some for resource, some in zip(order, options, strict=False))
        for order in permutations([*range(5), *[-1] * 5][: max(5, len(options))], len(options))
    )
    assert len(given_out) >= best
