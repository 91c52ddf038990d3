"""Reading times that people and programs send: RFC 3339 with an offset, nothing guessed."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

from bookings.rules.code import RuleCode
from bookings.rules.facts import Period
from testcentre.foundation.errors import Refusal

NOT_A_TIME = RuleCode("not_a_time", "The value is no RFC 3339 time, or no date of the calendar.")
ZONE_MISSING = RuleCode("zone_missing", "The time has no offset from UTC, so it may mean several instants or none.")
LEAP_SECOND = RuleCode("leap_second", "Second 60 is not accepted: UTC here has 86,400 s a day.")
TIME_OUT_OF_RANGE = RuleCode("time_out_of_range", "The time is before the year 2000 or after 2100.")
END_NOT_AFTER_START = RuleCode("end_not_after_start", "The slot ends before or when it begins.")
CODES = (NOT_A_TIME, ZONE_MISSING, LEAP_SECOND, TIME_OUT_OF_RANGE, END_NOT_AFTER_START)

EXPECTED = "an RFC 3339 time with offset, e.g. 2027-03-28T01:30:00Z or 2027-03-28T03:30:00+02:00"
FIRST_YEAR, LAST_YEAR = 2000, 2100
_LONGEST = 40
_RFC_3339 = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})[Tt ](?P<hour_minute>\d{2}:\d{2}):(?P<second>\d{2})(?P<fraction>\.\d{1,9})?"
    r"(?P<offset>[Zz]|[+-]\d{2}:\d{2})?",
    re.ASCII,
)


def read_instant(value: object, *, field: str, timezone: str = "Europe/Amsterdam") -> dt.datetime | Refusal:
    """Return the instant in UTC, or why it is none.

    Fractions finer than a microsecond are cut. ``timezone`` is the site's: a time without offset is explained in it.
    """
    match = _RFC_3339.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return _not_a_time(field, value, "not of that form")
    local, offset = _clock_time(match), _offset(match["offset"] or "Z")
    if match["second"] == "60":
        return LEAP_SECOND.refuse(
            f"{match[0]} is a leap second.",
            field=field,
            expected="seconds 00 to 59",
            got=match[0],
            remedy="Send second 59.",
        )
    if local is None or offset is None:
        return _not_a_time(field, value, "no date, time or offset of the calendar")
    if match["offset"] is None:
        return _zone_missing(field, match[0], local, timezone)
    if not FIRST_YEAR <= local.year <= LAST_YEAR:
        return TIME_OUT_OF_RANGE.refuse(
            f"{match[0]} is out of range.",
            field=field,
            expected=f"a year from {FIRST_YEAR} to {LAST_YEAR}",
            got=match[0],
            remedy="Send a time within the range.",
        )
    return (local - offset).replace(tzinfo=dt.UTC)


def read_period(
    start: object, end: object, *, timezone: str = "Europe/Amsterdam", fields: tuple[str, str] = ("start", "end")
) -> Period | list[Refusal]:
    """Return ``(start, end)`` in UTC with start before end, or all that is wrong with the two."""
    instants = [
        read_instant(value, field=field, timezone=timezone) for field, value in zip(fields, (start, end), strict=True)
    ]
    refusals = [instant for instant in instants if isinstance(instant, Refusal)]
    begins, ends = instants
    if isinstance(begins, Refusal) or isinstance(ends, Refusal):
        return refusals
    if begins < ends:
        return begins, ends
    return [
        END_NOT_AFTER_START.refuse(
            f"{fields[1]} must be after {fields[0]}.",
            field=fields[1],
            expected=f"later than {start}",
            got=end,
            remedy="Send a later end.",
        )
    ]


def _clock_time(match: re.Match[str]) -> dt.datetime | None:
    """Return what the clock shows, without its offset; None where the calendar has no such time."""
    fraction = (match["fraction"] or ".0")[:7]
    try:
        return dt.datetime.fromisoformat(f"{match['date']}T{match['hour_minute']}:{match['second']}{fraction}")
    except ValueError:
        return None


def _offset(text: str) -> dt.timedelta | None:
    if text in "Zz":
        return dt.timedelta()
    hours, minutes = int(text[1:3]), int(text[4:6])
    if hours > 23 or minutes > 59:
        return None
    offset = dt.timedelta(hours=hours, minutes=minutes)
    return -offset if text[0] == "-" else offset


def _not_a_time(field: str, value: object, why: str) -> Refusal:
    got = value[:_LONGEST] if isinstance(value, str) else type(value).__name__
    return NOT_A_TIME.refuse(
        f"Not a time: {why}.", field=field, expected=EXPECTED, got=got, remedy="Send the time in UTC, ending in Z."
    )


def _zone_missing(field: str, value: str, local: dt.datetime, timezone: str) -> Refusal:
    offsets = _possible_offsets(local, timezone)
    meant = [f"{value}{offset}" for offset in offsets]
    what = {
        0: f"in {timezone} the clocks skip it",
        1: f"in {timezone} it would be {meant[0] if meant else ''}",
    }.get(len(meant), f"in {timezone} it comes twice")
    return ZONE_MISSING.refuse(
        f"{value} has no offset; {what}.",
        field=field,
        expected=EXPECTED,
        got=value,
        remedy=f"Send {' or '.join(meant)}." if meant else "Choose another time and send it with its offset.",
    )


def _possible_offsets(local: dt.datetime, timezone: str) -> list[str]:
    """Return the offsets under which the zone's clocks show that time: none in a gap, two in an overlap."""
    if not FIRST_YEAR <= local.year <= LAST_YEAR:
        return []
    zone = ZoneInfo(timezone)
    offsets = []
    for fold in (0, 1):
        moment = local.replace(tzinfo=zone, fold=fold)
        if moment.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None) == local:
            offsets.append(moment.strftime("%z"))
    return [f"{offset[:3]}:{offset[3:5]}" for offset in dict.fromkeys(offsets)]
