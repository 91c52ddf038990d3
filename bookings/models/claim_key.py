"""One sequence numbers everything that can be claimed: resources, aircraft, pilots and named persons."""

from typing import Any

from django.db import models

CLAIM_KEY_SEQUENCE = "claim_key"
# The sequence starts at 1000: the keys below are places and belong to no row.
SITE_AIR_KEY = 1
SITE_GROUND_KEY = 2


class NextClaimKey(models.Func):
    """The next number of the sequence, drawn by the database."""

    template = f"nextval('{CLAIM_KEY_SEQUENCE}')"
    output_field = models.BigIntegerField()


class ClaimKeyField(models.BigIntegerField):  # type: ignore[type-arg]  # not subscriptable at run time
    """The key under which a thing is claimed; given once by the database, never changed."""

    # INSERT … RETURNING: the number is known right after saving
    db_returning = True

    def __init__(self, **options: Any) -> None:
        options |= {"unique": True, "editable": False, "db_default": NextClaimKey()}
        super().__init__(**options)
