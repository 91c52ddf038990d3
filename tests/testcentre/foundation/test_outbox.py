"""Facts leave after commit, or not at all."""

import uuid

import pytest
from django.db import transaction

from testcentre.foundation.models import Announcement
from testcentre.foundation.outbox import announce


@pytest.mark.django_db(transaction=True)
def test_a_fact_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="needs the transaction"):
        announce("booking_confirmed", {})


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_rolled_back_announces_nothing() -> None:
    def change_and_fail() -> None:
        with transaction.atomic():
            announce("booking_confirmed", {"booking": "b"})
            raise LookupError

    with pytest.raises(LookupError):
        change_and_fail()
    assert not Announcement.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_committed_fact_waits_for_its_position() -> None:
    flight = uuid.uuid4()
    with transaction.atomic():
        announce("booking_confirmed", {"booking": "b"}, flight_ids=[flight])
    row = Announcement.objects.get()
    assert (row.kind, row.payload, row.flight_ids, row.position, row.published_at) == (
        "booking_confirmed", {"booking": "b"}, [flight], None, None,
    )  # fmt: skip
