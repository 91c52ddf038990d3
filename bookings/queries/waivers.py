"""Which waivers of a booking count at a time."""

import datetime as dt
from typing import Any

from bookings.models import Booking
from testcentre.accounts.asker import Asker
from testcentre.foundation.clock import to_rfc3339


def waived_codes(booking: Booking, *, now: dt.datetime) -> frozenset[str]:
    """Return the codes that are waived for a booking now; one whose every waiver is over is not."""
    rows = list(booking.waivers.all())
    told = {row.code for row in rows}
    valid = {row.code for row in rows if row.until is None or row.until > now}
    return frozenset(valid | (set(booking.waived) - told))


def waivers_body(asker: Asker, booking: Booking, *, knows: bool) -> list[dict[str, Any]]:
    """Return a booking's waivers; who it was by name is for range staff, why for those who need to know."""
    return [
        {
            "code": row.code,
            "reason": row.reason if knows else "",
            "until": to_rfc3339(row.until) if row.until else None,
            "as": row.waived_as,
            "by": row.waived_by_name if asker.is_range else None,
            "at": to_rfc3339(row.created_at),
        }
        for row in booking.waivers.all()
    ]
