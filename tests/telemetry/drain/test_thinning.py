from hypothesis import given
from hypothesis import strategies as some

from telemetry.drain.thinning import State, thinned
from telemetry.sample import Sample


def states(*own_us: int) -> list[State]:
    return [State(us, us, Sample()) for us in own_us]


def test_ten_a_second_with_jitter_are_all_kept() -> None:
    jittered = [1_000_000 + n * 100_000 + (-1) ** n * 20_000 for n in range(100)]
    kept, _ = thinned(states(*jittered), next_us=0)
    assert len(kept) == 100


def test_a_clock_that_is_set_back_begins_anew() -> None:
    kept, _ = thinned(states(60_000_000, 1_000_000, 1_100_000), next_us=0)
    assert [state.own_us for state in kept] == [60_000_000, 1_000_000, 1_100_000]


@given(some.lists(some.integers(0, 60_000_000), max_size=300))
def test_no_more_than_ten_a_second_are_kept_however_they_come(times: list[int]) -> None:
    kept, _ = thinned(states(*sorted(times)), next_us=0)
    assert len(kept) <= 602
