"""Claims that grow past the end of a slot, row by row, where nobody else has what follows."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from bookings.models import Booking

# rows that last until the slot's end (with clear-up) are those to grow; what is wanted beside the slot has its own end
_ROWS = """
    SELECT mine.id, CASE WHEN lower(mine.key) = ANY (%s) THEN NULL ELSE upper(mine.period) END
    FROM claim AS mine WHERE mine.booking_id = %s AND mine.active
"""
_GROW = """
    UPDATE claim SET period = tstzrange(lower(period), greatest(upper(period), %s::timestamptz))
    WHERE id = %s AND NOT EXISTS (
        SELECT FROM claim AS theirs
        WHERE theirs.active AND theirs.key && claim.key AND theirs.lanes && claim.lanes
          AND theirs.altitude_ft && claim.altitude_ft AND theirs.area && claim.area
          AND theirs.period && tstzrange(lower(claim.period), greatest(upper(claim.period), %s::timestamptz))
          AND (theirs.booking_id = claim.booking_id) IS NOT TRUE
    )
"""
_BLOCKERS = """
    SELECT DISTINCT theirs.booking_id
    FROM claim AS mine
    JOIN claim AS theirs ON theirs.active AND theirs.key && mine.key AND theirs.lanes && mine.lanes
                        AND theirs.altitude_ft && mine.altitude_ft AND theirs.area && mine.area
                        AND theirs.period && tstzrange(lower(mine.period), greatest(upper(mine.period), %s))
                        AND (theirs.booking_id = mine.booking_id) IS NOT TRUE
    WHERE mine.id = %s AND theirs.booking_id IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Grown:
    """How many rows could not grow, and the bookings that have what follows (a closure has no booking)."""

    blocked: int
    blockers: frozenset[UUID]


def grow(booking_id: UUID, *, past: dt.datetime, until: dt.datetime) -> Grown:
    """Let a booking's claims reach to `until`; `past` is the end of its slot. The caller holds the site's lock."""
    blocked, blockers = 0, set[UUID]()
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [_beside_the_slot(booking_id, past), booking_id])
        rows = [claim_id for claim_id, upper in cursor.fetchall() if upper is not None and upper >= past]
        for claim_id in rows:
            cursor.execute(_GROW, [until, claim_id, until])
            if cursor.rowcount == 0:
                blocked += 1
                cursor.execute(_BLOCKERS, [until, claim_id])
                blockers |= {row[0] for row in cursor.fetchall()}
    return Grown(blocked, frozenset(blockers))


def _beside_the_slot(booking_id: UUID, end: dt.datetime) -> list[int]:
    """Return the keys of resources that are wanted for a period of their own, which ends after the slot or before."""
    booked = Booking.objects.get(pk=booking_id).booked_resources.exclude(end=end)
    return list(booked.values_list("resource__claim_key", flat=True))
