import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.sora.figures import Airframe, Altimetry, Figures, Flight, GrbMethod, figures_of, formulae_of

# worked examples: airframe, altimetry, V0, CD, H_FG → S_CV, H_CV, GRB 1:1, GRB ballistic, adjacent area
WORKED = [
    ("rotor", "gnss", 15.0, 4.5, 60.0, 33.468, 85.968, 88.218, 65.047, 5000),
    ("rotor", "baro", 20.0, 1.5, 100.0, 47.387, 135.387, 136.137, 105.825, 5000),
    ("wing", "gnss", 30.0, 6.0, 120.0, 195.904, 172.523, 175.523, 180.92, 5400),
    ("wing", "gnss", 50.0, 9.0, 300.0, 498.399, 415.453, 419.953, 464.663, 9000),
]

flights = st.builds(
    Flight,
    max_speed_m_s=st.floats(0.1, 400),
    characteristic_dimension_m=st.floats(0.05, 100),
    height_m=st.floats(0.5, 5000),
    airframe=st.sampled_from(Airframe),
    altimetry=st.sampled_from(Altimetry),
    method=st.sampled_from(GrbMethod),
)


@pytest.mark.parametrize(("airframe", "altimetry", "v0", "cd", "h_fg", "s_cv", "h_cv", "grb", "thrown", "area"), WORKED)
def test_the_worked_examples_come_out(
    airframe: str,
    altimetry: str,
    v0: float,
    cd: float,
    h_fg: float,
    s_cv: float,
    h_cv: float,
    grb: float,
    thrown: float,
    area: float,
) -> None:
    flight = Flight(
        max_speed_m_s=v0,
        characteristic_dimension_m=cd,
        height_m=h_fg,
        airframe=Airframe(airframe),
        altimetry=Altimetry(altimetry),
    )
    found = figures_of(flight)
    ballistic = figures_of(replace(flight, method=GrbMethod.BALLISTIC))

    assert [found.s_cv_m, found.h_cv_m, found.grb_m, found.adjacent_m] == pytest.approx(
        [s_cv, h_cv, grb, area], abs=5e-4
    )
    assert ballistic == replace(found, grb_m=ballistic.grb_m)
    assert ballistic.grb_m == pytest.approx(thrown, abs=5e-4)


@given(flights, st.floats(1.0, 2.0))
def test_faster_is_never_nearer(flight: Flight, factor: float) -> None:
    assert_no_figure_shrinks(flight, max_speed_m_s=flight.max_speed_m_s * factor)


@given(flights, st.floats(1.0, 2.0))
def test_higher_is_never_nearer(flight: Flight, factor: float) -> None:
    assert_no_figure_shrinks(flight, height_m=flight.height_m * factor)


@given(flights, st.floats(1.0, 2.0))
def test_larger_is_never_nearer(flight: Flight, factor: float) -> None:
    assert_no_figure_shrinks(flight, characteristic_dimension_m=flight.characteristic_dimension_m * factor)


def assert_no_figure_shrinks(flight: Flight, **changes: Any) -> None:
    before, after = figures_of(flight), figures_of(replace(flight, **changes))
    for name in Figures.__dataclass_fields__:
        assert getattr(after, name) >= getattr(before, name), name


@given(flights)
def test_every_figure_has_its_formula(flight: Flight) -> None:
    assert formulae_of(flight).keys() == Figures.__dataclass_fields__.keys()


@pytest.mark.parametrize("name", ["max_speed_m_s", "characteristic_dimension_m", "height_m"])
@pytest.mark.parametrize("value", [0.0, -1.0, math.nan, math.inf])
def test_what_no_formula_can_take_is_refused(name: str, value: float) -> None:
    good: dict[str, Any] = {"max_speed_m_s": 15, "characteristic_dimension_m": 1, "height_m": 60}
    with pytest.raises(ValueError, match=name):
        Flight(airframe=Airframe.ROTOR, **{**good, name: value})
