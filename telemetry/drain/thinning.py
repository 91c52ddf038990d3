"""At most ten states per second of a flight go into its track; the raw recording keeps all."""

from collections.abc import Sequence
from typing import NamedTuple

from telemetry.sample import Sample

INTERVAL_US = 100_000
# Where time steps back further than this, the aircraft's clock was set: begin anew there.
STEP_BACK_US = 5_000_000


class State(NamedTuple):
    """A decoded state: when (UTC), when by the aircraft's own clock (any epoch), what; times in microseconds."""

    time_us: int
    own_us: int
    sample: Sample


def thinned(states: Sequence[State], *, next_us: int) -> tuple[list[State], int]:
    """Keep at most ten states per second of the aircraft's clock; returns them and when the next one is due.

    By its own clock, so that a second link's copies count once, and a body that brings seconds at once is not thinned
    to one point. One interval of slack is allowed: ten per second with jitter are all kept.
    """
    kept = []
    for state in states:
        if state.own_us < next_us - STEP_BACK_US:
            next_us = state.own_us
        if state.own_us >= next_us - INTERVAL_US:
            kept.append(state)
            next_us = max(next_us, state.own_us) + INTERVAL_US
    return kept, next_us
