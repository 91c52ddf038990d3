"""What was decided before the site's lock is looked at again under it: whatever has changed meanwhile counts."""

import threading
import time
from collections.abc import Callable

import psycopg
import pytest
from django.db import connection

from bookings.actions.request_booking import request_booking
from bookings.models import Booking
from bookings.models.site import SITE_LOCK
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import DomainError
from tests.factories import a_booking, a_crew, load_exercise, tomorrow, wish_of
from tests.people import person

pytestmark = pytest.mark.django_db(transaction=True)
_WAITS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
_WHERE = {"dbname", "user", "password", "host", "port"}


def _asked_while(change: Callable[[psycopg.Connection, Booking], None]) -> list[str]:
    """Request a slot, make a change while the request waits for the lock, and return what it came to."""
    load_exercise()
    aero, heavylift = person("aero/booker"), person("heavylift/booker")
    rival = a_booking(heavylift, resources=("RWY-05-23",), start=tomorrow(15))
    wish = wish_of(aero, crew=(a_crew(aero),), resources=("RWY-05-23",))
    came_to: list[str] = []

    def ask() -> None:
        try:
            came_to.append(str(request_booking(aero.asker, wish, now=utc_now()).state))
        except DomainError as refused:
            came_to.extend(refusal.code for refusal in refused.refusals)
        finally:
            connection.close()

    how = {name: value for name, value in connection.get_connection_params().items() if name in _WHERE}
    with psycopg.connect(**how) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [SITE_LOCK])
        asking = threading.Thread(target=ask)
        asking.start()
        _until_it_waits()
        change(other, rival)
    asking.join(30)
    assert not asking.is_alive()
    return came_to


def _until_it_waits() -> None:
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute(_WAITS)
            if cursor.fetchone() == (1,):
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits for the lock")


def test_nothing_has_changed_and_it_is_granted() -> None:
    assert _asked_while(lambda other, rival: None) == ["requested"]


def test_a_certificate_that_was_shortened_meanwhile_refuses() -> None:
    def shorten(other: psycopg.Connection, _: Booking) -> None:
        other.execute("UPDATE bookings_paper SET valid_until = current_date, version = version + 1 WHERE kind = 'STS'")

    assert _asked_while(shorten) == ["document_expired"]


def test_a_slot_that_was_taken_meanwhile_is_told_as_if_it_always_was() -> None:
    def take(other: psycopg.Connection, rival: Booking) -> None:
        start, end = tomorrow(), tomorrow(10.5)
        other.execute(
            "UPDATE claim SET period = tstzrange(%s, %s) WHERE booking_id = %s AND active", [start, end, rival.id]
        )

    assert _asked_while(take) == ["resource_busy"]
    assert Booking.objects.count() == 1
