"""How refusals write times and quantities."""

import datetime as dt

from bookings.rules.facts import Period
from testcentre.foundation.clock import to_rfc3339


def period_words(period: Period) -> dict[str, str]:
    """Return a period as the API writes it."""
    return {"start": to_rfc3339(period[0]), "end": to_rfc3339(period[1])}


def day_words(period: Period) -> str:
    """Return ``2027-03-01 06:12–17:33``, the second date too where it differs."""
    start, end = period
    until = f"{end:%H:%M}" if start.date() == end.date() else f"{end:%Y-%m-%d %H:%M}"
    return f"{start:%Y-%m-%d %H:%M}–{until}"


def duration_words(duration: dt.timedelta) -> str:
    """Return ``9 min``, ``40 h`` or ``1 h 30 min``."""
    minutes, seconds = divmod(round(duration.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{value} {unit}" for value, unit in ((hours, "h"), (minutes, "min"), (seconds, "s")) if value]
    return " ".join(parts) or "0 min"


def shown(value: object) -> str:
    """Return what came, short and free of foreign content that could be large."""
    if value is None:
        return "null"
    if isinstance(value, int) and abs(value) >= 10**30:
        return "a number of more than 30 digits"
    if isinstance(value, str | int | float):
        return repr(value)[:40]
    return type(value).__name__
