"""Free time by set algebra in the database: open hours without what is claimed, for all needs at once.

A need with several lanes has one family of windows per lane. Windows of different lanes may overlap and are never
merged: half an hour in lane 1 and the next in lane 2 are no free hour.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any, TypeAlias
from uuid import UUID

from django.db import connection

from bookings.claims.ledger import columns_of
from bookings.claims.needs import Need
from bookings.rules.facts import Period

# start and end as seconds since 1970 UTC: range objects of the driver cost six times as much
Window: TypeAlias = tuple[float, float]

# a claim forbids slots that begin before it ends plus our set-up, and end after it begins less our clear-up; a choice
# is free when none of its rows is taken
_FREE = """
    SELECT per_choice.need, extract(epoch FROM lower(free))::float8, extract(epoch FROM upper(free))::float8
    FROM (
        SELECT wanted.need, wanted.choice, range_agg(theirs.taken) AS taken
        FROM unnest(%s::int[], %s::int[], %s::int8range[], %s::tstzrange[], %s::int8multirange[], %s::int4range[],
                    %s::polygon[], %s::interval[], %s::interval[])
             AS wanted(need, choice, key, period, lanes, altitude_ft, area, setup, clearup)
        CROSS JOIN LATERAL (
            SELECT range_agg(tstzrange(lower(claim.period) - wanted.clearup, upper(claim.period) + wanted.setup))
                   AS taken
            FROM claim
            WHERE active AND claim.key && wanted.key AND claim.period && wanted.period AND claim.lanes && wanted.lanes
              AND claim.altitude_ft && wanted.altitude_ft AND claim.area && wanted.area
              AND (claim.booking_id = %s) IS NOT TRUE
        ) AS theirs
        GROUP BY wanted.need, wanted.choice
    ) AS per_choice
    CROSS JOIN LATERAL unnest(%s::tstzmultirange - coalesce(per_choice.taken, '{}')) AS free
"""


def free_windows(
    needs: Sequence[Need], *, usable: Sequence[Period], shortest: dt.timedelta, beside: UUID | None = None
) -> list[Window]:
    """Return every longest window within `usable` in which all needs are free, at least `shortest` long, in order.

    What is wanted beside the slot (own periods) is not looked at: a slot in a window may still be refused for it.
    """
    if not usable:
        return []
    least_s = shortest.total_seconds()
    families: list[list[Window]] = [[] for _ in needs]
    if needs:
        for need, start_s, end_s in _query(needs, usable, beside):
            families[need].append((start_s, end_s))
    common = _longest((start.timestamp(), end.timestamp()) for start, end in usable)
    for family in families:
        common = _in_both(common, _longest(family), least_s)
    return [window for window in common if window[1] - window[0] >= least_s]


def _query(needs: Sequence[Need], usable: Sequence[Period], beside: UUID | None) -> list[tuple[int, float, float]]:
    whole = min(start for start, _ in usable), max(end for _, end in usable)
    rows = [(n, c, row) for n, need in enumerate(needs) for c, choice in enumerate(need.choices) for row in choice.rows]
    columns: list[Any] = [
        [n for n, _, _ in rows],
        [c for _, c, _ in rows],
        *columns_of([row for _, _, row in rows], [row.period(whole) for _, _, row in rows]),
        [row.setup for _, _, row in rows],
        [row.clearup for _, _, row in rows],
    ]
    opened = "{" + ",".join(f"[{start.isoformat()},{end.isoformat()})" for start, end in usable) + "}"
    with connection.cursor() as cursor:
        cursor.execute(_FREE, [*columns, beside, opened])
        found: list[tuple[int, float, float]] = cursor.fetchall()
    return found


def _longest(windows: Iterable[Window]) -> list[Window]:
    """Return the windows that lie in no other one, in order."""
    kept: list[Window] = []
    for start_s, end_s in sorted(set(windows), key=lambda window: (window[0], -window[1])):
        if not kept or end_s > kept[-1][1]:
            kept.append((start_s, end_s))
    return kept


def _in_both(ours: Sequence[Window], theirs: Sequence[Window], least_s: float) -> list[Window]:
    """Return the longest windows that lie within one of ours and one of theirs, without those shorter than least_s.

    Both come in order of start, and so of end, as `_longest` leaves them.
    """
    shared: list[Window] = []
    first = 0
    for start_s, end_s in ours:
        while first < len(theirs) and theirs[first][1] <= start_s:
            first += 1
        for their_start_s, their_end_s in theirs[first:]:
            if their_start_s >= end_s:
                break
            window = max(start_s, their_start_s), min(end_s, their_end_s)
            if window[1] - window[0] >= least_s:
                shared.append(window)
    return sorted(_longest(shared), key=itemgetter(0))
