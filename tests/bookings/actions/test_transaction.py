import pytest
from django.db import OperationalError, connection, transaction

from bookings.actions.transaction import TRIES, in_site_transaction
from bookings.claims.lanes import ALL_LANES
from bookings.claims.ledger import enter
from bookings.claims.needs import Choice, Need, Row
from bookings.models import Booking, Claim
from testcentre.foundation.errors import Clash
from tests.factories import a_booking, load_exercise, tomorrow

pytestmark = pytest.mark.django_db


class Away(Exception):
    """Anything that a piece of work may raise."""


def advisory_locks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        return int(cursor.fetchone()[0])


def test_work_holds_the_lock_and_its_failure_frees_it_also_within_another_transaction() -> None:
    held = []

    def work() -> None:
        held.append(advisory_locks())
        raise Away

    with transaction.atomic():
        before = advisory_locks()
        with pytest.raises(Away):
            in_site_transaction(work)
        assert (held, advisory_locks()) == ([before + 1], before)


def test_what_the_constraint_refuses_is_a_clash_and_leaves_nothing() -> None:
    load_exercise()
    first, second = a_booking(), a_booking(start=tomorrow(14))
    before = Claim.objects.count()
    choice = Choice((Row(900, ALL_LANES),))
    need = Need("resource_busy", "resources[0]", "RWY", (choice,))

    def work() -> None:
        for booking in (first, second):
            enter(booking.id, [(need, choice)], slot=(tomorrow(20), tomorrow(21)))

    with pytest.raises(Clash) as caught:
        in_site_transaction(work)

    assert [r.code for r in caught.value.refusals] == ["just_taken"]
    assert Claim.objects.count() == before


def test_a_deadlock_is_tried_again_and_in_the_end_told() -> None:
    tried = []

    def work(times: int) -> int:
        tried.append(1)
        if len(tried) < times:
            with connection.cursor() as cursor:
                cursor.execute("DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$")
        return len(tried)

    assert in_site_transaction(lambda: work(times=3)) == 3
    tried.clear()
    with pytest.raises(OperationalError):
        in_site_transaction(lambda: work(times=99))
    assert len(tried) == TRIES
    assert Booking.objects.count() == 0
