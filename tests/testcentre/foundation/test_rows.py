import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from testcentre.accounts.models import Membership, Organisation, User
from testcentre.foundation.models import Announcement
from testcentre.foundation.rows import insert_together

pytestmark = pytest.mark.django_db


def test_rows_of_several_tables_are_written_by_one_statement() -> None:
    organisation = Organisation(slug="aero", name="Aero", kind="company")
    people = [User(email=f"{name}@aero.example") for name in ("one", "two")]
    members = [Membership(user=person, organisation=organisation, role="viewer") for person in people]

    with CaptureQueriesContext(connection) as captured:
        insert_together(organisation, [*people, *members])

    assert len(captured) == 1
    assert set(Membership.objects.values_list("user__email", "organisation__slug")) == {
        ("one@aero.example", "aero"),
        ("two@aero.example", "aero"),
    }


def test_a_row_alone_reads_back_what_the_database_gave_it_and_can_be_saved_again() -> None:
    told = Announcement(kind="one", payload={})
    insert_together(told, [])
    told.kind = "other"
    told.save()

    assert list(Announcement.objects.values_list("id", "kind")) == [(told.id, "other")]
    assert told.created_at is not None


def test_one_row_that_is_refused_leaves_none_of_them() -> None:
    organisation = Organisation(slug="aero", name="Aero", kind="company")
    people = [User(email="one@aero.example"), User(email="one@aero.example")]

    with pytest.raises(IntegrityError), transaction.atomic():
        insert_together(organisation, people)

    assert not Organisation.objects.exists()
