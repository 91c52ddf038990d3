"""The flight model keeps its limits whatever the seed, and the same seed flies the same flight."""

import random
from functools import cache
from itertools import chain, pairwise

import pytest
from shapely.geometry import Point, Polygon

from telemetry.simulator.airframe import Airframe
from telemetry.simulator.autopilot import NEXT, Phase
from telemetry.simulator.flight_model import Flight, Instant
from telemetry.simulator.place import VOLUME_CEILING_FT_AMSL, booked_outline

# A whole flight is 8,500 steps: few of them, which differ from run to run, say as much as many
NUMBER_OF_FLIGHTS = 5


@cache
def flown(seed: int, payload_kg: float = 30.0) -> tuple[Instant, ...]:
    flight = Flight(seed, airframe=Airframe(payload_kg=payload_kg))
    instants = []
    while not flight.finished:
        instants.append(flight.step())
        assert len(instants) < 20_000, "the flight does not end"
    return tuple(instants)


@pytest.fixture(scope="module")
def seeds(request: pytest.FixtureRequest) -> list[int]:
    """Give this run's flights, which are the same when the run is repeated with its random seed."""
    chance = random.Random(request.config.getoption("randomly_seed"))
    return [chance.randrange(2**31) for _ in range(NUMBER_OF_FLIGHTS)]


def test_a_flight_stays_inside_its_booked_volume_and_limits(seeds: list[int]) -> None:
    polygon = Polygon(booked_outline())
    for instant in chain.from_iterable(map(flown, seeds)):
        assert instant.ground_speed_m_s <= 15.0
        assert -2.5 <= instant.up_m_s <= 3.5
        assert instant.height_above_takeoff_m >= 0.0
        assert instant.altitude_amsl_m < VOLUME_CEILING_FT_AMSL * 0.3048
        assert abs(instant.roll_rad) < 0.6
        assert abs(instant.pitch_rad) < 0.6
        assert 0.0 <= instant.throttle_pct <= 100.0
    for instant in chain.from_iterable(flown(seed)[::20] for seed in seeds):
        assert polygon.contains(Point(instant.longitude_deg, instant.latitude_deg))


def test_the_battery_only_falls_and_lasts_the_flight(seeds: list[int]) -> None:
    for seed in seeds:
        left = [instant.battery_pct for instant in flown(seed)]
        assert left == sorted(left, reverse=True)
        assert left[-1] > 30.0
        assert all(40.0 < instant.battery_v < 60.0 for instant in flown(seed))


def test_the_phases_come_in_their_one_order_and_it_lands_where_it_took_off(seeds: list[int]) -> None:
    for seed in seeds:
        phases = list(dict.fromkeys(instant.phase for instant in flown(seed)))
        assert phases == [Phase.STARTING, *NEXT.values()]
        first, last = flown(seed)[0], flown(seed)[-1]
        assert (last.height_above_takeoff_m, last.armed) == (0.0, False)
        assert abs(last.east_m - first.east_m) < 3.0
        assert abs(last.north_m - first.north_m) < 3.0


def test_the_same_seed_flies_the_same_flight_and_another_seed_another() -> None:
    again = Flight(7)
    assert [again.step() for _ in range(2000)] == list(flown(7)[:2000])
    other = Flight(8)
    assert [other.step() for _ in range(2000)] != list(flown(7)[:2000])


def test_a_heavier_load_costs_more_energy() -> None:
    used = [flown(3, payload_kg)[-1].battery_used_wh for payload_kg in (0.0, 30.0, 75.0)]
    assert used[0] * 1.5 < used[1]
    assert used[1] * 1.5 < used[2]


@pytest.mark.parametrize(("calm", "windy", "more"), [(8.0, 14.0, True), (0.0, 5.0, False)])
def test_power_depends_on_the_wind_as_rotors_have_it(calm: float, windy: float, more: bool) -> None:
    # A breeze lowers induced power; in strong wind drag outweighs that. Unladen, so that drag is a large part.
    frame = Airframe(payload_kg=0.0)
    hover_n = frame.mass_kg * 9.81
    powers = [frame.power_w(thrust_n=hover_n, airspeed_m_s=air, climb_m_s=0.0) for air in (calm, windy)]
    assert (powers[1] > powers[0]) is more


def test_the_wind_of_the_day_changes_what_a_flight_costs() -> None:
    assert len({round(flown(seed)[-1].battery_used_wh, 3) for seed in (1, 2, 3)}) == 3


def test_velocity_is_the_change_of_place() -> None:
    instants = flown(5)
    for before, after in pairwise(instants[400:6001]):
        assert after.east_m - before.east_m == pytest.approx(0.05 * after.east_m_s, abs=1e-9)
        assert after.north_m - before.north_m == pytest.approx(0.05 * after.north_m_s, abs=1e-9)
