"""The ledger in SQL: who clashes, write, give back. The constraint has the last word."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from bookings.claims.lanes import Lanes
from bookings.claims.needs import Need
from bookings.models.booking import BLOCK_SEQUENCE
from bookings.rules.words import period_words
from testcentre.foundation.errors import Refusal

# one row per need and choice; LATERAL … LIMIT 1 keeps the planner at one index probe for each
_BUSY = """
    SELECT wanted.need, wanted.choice
    FROM unnest(%s::int[], %s::int[], %s::int8range[], %s::tstzrange[], %s::int8multirange[], %s::int4range[],
                %s::text[]::polygon[])
         AS wanted(need, choice, key, period, lanes, altitude_ft, area)
    CROSS JOIN LATERAL (
        SELECT FROM claim
        WHERE active AND claim.key && wanted.key AND claim.period && wanted.period AND claim.lanes && wanted.lanes
          AND claim.altitude_ft && wanted.altitude_ft AND claim.area && wanted.area
        LIMIT 1
    ) AS taken
"""
_ENTER = """
    INSERT INTO claim (booking_id, key, period, lanes, altitude_ft, area, active)
    SELECT %s, wanted.*, true
    FROM unnest(%s::int8range[], %s::tstzrange[], %s::int8multirange[], %s::int4range[], %s::text[]::polygon[])
         AS wanted
"""
_GIVE_BACK = "UPDATE claim SET active = false WHERE booking_id = %s AND active"


def next_block() -> int:
    """Draw a block of lanes for a new booking."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT nextval('{BLOCK_SEQUENCE}')")
        row = cursor.fetchone()
    return int(row[0])


def choose_lanes(needs: Sequence[Need], *, start: dt.datetime, end: dt.datetime) -> list[Lanes | None]:
    """Return for each need the first choice of lanes that is free for all of the slot, or None."""
    rows = [(n, c, need, lanes) for n, need in enumerate(needs) for c, lanes in enumerate(need.choices)]
    columns: list[list[Any]] = [
        [n for n, _, _, _ in rows],
        [c for _, c, _, _ in rows],
        *columns_of([(need, lanes) for _, _, need, lanes in rows], [need.period(start, end) for _, _, need, _ in rows]),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_BUSY, columns)
        busy = set(cursor.fetchall())
    return [
        next((lanes for c, lanes in enumerate(need.choices) if (n, c) not in busy), None)
        for n, need in enumerate(needs)
    ]


def enter(booking_id: UUID, claims: Iterable[tuple[Need, Lanes]], *, start: dt.datetime, end: dt.datetime) -> None:
    """Write a booking's claims in one statement.

    Raises:
        IntegrityError: SQLSTATE 23P01 by the constraint `claim_no_overlap`: somebody else was first.
    """
    claims = list(claims)
    columns = columns_of(claims, [need.period(start, end) for need, _ in claims])
    with connection.cursor() as cursor:
        cursor.execute(_ENTER, [booking_id, *columns])


def give_back(booking_id: UUID) -> None:
    """End a booking's claims: what it had is free from now on."""
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, [booking_id])


def busy_refusals(
    needs: Sequence[Need], chosen: Sequence[Lanes | None], *, start: dt.datetime, end: dt.datetime
) -> list[Refusal]:
    """Return one refusal for each need that nobody can give; none says who has it."""
    refusals = {
        (need.code, need.field, need.name): Refusal(
            code=need.code,
            message=f"{need.name} is not free for all of the slot (with set-up and clear-up times).",
            field=need.field,
            expected={"free": period_words((start - need.setup, end + need.clearup))},
            got="busy",
            remedy="Take one of the alternatives, or ask GET /api/v1/availability for free times.",
        )
        for need, lanes in zip(needs, chosen, strict=True)
        if lanes is None
    }
    return list(refusals.values())


def columns_of(claims: Sequence[tuple[Need, Lanes]], periods: Sequence[str]) -> list[list[str]]:
    """Return key, period, lanes, altitude and area as one list per column, each in PostgreSQL's notation."""
    return [
        [f"[{need.key},{need.key}]" for need, _ in claims],
        list(periods),
        [lanes for _, lanes in claims],
        [_band(need) for need, _ in claims],
        [need.piece.area for need, _ in claims],
    ]


def _band(need: Need) -> str:
    floor_ft, ceiling_ft = need.piece.floor_ft, need.piece.ceiling_ft
    return f"{'(' if floor_ft is None else f'[{floor_ft}'},{'' if ceiling_ft is None else ceiling_ft})"
