"""A track as GeoJSON or CSV."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from telemetry.recordings.track_rows import COLUMNS, NUMBERS, Rows

ANGLE_DIGITS, NUMBER_DIGITS = 7, 3
PLOTTED = (
    "altitude_amsl_m",
    "height_above_takeoff_m",
    "ground_speed_m_s",
    "vertical_speed_m_s",
    "heading_deg",
    "battery_pct",
    "battery_v",
)


def to_geojson(rows: Rows, *, properties: dict[str, Any]) -> dict[str, Any]:
    """Return a Feature (RFC 7946) of all rows that have a position.

    Coordinates are [longitude, latitude, altitude above mean sea level in m] where the altitude is known. In the
    properties stand arrays of the same length: `times` (RFC 3339, UTC) and the columns of `PLOTTED`, unknown as null.
    A LineString needs two points: one alone is a Point, none is a null geometry.
    """
    placed = rows[~(np.isnan(rows["latitude_deg"]) | np.isnan(rows["longitude_deg"]))]
    points = _points(placed)
    geometry: dict[str, Any] | None = None
    if len(points) > 1:
        geometry = {"type": "LineString", "coordinates": points}
    elif points:
        geometry = {"type": "Point", "coordinates": points[0]}
    columns = {name: _nulled(_rounded(placed[name])) for name in PLOTTED}
    return {
        "type": "Feature",
        "geometry": geometry,
        "properties": {**properties, "times": _times(placed).tolist(), **columns},
    }


def to_csv(rows: Rows) -> bytes:
    """Return all rows as CSV (RFC 4180), times as RFC 3339 UTC, unknown values empty."""
    columns = [_times(rows).tolist()]
    columns += [_texts(rows[name], digits=ANGLE_DIGITS) for name in ("latitude_deg", "longitude_deg")]
    columns += [_texts(rows[name], digits=NUMBER_DIGITS) for name in NUMBERS]
    head = ",".join(("time", *COLUMNS[1:]))
    return "\r\n".join((head, *map(",".join, zip(*columns, strict=True)), "")).encode()


def _points(rows: Rows) -> list[list[float]]:
    flat = np.column_stack([np.round(rows[name], ANGLE_DIGITS) for name in ("longitude_deg", "latitude_deg")])
    altitude = _rounded(rows["altitude_amsl_m"])
    if not np.isnan(altitude).any():
        return np.column_stack([flat, altitude]).tolist()  # type: ignore[no-any-return]
    heights = _nulled(altitude)
    return [place if h is None else [*place, h] for place, h in zip(flat.tolist(), heights, strict=True)]


def _rounded(column: NDArray[Any]) -> NDArray[np.float64]:
    return np.round(column.astype("<f8"), NUMBER_DIGITS)


def _nulled(column: NDArray[np.float64]) -> list[float | None]:
    return [None if math.isnan(value) else value for value in column.tolist()]


def _texts(column: NDArray[Any], *, digits: int) -> list[str]:
    return ["" if math.isnan(value) else repr(value) for value in np.round(column.astype("<f8"), digits).tolist()]


def _times(rows: Rows) -> NDArray[np.str_]:
    return np.datetime_as_string(rows["time_us"].astype("<M8[us]"), unit="ms", timezone="UTC")
