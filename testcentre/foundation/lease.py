"""Leases: one row per job with a rising token; every write of the holder names its token.

A lock in a database session is no fence: a frozen process keeps it, and a cut-off one goes on writing.
"""

from django.db import connection

TTL_S = 5


def take(name: str, *, holder: str, ttl_s: float = TTL_S) -> int | None:
    """Take a job that is free or expired; return the new token, or None while somebody else holds it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO foundation_lease AS lease (name, token, holder, expires_at)
            VALUES (%(name)s, 1, %(holder)s, clock_timestamp() + %(ttl)s * interval '1 second')
            ON CONFLICT (name) DO UPDATE
               SET token = lease.token + 1, holder = EXCLUDED.holder, expires_at = EXCLUDED.expires_at
             WHERE lease.expires_at < clock_timestamp()
            RETURNING token
            """,
            {"name": name, "holder": holder, "ttl": ttl_s},
        )
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def renew(name: str, token: int, *, ttl_s: float = TTL_S) -> bool:
    """Keep a job for another while; False when somebody else has taken it, and the holder must stop."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE foundation_lease SET expires_at = clock_timestamp() + %s * interval '1 second'"
            " WHERE name = %s AND token = %s",
            [ttl_s, name, token],
        )
        return bool(cursor.rowcount == 1)


def release(name: str, token: int) -> None:
    """Give a job back, so that the next one need not wait for the lease to expire."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE foundation_lease SET expires_at = '-infinity' WHERE name = %s AND token = %s", [name, token]
        )
