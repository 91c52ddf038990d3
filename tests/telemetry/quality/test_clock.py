from collections.abc import Iterable

import pytest

from telemetry.quality.clock import ClockCheck

NOW_US = 1_780_000_000_000_000
S = 1_000_000


def told(readings: Iterable[tuple[float, float, float]]) -> dict[str, object]:
    """Give readings: (s of our clock, s of the aircraft's UTC clock or -1 for 0, s since boot); return the figures."""
    clock = ClockCheck()
    for ours, theirs, boot in readings:
        utc_us = 0 if theirs == -1 else NOW_US + round(theirs * S)
        clock.hear(utc_us, boot_us=round(boot * S), receive_us=NOW_US + round(ours * S))
    found = clock.figures()
    assert found is not None
    return found


def test_a_good_clock_is_good_and_its_offset_is_the_one_of_the_least_delay() -> None:
    found = told((n, n - 0.1 - (n % 3) * 0.2, n) for n in range(8))
    assert (found["state"], found["offset_ms"]) == ("good", -100.0)
    assert (found["jumps_back"], found["jumps_ahead"], found["unset"]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("readings", "state", "counted"),
    [
        ([(n, -1, n) for n in range(5)], "unset", {"unset": 5, "jumps_back": 0}),
        ([(0, -1, 1), (1, 1, 2), (2, 2, 3)], "good", {"unset": 1, "jumps_ahead": 0}),
        ([(0, 0, 1), (1, -1, 2)], "unset", {"unset": 1, "jumps_back": 1}),
        ([(n, n + 4, n) for n in range(5)], "ahead", {"jumps_ahead": 0}),
        ([(n, n - 60, n) for n in range(5)], "behind", {"jumps_back": 0}),
        ([(0, 0, 1), (1, 1, 2), (2, -6, 3), (3, -5, 4)], "good", {"jumps_back": 1, "last_jump_ms": -8000.0}),
        ([(0, 0, 1), (1, 1, 2), (2, 3602, 3), (3, 3603, 4)], "ahead", {"jumps_ahead": 1, "last_jump_ms": 3_600_000.0}),
        ([(0, 0, 1), (1, 0, 2), (2, 0, 3)], "stopped", {"stopped": 2, "jumps_back": 0}),
        ([(0, 0, 1), (1, 0, 2), (2, 2, 3)], "good", {"stopped": 1, "jumps_ahead": 1}),
        # a minute without a packet, then all of it at once: the link was away, the clock did not jump
        ([(0, 0, 1), (60, 1, 2), (60, 2, 3), (60, 60, 61)], "good", {"jumps_ahead": 0, "jumps_back": 0}),
        ([(0, 2, 3), (1, 1, 2), (2, 4, 5)], "ahead", {"jumps_back": 0, "readings": 2}),  # the second came late
    ],
)
def test_a_clock_is_shown_as_it_is(
    readings: list[tuple[float, float, float]], state: str, counted: dict[str, object]
) -> None:
    found = told(readings)
    assert (found["state"], {name: found[name] for name in counted}) == (state, counted)


def test_a_clock_that_runs_fast_drifts_and_does_not_jump() -> None:
    found = told((n, n * (1 + 50e-6), n) for n in range(300))
    assert found["drift_ppm"] == pytest.approx(50, abs=1)
    assert (found["jumps_ahead"], found["state"]) == (0, "good")


def test_there_is_no_drift_before_a_minute() -> None:
    assert told((n, n, n) for n in range(50))["drift_ppm"] is None


def test_an_answer_is_paired_with_its_request() -> None:
    clock = ClockCheck()
    clock.hear_timesync(0, 111, receive_us=NOW_US)
    clock.hear_timesync(9_999, 222, receive_us=NOW_US + 10_000)  # the answer to a request that did not come by here
    clock.hear_timesync(9_999, 111, receive_us=NOW_US + 42_000)
    clock.hear_timesync(9_999, 111, receive_us=NOW_US + 50_000)  # the same again
    found = clock.figures()
    assert found is not None
    assert (found["round_trip_ms"], found["state"]) == (42.0, None)


def test_no_more_than_eight_requests_wait_for_an_answer() -> None:
    clock = ClockCheck()
    for n in range(1000):
        clock.hear_timesync(0, n, receive_us=NOW_US)
    assert len(clock.requests) == 8


def test_samples_without_a_time_since_boot_show_only_steps_back() -> None:
    clock = ClockCheck()
    for ours, theirs in [(0, 0), (1, 1), (2, 20), (3, 4), (4, 5)]:
        clock.hear(NOW_US + theirs * S, boot_us=None, receive_us=NOW_US + ours * S)
    found = clock.figures()
    assert found is not None
    assert (found["jumps_back"], found["jumps_ahead"], found["last_jump_ms"]) == (1, 0, -16_000.0)


def test_nothing_heard_is_no_figures() -> None:
    assert ClockCheck().figures() is None
