"""What a booking needs of the ledger: keys, lanes to choose from, heights, outlines, buffers."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bookings.claims.lanes import ALL_LANES, Lanes, all_but_block, lane_of_block, one_lane
from bookings.claims.outlines import UNIT_SQUARE, Piece, hard_pieces, soft_pieces, whole_height_pieces
from bookings.geometry import SitePlane
from bookings.models import SITE_AIR_KEY, SITE_GROUND_KEY, Aircraft, Pilot, Resource
from bookings.rules.facts import Hazard, ResourceKind, VolumeFacts, VolumeKind

EVERYWHERE = Piece(UNIT_SQUARE, None, None)


@dataclass(frozen=True, slots=True)
class Need:
    """One thing to be claimed in one of the `choices` of lanes, wherever `piece` is.

    `code` is the refusal's code when somebody else has it, `field` and `name` what the refusal says of it.
    """

    code: str
    field: str
    name: str
    key: int
    choices: tuple[Lanes, ...]
    piece: Piece = EVERYWHERE
    setup: dt.timedelta = dt.timedelta()
    clearup: dt.timedelta = dt.timedelta()

    def period(self, start: dt.datetime, end: dt.datetime) -> str:
        """Return the slot, widened by the buffers, as a half-open tstzrange in PostgreSQL's notation."""
        return f"[{(start - self.setup).isoformat()},{(end + self.clearup).isoformat()})"


def resource_needs(named: Iterable[Resource], *, shared: Iterable[Resource] = (), block: int) -> list[Need]:
    """Return the needs of resources: lanes of those that are named, a lane of one's own of the hazards they share."""
    needs = [
        Need(
            code="resource_busy",
            field=f"resources[{place}]",
            name=resource.code,
            key=resource.claim_key,
            choices=lanes_to_choose(resource),
            setup=dt.timedelta(seconds=resource.setup_s),
            clearup=dt.timedelta(seconds=resource.clearup_s),
        )
        for place, resource in enumerate(named)
    ]
    needs += [
        Need("resource_busy", "resources", hazard.code, hazard.claim_key, (lane_of_block(block, 0),))
        for hazard in shared
    ]
    return needs


def lanes_to_choose(resource: Resource) -> tuple[Lanes, ...]:
    """Return in which lanes naming a resource may claim it: a hazard and what is exclusive in all, others in one."""
    if resource.exclusive or resource.hazard != Hazard.NONE or resource.capacity == 1:
        return (ALL_LANES,)
    return tuple(one_lane(lane) for lane in range(resource.capacity))


def crew_needs(crew: Sequence[tuple[Aircraft, Pilot]]) -> list[Need]:
    """Return the needs of aircraft and pilots: each is in one place at a time."""
    needs = []
    for place, (aircraft, pilot) in enumerate(crew):
        path = f"crew[{place}]." if len(crew) > 1 else ""
        needs.append(Need("aircraft_busy", f"{path}aircraft", aircraft.name, aircraft.claim_key, (ALL_LANES,)))
        needs.append(Need("pilot_busy", f"{path}pilot", pilot.name, pilot.claim_key, (ALL_LANES,)))
    return needs


def volume_needs(volumes: Sequence[VolumeFacts], *, plane: SitePlane, block: int) -> Iterator[Need]:
    """Yield the needs of volumes: hard and contingency ones of the air, ground risk buffers of the ground."""
    hard = [volume for volume in volumes if volume.kind is VolumeKind.FLIGHT_GEOGRAPHY]
    for piece in hard_pieces(hard, plane=plane):
        yield Need("volume_busy", "volumes", "the volume", SITE_AIR_KEY, (all_but_block(block),), piece)
    for place, volume in enumerate(volumes):
        if volume.kind is VolumeKind.FLIGHT_GEOGRAPHY:
            continue
        key = SITE_GROUND_KEY if volume.kind is VolumeKind.GROUND_RISK_BUFFER else SITE_AIR_KEY
        lane = lane_of_block(block, place)
        name = f"the {volume.kind.replace('_', ' ')}"
        for piece in soft_pieces(volume, plane=plane):
            yield Need("volume_busy", f"volumes[{place}]", name, key, (lane,), piece)


def ground_needs(named: Iterable[Resource], *, plane: SitePlane, block: int) -> Iterator[Need]:
    """Yield what occupied stands need of the ground: no rival's ground risk buffer over them."""
    outlines = [
        plane.outline_m(outline)
        for resource in named
        if resource.kind == ResourceKind.STAND and (outline := resource.facts.outline) is not None
    ]
    for piece in whole_height_pieces(outlines):
        yield Need("resource_busy", "resources", "the stand", SITE_GROUND_KEY, (all_but_block(block),), piece)
