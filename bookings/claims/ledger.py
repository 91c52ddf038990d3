"""The ledger in SQL: who clashes, write, give back. The constraint has the last word."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from bookings.claims.freed import Freed, note_freed
from bookings.claims.needs import Choice, Need, Row
from bookings.models.booking import BLOCK_SEQUENCE
from bookings.rules.facts import Period

# one row per slot, need, choice and row of it; LATERAL … LIMIT 1 keeps the planner at one index probe for each
_BUSY = """
    SELECT DISTINCT wanted.slot, wanted.need, wanted.choice
    FROM unnest(%s::int[], %s::int[], %s::int[], %s::int8range[], %s::tstzrange[], %s::int8multirange[],
                %s::int4range[], %s::polygon[])
         AS wanted(slot, need, choice, key, period, lanes, altitude_ft, area)
    CROSS JOIN LATERAL (
        SELECT FROM claim
        WHERE active AND claim.key && wanted.key AND claim.period && wanted.period AND claim.lanes && wanted.lanes
          AND claim.altitude_ft && wanted.altitude_ft AND claim.area && wanted.area
          AND (claim.booking_id = %s) IS NOT TRUE
        LIMIT 1
    ) AS taken
"""
_OWNERS = """
    SELECT DISTINCT claim.booking_id, claim.closure_id
    FROM unnest(%s::int8range[], %s::tstzrange[], %s::int8multirange[], %s::int4range[], %s::polygon[])
         AS wanted(key, period, lanes, altitude_ft, area)
    JOIN claim ON active AND claim.key && wanted.key AND claim.period && wanted.period AND claim.lanes && wanted.lanes
              AND claim.altitude_ft && wanted.altitude_ft AND claim.area && wanted.area
"""
_LANES = "SELECT lanes::text FROM claim WHERE booking_id = %s AND active AND key @> %s::int8"
_RELEASE = """
    UPDATE claim SET active = false
    FROM unnest(%s::int8range[], %s::tstzrange[], %s::int8multirange[], %s::int4range[], %s::polygon[])
         AS gone(key, period, lanes, altitude_ft, area)
    WHERE claim.booking_id = %s AND active AND claim.key = gone.key AND claim.period = gone.period
      AND claim.lanes = gone.lanes AND claim.altitude_ft = gone.altitude_ft AND claim.area ~= gone.area
    RETURNING lower(claim.key), claim.period::text
"""
_ENTER = """
    INSERT INTO claim (booking_id, closure_id, key, period, lanes, altitude_ft, area, active)
    SELECT %s, %s, wanted.*, true
    FROM unnest(%s::int8range[], %s::tstzrange[], %s::int8multirange[], %s::int4range[], %s::polygon[])
         AS wanted
"""
_GIVE_BACK = """
    UPDATE claim SET active = false WHERE (booking_id = %s OR closure_id = %s) AND active
    RETURNING lower(key), period::text
"""


def next_block() -> int:
    """Draw a block of lanes for a new booking."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT nextval('{BLOCK_SEQUENCE}')")
        row = cursor.fetchone()
    return int(row[0])


def busy_choices(
    needs: Sequence[Need], slots: Sequence[Period], *, beside: UUID | None = None
) -> list[set[tuple[int, int]]]:
    """Return for each slot which (need, choice) somebody else has for any part of it; by one query.

    `beside` is a booking whose own claims don't count: the one that is about to be changed.
    """
    wanted = [
        (s, n, c, row, need.period(slot))
        for s, slot in enumerate(slots)
        for n, need in enumerate(needs)
        for c, choice in enumerate(need.choices)
        for row in choice.rows
    ]
    columns: list[Any] = [
        [s for s, _, _, _, _ in wanted],
        [n for _, n, _, _, _ in wanted],
        [c for _, _, c, _, _ in wanted],
        *columns_of([row for _, _, _, row, _ in wanted], [row.period(period) for _, _, _, row, period in wanted]),
    ]
    busy: list[set[tuple[int, int]]] = [set() for _ in slots]
    if wanted:
        with connection.cursor() as cursor:
            cursor.execute(_BUSY, [*columns, beside])
            for s, n, c in cursor.fetchall():
                busy[s].add((n, c))
    return busy


def owners_in_the_way(rows: Sequence[Row], *, period: Period) -> tuple[set[UUID], set[UUID]]:
    """Return the bookings and the closures that have any part of these rows in a period."""
    with connection.cursor() as cursor:
        cursor.execute(_OWNERS, columns_of(rows, [row.period(period) for row in rows]))
        found = cursor.fetchall()
    return {booking for booking, _ in found if booking}, {closure for _, closure in found if closure}


def enter(booking_id: UUID, claims: Iterable[tuple[Need, Choice]], *, slot: Period) -> None:
    """Write a booking's claims in one statement.

    Raises:
        IntegrityError: SQLSTATE 23P01 by the constraint `claim_no_overlap`: somebody else was first.
    """
    _insert(booking_id, None, [(row, need.period(slot)) for need, choice in claims for row in choice.rows])


def enter_closure(closure_id: UUID, rows: Iterable[Row], *, period: Period) -> None:
    """Write a closure's claims in one statement.

    Raises:
        IntegrityError: as `enter`.
    """
    _insert(None, closure_id, [(row, period) for row in rows])


def lanes_of(booking_id: UUID, key: int) -> list[str]:
    """Return in which lanes a booking claims a key, one for each of its claims of it."""
    with connection.cursor() as cursor:
        cursor.execute(_LANES, [booking_id, key])
        return [row[0] for row in cursor.fetchall()]


def release(booking_id: UUID, rows: Sequence[Row], *, period: Period, now: dt.datetime) -> None:
    """End some of a booking's claims, those of exactly these rows.

    Raises:
        ValueError: the booking does not have all of them.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RELEASE, [*columns_of(rows, [row.period(period) for row in rows]), booking_id])
        ended = cursor.fetchall()
    if len(ended) != len(rows):
        raise ValueError(f"{len(rows)} claims were to end, the booking has {len(ended)} of them")
    note_freed(Freed(key, period_text, now) for key, period_text in ended)


def give_back(booking_id: UUID, *, now: dt.datetime) -> None:
    """End a booking's claims: what it had is free from now on, for who waits for it first."""
    _end_claims(booking_id, None, now=now)


def give_back_closure(closure_id: UUID, *, now: dt.datetime) -> None:
    """End a closure's claims, as `give_back`."""
    _end_claims(None, closure_id, now=now)


def _insert(booking_id: UUID | None, closure_id: UUID | None, rows: Sequence[tuple[Row, Period]]) -> None:
    columns = columns_of([row for row, _ in rows], [row.period(period) for row, period in rows])
    with connection.cursor() as cursor:
        cursor.execute(_ENTER, [booking_id, closure_id, *columns])


def _end_claims(booking_id: UUID | None, closure_id: UUID | None, *, now: dt.datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, [booking_id, closure_id])
        note_freed(Freed(key, period, now) for key, period in cursor.fetchall())


def columns_of(rows: Sequence[Row], periods: Sequence[str]) -> list[str]:
    """Return key, period, lanes, altitude and area as one array per column, each in PostgreSQL's notation.

    The driver would escape lists value by value, which takes longer than the search that they are for.
    """
    return [
        _array([f"[{row.key},{row.key}]" for row in rows]),
        _array(periods),
        _array([row.lanes for row in rows]),
        _array([_band(row) for row in rows]),
        _array([row.piece.area for row in rows]),
    ]


def _array(values: Sequence[str]) -> str:
    """Return an array of values without quotation marks and backslashes: ranges and outlines have none."""
    return '{"' + '","'.join(values) + '"}' if values else "{}"


def _band(row: Row) -> str:
    floor_ft, ceiling_ft = row.piece.floor_ft, row.piece.ceiling_ft
    return f"{'(' if floor_ft is None else f'[{floor_ft}'},{'' if ceiling_ft is None else ceiling_ft})"
