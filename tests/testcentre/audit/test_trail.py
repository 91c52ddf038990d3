"""The trail grows and never changes."""

import pytest
from django.db import DatabaseError, connection, transaction

from testcentre.audit.models import Entry
from testcentre.audit.trail import record
from tests.people import person

pytestmark = pytest.mark.django_db


def test_an_entry_says_who_what_which_and_why() -> None:
    booker = person("aero/booker")
    record(booker.asker, "cancel_booking", subject="booking:1", reason="weather", details={"state": "cancelled"})
    entry = Entry.objects.get(action="cancel_booking")
    assert (entry.organisation_id, entry.key_id, entry.role, entry.subject, entry.reason, entry.details) == (
        booker.organisation_id, booker.asker.key_id, "booker", "booking:1", "weather", {"state": "cancelled"},
    )  # fmt: skip


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET reason = 'x'", "DELETE FROM audit_entry"])
def test_the_database_refuses_to_change_the_trail(statement: str) -> None:
    record(None, "seal_flight", subject="flight:1")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Entry.objects.get().reason == ""


def test_the_database_refuses_to_empty_the_trail() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER audit_no_truncate")
        with pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute("TRUNCATE audit_entry")
