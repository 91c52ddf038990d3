import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.quality.sequence import Sequence

STEP_US = 20_000


def heard(numbers: list[int], *, step_us: int = STEP_US, sequence: Sequence | None = None) -> Sequence:
    """Hear packets in this order, fifty a second; numbers are those before the modulo."""
    sequence = sequence or Sequence()
    start_us = sequence.heard_us or 1_780_000_000_000_000
    for n, number in enumerate(numbers, 1):
        sequence.hear(number % 256, start_us + n * step_us)
    return sequence


def figures(sequence: Sequence) -> tuple[int, int, int, int]:
    return sequence.lost, sequence.late, sequence.duplicate, sequence.restarts


@pytest.mark.parametrize(
    ("numbers", "wanted"),
    [
        ([*range(1000)], (0, 0, 0, 0)),
        ([254, 255, 256, 257], (0, 0, 0, 0)),
        ([0, 1, 2, 6, 7], (3, 0, 0, 0)),
        ([0, 1, 3, 2, 4], (0, 1, 0, 0)),
        ([254, 256, 255, 257], (0, 1, 0, 0)),
        ([5, 3, 6], (1, 1, 0, 0)),  # 3 is from before the first one: 4 is missing
        ([5, 5, 6, 6, 6], (0, 0, 3, 0)),
        ([0, 2, 1, 1, 2], (0, 1, 2, 0)),
        ([0, 192], (191, 0, 0, 0)),
        ([100, 37, 101], (62, 1, 0, 0)),
    ],
)
def test_lost_late_and_duplicate_are_three_figures(numbers: list[int], wanted: tuple[int, ...]) -> None:
    assert figures(heard(numbers)) == wanted


@given(
    st.integers(0, 255),
    st.sets(st.integers(1, 498), max_size=150),
    st.sets(st.integers(0, 499), max_size=60),
    st.data(),
)
def test_any_mix_within_the_window_is_counted_exactly(
    first: int, dropped: set[int], repeated: set[int], data: st.DataObject
) -> None:
    rng = random.Random(data.draw(st.integers(0, 2**32)))
    sent = [n for n in range(500) if n not in dropped]
    sent += [n for n in repeated if n not in dropped]
    order = sorted(sent, key=lambda n: n + rng.random() * 40)  # at most forty places late

    sequence = heard([first + n for n in order])

    newest, seen, late = -1, set(), 0
    for n in order:
        late += n < newest and n not in seen
        newest = max(newest, n)
        seen.add(n)
    whole = max(seen) - min(seen) + 1
    assert figures(sequence) == (whole - len(seen), late, len(sent) - len(seen), 0)
    assert sequence.packets == len(sent)


@given(st.integers(0, 255), st.integers(0, 40), st.integers(1, 60))
def test_a_restart_is_no_loss_whatever_the_numbers_were(last: int, first: int, until_told: int) -> None:
    sequence = heard([*range(last - 100, last + 1)])
    boot_us = sequence.heard_us + 3_000_000
    for n in range(until_told):
        sequence.hear((first + n) % 256, boot_us + 500_000 + n * STEP_US)
    sequence.restart(boot_us)

    assert figures(sequence) == (0, 0, 0, 1)
    assert sequence.packets == 101 + until_told


def test_what_was_lost_before_and_after_a_restart_stays_lost() -> None:
    sequence = heard([200, 201, 203, 204])
    boot_us = sequence.heard_us + 1_000_000
    for n, number in enumerate([0, 1, 5, 6, 4]):
        sequence.hear(number, boot_us + n * STEP_US)
    sequence.restart(boot_us)
    assert figures(sequence) == (1 + 2, 1, 0, 1)


def test_after_a_short_outage_at_a_high_rate_the_numbers_went_ahead() -> None:
    sequence = heard([*range(400)], step_us=5_000)
    sequence.hear((399 + 230) % 256, sequence.heard_us + 230 * 5_000)
    assert figures(sequence) == (229, 0, 0, 0)


def test_a_slow_component_that_is_a_second_late_has_not_lost_a_round() -> None:
    sequence = heard([0, 1, 2, 4], step_us=1_000_000)
    sequence.hear(3, sequence.heard_us + 1_500_000)
    sequence.hear(4, sequence.heard_us + 1_500_000)
    assert figures(sequence) == (0, 1, 1, 0)


def test_numbers_that_step_back_after_a_long_silence_began_anew() -> None:
    sequence = heard([*range(40)], step_us=1_000_000)
    sequence = heard([*range(10)], sequence=sequence, step_us=12_000_000)
    assert figures(sequence) == (0, 0, 0, 1)


@given(st.lists(st.tuples(st.integers(0, 255), st.integers(-20_000_000, 20_000_000)), max_size=400))
def test_no_order_of_numbers_and_times_makes_a_figure_negative(packets: list[tuple[int, int]]) -> None:
    sequence, receive_us = Sequence(), 1_780_000_000_000_000
    for number, passed_us in packets:
        receive_us += passed_us
        sequence.hear(number, receive_us)
        if number == 13:
            sequence.restart(receive_us - 5_000_000)
        assert min(sequence.lost, sequence.late, sequence.duplicate, sequence.restarts) >= 0
    assert sequence.packets == len(packets)
    assert len(sequence.recent) <= 128
