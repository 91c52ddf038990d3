"""Reading outlines: one closed ring of a GeoJSON polygon, simple and near the site, nothing repaired."""

from collections.abc import Iterable
from typing import Any

from shapely.geometry import Polygon
from shapely.validation import explain_validity

from bookings.geometry import SitePlane
from bookings.rules.code import RuleCode
from bookings.rules.facts import Ring
from bookings.rules.words import shown
from testcentre.foundation.errors import Refusal

NOT_A_POLYGON = RuleCode("not_a_polygon", "The geometry is no GeoJSON Polygon of [longitude, latitude] corners.")
POLYGON_HAS_HOLES = RuleCode("polygon_has_holes", "The polygon has holes; a volume has none.")
POLYGON_CORNERS = RuleCode("polygon_corners", "The ring has fewer than 4 or more than 500 positions.")
POLYGON_NOT_CLOSED = RuleCode("polygon_not_closed", "The ring's last position is not its first.")
POLYGON_SELF_CROSSING = RuleCode("polygon_self_crossing", "The ring crosses or touches itself.")
POLYGON_TOO_SMALL = RuleCode("polygon_too_small", "The polygon covers less than 1 m² or is thinner than 2 cm.")
POLYGON_TOO_FAR = RuleCode("polygon_too_far", "A corner lies more than 100 km from the site's reference point.")
CODES = (
    NOT_A_POLYGON, POLYGON_HAS_HOLES, POLYGON_CORNERS, POLYGON_NOT_CLOSED, POLYGON_SELF_CROSSING, POLYGON_TOO_SMALL,
    POLYGON_TOO_FAR,
)  # fmt: skip

LEAST_POSITIONS, MOST_POSITIONS = 4, 500
FARTHEST_M = 100_000
THINNEST_M = 0.02


def read_polygon(value: object, *, plane: SitePlane, field: str) -> Ring | list[Refusal]:
    """Return the outline as a closed ring of (longitude, latitude), or all that is wrong with it."""
    if not isinstance(value, dict) or value.get("type") != "Polygon" or not isinstance(value.get("coordinates"), list):
        return [_not_a_polygon(field, 'a GeoJSON {"type": "Polygon", "coordinates": [[[lon, lat], …]]}', value)]
    rings = value["coordinates"]
    if len(rings) > 1:
        return [
            POLYGON_HAS_HOLES.refuse(
                "A volume has no holes.",
                field=field,
                expected="1 ring",
                got=f"{len(rings)} rings",
                remedy="Send several volumes without holes instead.",
            )
        ]
    if not rings or not isinstance(rings[0], list):
        return [_not_a_polygon(field, "one ring of corners", rings[0] if rings else "no ring")]
    return _read_ring(rings[0], plane=plane, field=field)


def _read_ring(corners: list[Any], *, plane: SitePlane, field: str) -> Ring | list[Refusal]:
    faults: list[Refusal] = []
    if not LEAST_POSITIONS <= len(corners) <= MOST_POSITIONS:
        faults.append(
            POLYGON_CORNERS.refuse(
                f"The ring has {len(corners)} positions.",
                field=field,
                expected=f"{LEAST_POSITIONS} to {MOST_POSITIONS} positions, the last equal to the first",
                got=len(corners),
                remedy="Send a simpler outline." if corners else "Send the outline's corners.",
            )
        )
    bad = next((i for i, corner in enumerate(corners) if not _is_position(corner)), None)
    if bad is not None:
        return [
            *faults,
            _not_a_polygon(f"{field}.coordinates[0][{bad}]", "[longitude -180…180, latitude -90…90]", corners[bad]),
        ]
    ring = tuple((float(longitude_deg), float(latitude_deg)) for longitude_deg, latitude_deg in corners)
    if ring and ring[0] != ring[-1]:
        faults.append(
            POLYGON_NOT_CLOSED.refuse(
                "The ring is not closed.",
                field=field,
                expected=f"last position {list(ring[0])}",
                got=list(ring[-1]),
                remedy="Repeat the first position at the end.",
            )
        )
    return faults or list(_shape_faults(ring, plane=plane, field=field)) or ring


def _shape_faults(ring: Ring, *, plane: SitePlane, field: str) -> Iterable[Refusal]:
    # far corners first: the plane is only true near the site, and folds poles and the date line onto it
    farthest_m = max(plane.from_reference_m(*corner) for corner in ring)
    if farthest_m > FARTHEST_M:
        yield POLYGON_TOO_FAR.refuse(
            "The polygon reaches too far from the site.",
            field=field,
            expected=f"corners within {FARTHEST_M // 1000} km of the reference point",
            got=f"{farthest_m / 1000:.0f} km",
            remedy="Send [longitude, latitude] in degrees, in this order, near the site.",
        )
        return
    shape = plane.outline_m(ring)
    if not shape.is_valid:
        yield POLYGON_SELF_CROSSING.refuse(
            "The outline crosses or touches itself.",
            field=field,
            expected="a simple outline",
            got=explain_validity(Polygon(ring)),
            remedy="Put the corners in order along the outline.",
        )
    elif shape.area < 1 or shape.buffer(-THINNEST_M / 2).is_empty:
        yield POLYGON_TOO_SMALL.refuse(
            f"The polygon covers {shape.area:.2f} m².",
            field=field,
            expected="at least 1 m², and 2 cm wide",
            got=f"{shape.area:.2f} m²",
            remedy="Draw a larger outline.",
        )


def _is_position(corner: object) -> bool:
    if not isinstance(corner, list) or len(corner) != 2:
        return False
    if not all(isinstance(degrees, int | float) and not isinstance(degrees, bool) for degrees in corner):
        return False
    longitude_deg, latitude_deg = corner
    return bool(-180 <= longitude_deg <= 180 and -90 <= latitude_deg <= 90)  # NaN fails both


def _not_a_polygon(field: str, expected: str, got: object) -> Refusal:
    return NOT_A_POLYGON.refuse(
        f"Not a polygon: expected {expected}.",
        field=field,
        expected=expected,
        got=shown(got),
        remedy="Send a GeoJSON Polygon.",
    )
