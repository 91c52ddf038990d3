"""Lanes: how a key is claimed. Two claims of a key clash only where they share a lane.

A resource has as many lanes as capacity. Places (the site's air and ground) have a block of lanes per booking: a hard
volume takes all lanes but its own block, a soft one a single lane of it. So soft volumes of rivals may overlap, a hard
one and a rival's soft one may not, and a booking never clashes with its own buffers.
"""

from typing import TypeAlias

# PostgreSQL's notation of int8multirange
Lanes: TypeAlias = str

LANES_PER_BLOCK = 64
ALL_LANES: Lanes = "{(,)}"
# a block that no booking has: for looking at what is free without being a booking
FREE_BLOCK = 0


def one_lane(lane: int) -> Lanes:
    """Return a single lane."""
    return f"{{[{lane},{lane + 1})}}"


def lane_of_block(block: int, place: int) -> Lanes:
    """Return one lane of a booking's block; `place` is 0 to 63."""
    if not 0 <= place < LANES_PER_BLOCK:
        raise ValueError(f"a block has {LANES_PER_BLOCK} lanes, asked for number {place}")
    return one_lane(block * LANES_PER_BLOCK + place)


def all_but_block(block: int) -> Lanes:
    """Return all lanes without those of a booking's block."""
    return f"{{(,{block * LANES_PER_BLOCK}),[{(block + 1) * LANES_PER_BLOCK},)}}"
