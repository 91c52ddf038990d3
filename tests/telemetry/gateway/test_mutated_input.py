import random

import pytest

from telemetry.wire.framing import Frame, split
from tests.telemetry.gateway.place import Place, grant
from tests.telemetry.mutation import mutate, packets


@pytest.mark.asyncio
async def test_spoilt_datagrams_of_an_admitted_link_are_kept_to_the_last_byte(place: Place) -> None:
    await place.admit(grant())
    dice, good, send = random.Random(5), packets(), place.udp()
    pieces = []
    for n in range(400):
        data = good[n % len(good)] if n % 2 == 0 else mutate(dice, good)
        if data:
            send(data)
            pieces += split(data)
    kept = [piece for piece in pieces if not isinstance(piece, Frame) or piece.system_id == 7]

    await place.recorded(b"".join(piece.packet for piece in kept))

    # packets of other systems are the only bytes that are not kept, and they are counted
    foreign = len(pieces) - len(kept)
    assert foreign
    assert sum(row.packets for row in place.gateway._counts.refused()) == foreign
