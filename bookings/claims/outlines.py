"""Volumes as pieces that the ledger can hold: polygons without holes on the site's plane, each in an altitude band."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import shapely
from shapely.geometry import MultiPolygon, Polygon, box

from bookings.geometry import SitePlane
from bookings.rules.facts import VolumeFacts

# PostgreSQL counts shared edges as overlap: drawn in by this much, neighbours may touch
DRAWN_IN_M = 0.01
UNIT_SQUARE = "((0,0),(1,0),(1,1),(0,1))"


@dataclass(frozen=True, slots=True)
class Piece:
    """An outline in PostgreSQL's notation (metres), and a band `[floor, ceiling)` in feet AMSL; None is unbounded."""

    area: str
    floor_ft: int | None
    ceiling_ft: int | None


def soft_pieces(volume: VolumeFacts, *, plane: SitePlane) -> list[Piece]:
    """Return one volume by itself: soft ones of a booking have a lane each and may overlap one another."""
    parts = _drawn_in(plane.outline_m(volume.outline))
    return [Piece(_literal(part), volume.floor_ft_amsl, volume.ceiling_ft_amsl) for part in parts]


def hard_pieces(volumes: Iterable[VolumeFacts], *, plane: SitePlane) -> list[Piece]:
    """Return the union of a booking's hard volumes as pieces that don't overlap: per slab, cut around holes."""
    shapes = [(plane.outline_m(v.outline), v.floor_ft_amsl, v.ceiling_ft_amsl) for v in volumes]
    pieces = []
    for floor_ft, ceiling_ft in _slabs([(floor_ft, ceiling_ft) for _, floor_ft, ceiling_ft in shapes]):
        there = [
            outline
            for outline, its_floor_ft, its_ceiling_ft in shapes
            if _begins_below(its_floor_ft, floor_ft) and its_ceiling_ft >= ceiling_ft
        ]
        pieces += [Piece(_literal(part), floor_ft, ceiling_ft) for part in _parts(there)]
    return pieces


def whole_height_pieces(outlines: Sequence[Polygon]) -> list[Piece]:
    """Return the union of outlines (metres) as pieces of unbounded height."""
    return [Piece(_literal(part), None, None) for part in _parts(outlines)]


def _slabs(bands: Iterable[tuple[int | None, int]]) -> list[tuple[int | None, int]]:
    """Return the slabs between all floors and ceilings, from below; the lowest may reach down without bound."""
    heights: set[int | None] = {height for band in bands for height in band}
    bounded = sorted(height for height in heights if height is not None)
    slabs: list[tuple[int | None, int]] = list(pairwise(bounded))
    return [(None, bounded[0]), *slabs] if None in heights else slabs


def _begins_below(its_floor_ft: int | None, floor_ft: int | None) -> bool:
    return its_floor_ft is None or (floor_ft is not None and its_floor_ft <= floor_ft)


def _parts(outlines: Sequence[Polygon]) -> list[Polygon]:
    if not outlines:
        return []
    union = shapely.union_all(outlines)
    return [inner for part in _polygons(union) for whole in _without_holes(part) for inner in _drawn_in(whole)]


def _without_holes(polygon: Polygon) -> Iterator[Polygon]:
    """Cut through the middle of the first hole until no part has one; each cut ends at least one hole."""
    if not polygon.interiors:
        yield polygon
        return
    west, south, east, north = polygon.bounds
    middle = Polygon(polygon.interiors[0]).centroid.x
    for half in (box(west, south, middle, north), box(middle, south, east, north)):
        for part in _polygons(polygon.intersection(half)):
            yield from _without_holes(part)


def _drawn_in(polygon: Polygon) -> list[Polygon]:
    return _polygons(polygon.buffer(-DRAWN_IN_M, join_style="mitre"))


def _polygons(shape: shapely.Geometry) -> list[Polygon]:
    """Return the polygons of a shape; lines and points that cutting leaves cover nothing."""
    if isinstance(shape, Polygon):
        return [] if shape.is_empty else [shape]
    if isinstance(shape, MultiPolygon | shapely.GeometryCollection):
        return [polygon for part in shape.geoms for polygon in _polygons(part)]
    return []


def _literal(polygon: Polygon) -> str:
    return "(" + ",".join(f"({east_m!r},{north_m!r})" for east_m, north_m in polygon.exterior.coords[:-1]) + ")"
