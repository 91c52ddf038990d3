"""Writing the trail: each change adds its row in its own transaction."""

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.backends.postgresql.psycopg_any import Jsonb

from testcentre.accounts.asker import Asker

# in SQL: every change leaves its row, and building a query costs more than answering it
_WRITE = """
    INSERT INTO audit_entry (organisation_id, user_id, key_id, role, action, subject, reason, details)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""


def record(
    asker: Asker | None,
    action: str,
    *,
    subject: str,
    reason: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add who did what to which thing, and why; `asker` is None for what the service does by itself.

    `subject` is `kind:id`. Names and secrets stay out of `details`: ids stand for them.
    """
    who = (asker.organisation_id, asker.user_id, asker.key_id, str(asker.role)) if asker else (None, None, None, "")
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [*who, action, subject, reason, Jsonb(dict(details or {}))])
