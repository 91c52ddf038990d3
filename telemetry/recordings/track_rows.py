"""How decoded states lie in the database: fixed rows, so that an hour of flight is one array at once.

Little-endian, packed. Times are microseconds since 1970-01-01 UTC, positions WGS-84 degrees. A number that is not known
is NaN; nothing is invented.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import numpy as np
from msgspec import UNSET
from numpy.typing import NDArray

from telemetry.sample import Sample

POSITION = ("latitude_deg", "longitude_deg")
NUMBERS = (
    "altitude_amsl_m",
    "height_above_takeoff_m",
    "ground_speed_m_s",
    "vertical_speed_m_s",
    "track_deg",
    "heading_deg",
    "roll_deg",
    "pitch_deg",
    "yaw_deg",
    "battery_pct",
    "battery_v",
    "gps_fix",
    "satellites",
)
COLUMNS = ("time_us", *POSITION, *NUMBERS)
ROW = np.dtype([("time_us", "<i8"), *((name, "<f8") for name in POSITION), *((name, "<f4") for name in NUMBERS)])

Rows = NDArray[np.void]


def pack(states: Sequence[tuple[int, Sample]]) -> bytes:
    """Return states as rows; each state is (microseconds UTC, sample)."""
    rows = [(time_us, *(_number(getattr(sample, name)) for name in COLUMNS[1:])) for time_us, sample in states]
    return np.array(rows, dtype=ROW).tobytes()


def unpack(segments: Iterable[bytes]) -> Rows:
    """Return the rows of segments in the order of their times; equal times keep the order of arrival."""
    rows = np.frombuffer(b"".join(segments), dtype=ROW)
    return rows[np.argsort(rows["time_us"], kind="stable")]


def thin(rows: Rows, *, every_s: float) -> Rows:
    """Return the first row of each interval of `every_s` seconds, counted from 1970."""
    if every_s <= 0 or not len(rows):
        return rows
    interval = rows["time_us"] // int(every_s * 1e6)
    return rows[np.concatenate(([True], interval[1:] != interval[:-1]))]


def instant(time_us: int) -> datetime:
    """Return a time of microseconds since 1970-01-01 UTC as the database has it."""
    return datetime.fromtimestamp(time_us / 1e6, UTC)


def _number(value: object) -> float:
    return float("nan") if value is UNSET or not isinstance(value, int | float) else float(value)
