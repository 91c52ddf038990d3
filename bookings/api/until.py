"""Until when a waiver counts."""

import datetime as dt

from bookings.models import current_site
from bookings.rules.times import read_instant
from testcentre.foundation.errors import Refusal


def read_until(value: object, faults: list[Refusal], *, field: str) -> dt.datetime | None:
    """Return until when a waiver counts, None for good; add what is wrong to `faults`."""
    read = None if value is None else read_instant(value, field=field, timezone=current_site().timezone)
    if isinstance(read, Refusal):
        faults.append(read)
        return None
    return read
