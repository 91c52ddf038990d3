"""Who still occupies what another is about to use: an active booking whose flight is not over."""

from uuid import UUID

from django.db import connection

# what is theirs at the end of their slot, against what is ours from the start of ours, whatever the times in between:
# until they have landed, the end of their slot says nothing
_OCCUPIED = """
    SELECT EXISTS (
        SELECT FROM bookings_booking AS ours
        JOIN claim AS mine ON mine.booking_id = ours.id AND mine.active AND lower(mine.period) <= ours.start
        JOIN claim AS theirs ON theirs.active AND theirs.key && mine.key AND theirs.lanes && mine.lanes
                            AND theirs.altitude_ft && mine.altitude_ft AND theirs.area && mine.area
                            AND theirs.booking_id <> mine.booking_id
        JOIN bookings_booking AS other ON other.id = theirs.booking_id AND other.state = 'active'
                            AND upper(theirs.period) >= other."end" AND other.start <= ours.start
        WHERE ours.id = %s
    )
"""


def is_occupied(booking_id: UUID) -> bool:
    """Say whether an active booking has what this one needs from its start on, and has not given it back."""
    with connection.cursor() as cursor:
        cursor.execute(_OCCUPIED, [booking_id])
        row = cursor.fetchone()
    return bool(row[0])
