"""The intrinsic ground risk class of SORA 2.5 (table 2): people below × size and speed of the aircraft."""

from bisect import bisect_left, bisect_right

# the first column whose dimension and speed both suffice counts
MOST_DIMENSION_M = (1.0, 3.0, 8.0, 20.0, 40.0)
MOST_SPEED_M_S = (25.0, 35.0, 75.0, 120.0, 200.0)
# rows: fewer people per km² than this; the last row is all above
BELOW_PER_KM2 = (5.0, 50.0, 500.0, 5_000.0, 50_000.0)
CONTROLLED = (1, 1, 2, 3, 3)
BY_POPULATION: tuple[tuple[int | None, ...], ...] = (
    (2, 3, 4, 5, 6),
    (3, 4, 5, 6, 7),
    (4, 5, 6, 7, 8),
    (5, 6, 7, 8, 9),
    (6, 7, 8, 9, 10),
    (7, 8, None, None, None),
)


def intrinsic_ground_risk_class(
    population_per_km2: float, *, controlled: bool, dimension_m: float, speed_m_s: float
) -> int | None:
    """Return the class, 1 to 10, or None where SORA does not reach: "–" in the table, over 40 m or over 200 m/s.

    `controlled` is ground where nobody is but those who take part; the population then counts for nothing.

    Raises:
        ValueError: the population is negative or no number.
    """
    if not population_per_km2 >= 0:
        raise ValueError(f"population_per_km2 is 0 or more, got {population_per_km2}")
    column = max(bisect_left(MOST_DIMENSION_M, dimension_m), bisect_left(MOST_SPEED_M_S, speed_m_s))
    if column >= len(MOST_DIMENSION_M):
        return None
    row = CONTROLLED if controlled else BY_POPULATION[bisect_right(BELOW_PER_KM2, population_per_km2)]
    return row[column]
