"""What a closure claims: its resources whole, and the air of test areas."""

from collections.abc import Iterable, Iterator

from bookings.claims.lanes import ALL_LANES, all_but_block, lane_of_block
from bookings.claims.needs import Row
from bookings.claims.outlines import Piece, hard_pieces, whole_height_pieces
from bookings.geometry import SitePlane
from bookings.models import SITE_AIR_KEY, Resource
from bookings.rules.facts import Hazard, ResourceKind, VolumeFacts


def closing_rows(resources: Iterable[Resource], *, plane: SitePlane, block: int) -> list[Row]:
    """Return the rows of a closure with its own block of lanes.

    A hazard that is closed can't be named by anybody, but who only shares it (every flight under a GNSS band) is not
    kept away: the closure takes a lane beside theirs.
    """
    return [row for resource in resources for row in _rows(resource, plane, block)]


def _rows(resource: Resource, plane: SitePlane, block: int) -> Iterator[Row]:
    if resource.hazard != Hazard.NONE:
        yield Row(resource.claim_key, lane_of_block(block, 0))
        return
    yield Row(resource.claim_key, ALL_LANES)
    if resource.kind == ResourceKind.TEST_AREA:
        yield from (Row(SITE_AIR_KEY, all_but_block(block), piece) for piece in _air(resource, plane))


def _air(resource: Resource, plane: SitePlane) -> list[Piece]:
    facts = resource.facts
    if facts.outline is None:
        return []
    if facts.ceiling_ft_amsl is None:
        return whole_height_pieces([plane.outline_m(facts.outline)])
    return hard_pieces([VolumeFacts(facts.outline, facts.ceiling_ft_amsl, facts.floor_ft_amsl)], plane=plane)
