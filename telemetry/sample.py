"""One aircraft at one instant: UTC, WGS-84, SI; the only shape that travels live."""

import contextlib
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

EARLIEST_YEAR, LATEST_YEAR = 2000, 2100
_ANGLE = Meta(ge=-360, le=360)
_BEARING = Meta(ge=0, le=360)
_NO_NUL = r"^[^\x00]*$"  # PostgreSQL keeps no text with a NUL

Instant = Annotated[datetime, Meta(tz=True)]


class BadSample(ValueError):
    """A line is no sample: `field` (empty: the whole line), what was `expected` and what was `got`."""

    def __init__(self, field: str, *, expected: str, got: object) -> None:
        self.field, self.expected, self.got = field, expected, got
        super().__init__(f"{field or 'sample'}: expected {expected}, got {got!r}")


class Sample(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Hold what is known of one aircraft at one instant; what is not known is UNSET and never travels.

    Heights: `altitude_amsl_m` above mean sea level (EGM96 as the autopilot has it), `height_above_takeoff_m` above the
    place of take-off. Angles in degrees, clockwise from true north; roll right, pitch up and vertical speed up are +.
    """

    time: Instant | UnsetType = UNSET
    latitude_deg: Annotated[float, Meta(ge=-90, le=90)] | UnsetType = UNSET
    longitude_deg: Annotated[float, Meta(ge=-180, le=180)] | UnsetType = UNSET
    altitude_amsl_m: Annotated[float, Meta(ge=-1000, le=100_000)] | UnsetType = UNSET
    height_above_takeoff_m: Annotated[float, Meta(ge=-10_000, le=100_000)] | UnsetType = UNSET
    ground_speed_m_s: Annotated[float, Meta(ge=0, le=10_000)] | UnsetType = UNSET
    vertical_speed_m_s: Annotated[float, Meta(ge=-10_000, le=10_000)] | UnsetType = UNSET
    track_deg: Annotated[float, _BEARING] | UnsetType = UNSET
    heading_deg: Annotated[float, _BEARING] | UnsetType = UNSET
    roll_deg: Annotated[float, _ANGLE] | UnsetType = UNSET
    pitch_deg: Annotated[float, _ANGLE] | UnsetType = UNSET
    yaw_deg: Annotated[float, _ANGLE] | UnsetType = UNSET
    battery_pct: Annotated[float, Meta(ge=0, le=100)] | UnsetType = UNSET
    battery_v: Annotated[float, Meta(ge=0, le=10_000)] | UnsetType = UNSET
    armed: bool | UnsetType = UNSET
    mode: Annotated[str, Meta(min_length=1, max_length=64, pattern=_NO_NUL)] | UnsetType = UNSET
    gps_fix: Annotated[int, Meta(ge=0, le=8)] | UnsetType = UNSET
    satellites: Annotated[int, Meta(ge=0, le=254)] | UnsetType = UNSET

    def as_dict(self) -> dict[str, Any]:
        """Return the known fields as JSON has them: `time` as RFC 3339 in UTC, the rest plain."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        return found


_DECODER = msgspec.json.Decoder(Sample)


def parse_line(line: bytes) -> Sample:
    """Parse one NDJSON line as a sample; `time` must be there, and is UTC afterwards.

    Raises:
        BadSample: no JSON object, an unknown field, a wrong type, a value out of range, no time, a time without zone.
    """
    try:
        sample = _DECODER.decode(line)
    except msgspec.ValidationError as problem:
        raise _explained(line, str(problem)) from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as problem:
        raise BadSample("", expected="one JSON object per line", got=str(problem)) from None
    if sample.time is UNSET:
        raise BadSample("time", expected="an RFC 3339 time with zone", got=None)
    if not EARLIEST_YEAR < sample.time.year < LATEST_YEAR:
        raise BadSample("time", expected=f"a year after {EARLIEST_YEAR} and before {LATEST_YEAR}", got=str(sample.time))
    sample.time = sample.time.astimezone(UTC)
    return sample


def _explained(line: bytes, problem: str) -> BadSample:
    """Tell field, expected and got from msgspec's text, e.g. "Expected `float` <= 90.0 - at `$.latitude_deg`"."""
    what, _, where = problem.partition(" - at `$.")
    field = where.rstrip("`")
    if "unknown field" in what:
        field = what.rpartition("field ")[2].strip("`")
        return BadSample(field, expected="one of " + ", ".join(Sample.__struct_fields__), got=field)
    expected = what.removeprefix("Expected ").partition(", got")[0].replace("`", "")
    return BadSample(field, expected=expected, got=_value_at(line, field))


def _value_at(line: bytes, field: str) -> object:
    """Return the value that came, shortened; only for messages."""
    with contextlib.suppress(msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        whole = msgspec.json.decode(line)
        value = whole.get(field) if field and isinstance(whole, dict) else whole
        return value if isinstance(value, int | float | bool) or value is None else repr(value)[:80]
    return "something else"
