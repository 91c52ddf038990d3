"""Whatever comes is read or refused, and nothing else happens; `make fuzz` does the same a million times."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.telemetry.mutation import PARSERS, mutate, seeds

POOLS = seeds()


@pytest.mark.parametrize("kind", PARSERS)
@given(st.integers(0, 2**64 - 1))
def test_spoilt_input_is_read_or_refused(kind: str, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(5):
        PARSERS[kind](mutate(dice, POOLS[kind]), dice)


@pytest.mark.parametrize("kind", PARSERS)
def test_good_input_passes_the_same_judges(kind: str) -> None:
    for data in POOLS[kind]:
        PARSERS[kind](data, random.Random(1))
