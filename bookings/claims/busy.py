"""When resources are busy, whoever it is: merged per resource, never per booking."""

from collections import defaultdict
from collections.abc import Sequence

from django.db import connection

from bookings.claims.free_time import Window
from bookings.claims.needs import lanes_to_choose
from bookings.models import Resource
from bookings.rules.facts import Period

# busy is when none of the lanes that may be chosen is free: the intersection, over them, of what is claimed
_BUSY = """
    SELECT per_resource.n, extract(epoch FROM lower(span))::float8, extract(epoch FROM upper(span))::float8
    FROM (
        SELECT per_lane.n, range_intersect_agg(per_lane.taken) * tstzmultirange(%s::tstzrange) AS taken
        FROM (
            SELECT wanted.n, coalesce(range_agg(claim.period), '{}') AS taken
            FROM unnest(%s::int[], %s::int8range[], %s::int8multirange[]) WITH ORDINALITY AS wanted(n, key, lanes, lane)
            LEFT JOIN claim ON active AND claim.key && wanted.key AND claim.period && %s::tstzrange
                           AND claim.lanes && wanted.lanes
            GROUP BY wanted.n, wanted.lane
        ) AS per_lane
        GROUP BY per_lane.n
    ) AS per_resource
    CROSS JOIN LATERAL unnest(per_resource.taken) AS span
    ORDER BY 1, 2
"""


def busy_windows(resources: Sequence[Resource], *, within: Period) -> list[list[Window]]:
    """Return for each resource when it can't be had, buffers included, cut to the period, in order."""
    rows = [
        (n, resource.claim_key, lanes) for n, resource in enumerate(resources) for lanes in lanes_to_choose(resource)
    ]
    window = f"[{within[0].isoformat()},{within[1].isoformat()})"
    keys = [f"[{key},{key}]" for _, key, _ in rows]
    with connection.cursor() as cursor:
        cursor.execute(_BUSY, [window, [n for n, _, _ in rows], keys, [lanes for _, _, lanes in rows], window])
        found = cursor.fetchall()
    busy: dict[int, list[Window]] = defaultdict(list)
    for n, start_s, end_s in found:
        busy[n].append((start_s, end_s))
    return [busy[n] for n in range(len(resources))]
