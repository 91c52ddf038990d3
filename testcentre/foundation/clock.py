"""The one clock: ask it once, at the edge."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the time now, UTC."""
    return datetime.now(UTC)


def to_rfc3339(moment: datetime) -> str:
    """Return the instant as RFC 3339 in UTC with `Z`, with as many digits of a second as it has."""
    utc = moment.astimezone(UTC)
    return utc.isoformat(timespec="microseconds" if utc.microsecond else "seconds").replace("+00:00", "Z")
