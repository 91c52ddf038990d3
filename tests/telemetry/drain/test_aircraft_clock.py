from hypothesis import given
from hypothesis import strategies as some

from telemetry.drain.aircraft_clock import AircraftClock

US = some.integers(0, 2**45)


def test_late_packets_are_dated_when_they_were_sent() -> None:
    clock = AircraftClock()
    assert clock.date([1_000_000], receive_us=50_000_000) == [50_000_000]
    assert clock.date([2_000_000], receive_us=51_400_000) == [51_000_070]  # 0.4 s late, but for what may creep


def test_what_came_at_once_is_spread_over_the_time_it_tells_of() -> None:
    assert AircraftClock().date([0, 100_000, 200_000], receive_us=9_000_000) == [8_800_000, 8_900_000, 9_000_000]


def test_a_reboot_begins_anew_at_the_time_of_receipt() -> None:
    clock = AircraftClock()
    clock.date([600_000_000], receive_us=700_000_000)
    assert clock.date([1_000], receive_us=720_000_000) == [720_000_000]


@given(some.lists(some.tuples(US, US), min_size=1))
def test_times_never_step_back_while_our_clock_does_not_and_are_never_in_the_future(
    heard: list[tuple[int, int]],
) -> None:
    clock, last = AircraftClock(), 0
    for receive_us, own_us in sorted(heard):
        [dated] = clock.date([own_us], receive_us=receive_us)
        assert last <= dated <= receive_us
        last = dated
