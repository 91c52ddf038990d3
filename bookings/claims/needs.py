"""What a booking needs of the ledger: for each need the choices that would meet it, each as rows to be claimed."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from bookings.claims.lanes import ALL_LANES, Lanes, all_but_block, lane_of_block, one_lane
from bookings.claims.outlines import UNIT_SQUARE, Piece, hard_pieces, soft_pieces, whole_height_pieces
from bookings.geometry import SitePlane
from bookings.models import SITE_AIR_KEY, SITE_GROUND_KEY, Aircraft, Pilot, Resource
from bookings.rules.facts import Hazard, Period, ResourceKind, SiteFacts, VolumeFacts, VolumeKind
from bookings.rules.wants import Want

EVERYWHERE = Piece(UNIT_SQUARE, None, None)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the ledger: a key in lanes, wherever `piece` is, widened by the buffers."""

    key: int
    lanes: Lanes
    piece: Piece = EVERYWHERE
    setup: dt.timedelta = dt.timedelta()
    clearup: dt.timedelta = dt.timedelta()

    def period(self, wanted: Period) -> str:
        """Return the wanted period with the buffers, as a half-open tstzrange in PostgreSQL's notation."""
        return f"[{(wanted[0] - self.setup).isoformat()},{(wanted[1] + self.clearup).isoformat()})"


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to meet a need: all its rows; `resource` is the one that is had by it."""

    rows: tuple[Row, ...]
    resource: Resource | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that is needed, in one of the `choices`.

    `code` is the refusal's code when somebody else has it, `field` and `name` what the refusal says of it.
    `own_period` says for how long it is needed in a slot, where that is not the slot.
    """

    code: str
    field: str
    name: str
    choices: tuple[Choice, ...]
    own_period: Callable[[Period], Period] | None = None

    def period(self, slot: Period) -> Period:
        """Return for how long it is needed when the booking has this slot."""
        return self.own_period(slot) if self.own_period else slot


def want_need(
    want: Want, candidates: Sequence[Resource], *, place: int, site: SiteFacts, plane: SitePlane, block: int
) -> Need:
    """Return the need of one want: any lane of any of the resources that meet it."""
    return Need(
        code="resource_busy",
        field=f"resources[{place}]",
        name=want.words,
        choices=tuple(choice for resource in candidates for choice in _choices(resource, plane=plane, block=block)),
        own_period=partial(want.period, site=site),
    )


def hazard_needs(shared: Iterable[Resource], *, block: int) -> Iterator[Need]:
    """Yield the needs of hazards that a booking shares: a lane of its own of each."""
    for hazard in shared:
        choice = Choice((Row(hazard.claim_key, lane_of_block(block, 0)),))
        yield Need("resource_busy", "resources", hazard.code, (choice,))


def lanes_to_choose(resource: Resource) -> tuple[Lanes, ...]:
    """Return in which lanes naming a resource may claim it: a hazard and what is exclusive in all, others in one."""
    if resource.exclusive or resource.hazard != Hazard.NONE or resource.capacity == 1:
        return (ALL_LANES,)
    return tuple(one_lane(lane) for lane in range(resource.capacity))


def crew_needs(crew: Sequence[tuple[Aircraft, Pilot]]) -> Iterator[Need]:
    """Yield the needs of aircraft and pilots: each is in one place at a time."""
    for place, (aircraft, pilot) in enumerate(crew):
        path = f"crew[{place}]." if len(crew) > 1 else ""
        for code, field, one in (("aircraft_busy", "aircraft", aircraft), ("pilot_busy", "pilot", pilot)):
            yield Need(code, f"{path}{field}", one.name, (Choice((Row(one.claim_key, ALL_LANES),)),))


def volume_needs(volumes: Sequence[VolumeFacts], *, plane: SitePlane, block: int) -> Iterator[Need]:
    """Yield the needs of volumes: hard and contingency ones of the air, ground risk buffers of the ground."""
    hard = [volume for volume in volumes if volume.kind is VolumeKind.FLIGHT_GEOGRAPHY]
    for piece in hard_pieces(hard, plane=plane):
        choice = Choice((Row(SITE_AIR_KEY, all_but_block(block), piece),))
        yield Need("volume_busy", "volumes", "the volume", (choice,))
    for place, volume in enumerate(volumes):
        if volume.kind is VolumeKind.FLIGHT_GEOGRAPHY:
            continue
        key = SITE_GROUND_KEY if volume.kind is VolumeKind.GROUND_RISK_BUFFER else SITE_AIR_KEY
        name = f"the {volume.kind.replace('_', ' ')}"
        for piece in soft_pieces(volume, plane=plane):
            choice = Choice((Row(key, lane_of_block(block, place), piece),))
            yield Need("volume_busy", f"volumes[{place}]", name, (choice,))


def _choices(resource: Resource, *, plane: SitePlane, block: int) -> Iterator[Choice]:
    setup, clearup = dt.timedelta(seconds=resource.setup_s), dt.timedelta(seconds=resource.clearup_s)
    ground = tuple(
        Row(SITE_GROUND_KEY, all_but_block(block), piece, setup, clearup) for piece in _ground(resource, plane)
    )
    for lanes in lanes_to_choose(resource):
        yield Choice((Row(resource.claim_key, lanes, EVERYWHERE, setup, clearup), *ground), resource)


def _ground(resource: Resource, plane: SitePlane) -> list[Piece]:
    """Return what an occupied stand needs of the ground: no rival's ground risk buffer over it."""
    outline = resource.facts.outline
    if resource.kind != ResourceKind.STAND or outline is None:
        return []
    return whole_height_pieces([plane.outline_m(outline)])
