"""Writing the trail: each change adds its row in its own transaction."""

from collections.abc import Mapping
from typing import Any

from testcentre.accounts.asker import Asker
from testcentre.audit.models import Entry


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
    Entry.objects.create(
        organisation_id=asker.organisation_id if asker else None,
        user_id=asker.user_id if asker else None,
        key_id=asker.key_id if asker else None,
        role=asker.role if asker else "",
        action=action,
        subject=subject,
        reason=reason,
        details=dict(details or {}),
    )
