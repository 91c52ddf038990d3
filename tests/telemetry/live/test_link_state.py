"""A state's worth by its age."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.live.link_state import Limits, LinkState, link_state


@pytest.mark.parametrize(
    ("age_s", "expected"),
    [
        (0.0, "fresh"),
        (1.0, "fresh"),
        (1.001, "late"),
        (3.0, "late"),
        (3.001, "stale"),
        (4.999, "stale"),
        (5.0, "lost"),
        (86_400.0, "lost"),
    ],
)
def test_each_age_has_one_state_and_the_limits_belong_to_the_better_one(age_s: float, expected: str) -> None:
    assert link_state(age_s) == expected


def test_what_was_never_heard_has_no_state() -> None:
    assert link_state(None) is None


def test_the_limits_are_settings() -> None:
    assert link_state(2.0, limits=Limits(late_s=0.1, stale_s=0.2, lost_s=2.0)) is LinkState.LOST


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_a_state_never_gets_better_by_getting_older(one_s: float, other_s: float) -> None:
    order = list(LinkState)
    younger, older = sorted([one_s, other_s])
    assert order.index(link_state(younger) or LinkState.FRESH) <= order.index(link_state(older) or LinkState.FRESH)
