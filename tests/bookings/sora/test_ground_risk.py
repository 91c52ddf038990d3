import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.sora.ground_risk import intrinsic_ground_risk_class

SIZES = [(1, 25), (3, 35), (8, 75), (20, 120), (40, 200)]
PEOPLE = [4.99, 49.9, 499, 4999, 49_999, 50_000]
TABLE = [[2, 3, 4, 5, 6], [3, 4, 5, 6, 7], [4, 5, 6, 7, 8], [5, 6, 7, 8, 9], [6, 7, 8, 9, 10], [7, 8, None, None, None]]


@pytest.mark.parametrize(
    ("people", "dimension_m", "speed_m_s", "expected"),
    [(people, *size, TABLE[row][column]) for row, people in enumerate(PEOPLE) for column, size in enumerate(SIZES)],
)
def test_the_table_of_sora(people: float, dimension_m: float, speed_m_s: float, expected: int | None) -> None:
    found = intrinsic_ground_risk_class(people, controlled=False, dimension_m=dimension_m, speed_m_s=speed_m_s)

    assert found == expected


@pytest.mark.parametrize(("size", "expected"), list(zip(SIZES, [1, 1, 2, 3, 3], strict=True)))
def test_controlled_ground_counts_whoever_lives_there(size: tuple[float, float], expected: int) -> None:
    dimension_m, speed_m_s = size

    found = intrinsic_ground_risk_class(90_000, controlled=True, dimension_m=dimension_m, speed_m_s=speed_m_s)

    assert found == expected


def test_a_row_begins_at_its_number() -> None:
    assert intrinsic_ground_risk_class(5, controlled=False, dimension_m=1, speed_m_s=25) == 3


def test_the_worse_of_size_and_speed_counts() -> None:
    assert intrinsic_ground_risk_class(0, controlled=False, dimension_m=0.5, speed_m_s=36) == 4
    assert intrinsic_ground_risk_class(0, controlled=False, dimension_m=8.1, speed_m_s=1) == 5


@pytest.mark.parametrize(("dimension_m", "speed_m_s"), [(40.1, 10), (1, 200.1)])
def test_beyond_the_table_there_is_no_class(dimension_m: float, speed_m_s: float) -> None:
    for controlled in (True, False):
        assert (
            intrinsic_ground_risk_class(0, controlled=controlled, dimension_m=dimension_m, speed_m_s=speed_m_s) is None
        )


@pytest.mark.parametrize("people", [-1, math.nan])
def test_fewer_people_than_none_are_refused(people: float) -> None:
    with pytest.raises(ValueError, match="population_per_km2"):
        intrinsic_ground_risk_class(people, controlled=False, dimension_m=1, speed_m_s=1)


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0.1, 40), st.floats(0.1, 200))
def test_more_people_are_never_less_risk(some: float, others: float, dimension_m: float, speed_m_s: float) -> None:
    few, many = (
        intrinsic_ground_risk_class(people, controlled=False, dimension_m=dimension_m, speed_m_s=speed_m_s)
        for people in sorted((some, others))
    )

    assert (many or 99) >= (few or 99)
