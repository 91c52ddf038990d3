"""The outbox: facts are written in the transaction that makes them true and leave after its commit."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import Jsonb

CHANNEL = "outbox"
# in SQL, and both at once: every change tells, and building a query costs more than answering it
_WRITE = f"""
    WITH told AS (INSERT INTO foundation_announcement (kind, payload, flight_ids) VALUES (%s, %s, %s::uuid[]))
    SELECT pg_notify('{CHANNEL}', '')
"""  # noqa: S608 - a constant


def announce(kind: str, payload: Mapping[str, Any], *, flight_ids: Sequence[UUID] = ()) -> None:
    """Write a fact into the outbox and wake the relay at commit.

    `payload` is JSON as range staff may read it; `flight_ids` are the flights whose own sockets hear it too.

    Raises:
        RuntimeError: outside a transaction, where the fact could become true without being told.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"announce({kind!r}) needs the transaction that makes it true")
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [kind, Jsonb(dict(payload)), list(flight_ids)])
