import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from bookings.models import Booking, KeptAnswer
from testcentre.foundation.clock import utc_now
from tests.bookings.api.client import Desk, codes, post
from tests.factories import tomorrow
from tests.people import Person


def test_a_repeat_gets_the_same_answer_and_does_nothing_twice(aero: Desk) -> None:
    first = aero.book(key="one")
    again = aero.book(key="one")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["ETag"] == first.headers["ETag"]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Booking.objects.count() == 1


def test_another_body_under_the_same_key_is_refused(aero: Desk) -> None:
    aero.book(key="one")
    other = aero.book(key="one", start=tomorrow(14))

    assert (other.status_code, codes(other)) == (422, ["idempotency_key_reused"])


def test_a_key_is_its_owners(aero: Desk, heavylift: Desk) -> None:
    aero.book(key="one")

    theirs = heavylift.book(key="one", start=tomorrow(14))

    assert (theirs.status_code, theirs.json()["organisation"]) == (201, "heavylift")


def test_a_key_counts_for_one_path(aero: Desk, operator: Person) -> None:
    bookings = [aero.book(start=tomorrow(hour)).json()["id"] for hour in (8, 10)]
    answers = [post(operator, f"bookings/{its_id}/confirm", {}, **{"Idempotency-Key": "k"}) for its_id in bookings * 2]

    assert [a.json()["id"] for a in answers] == bookings * 2
    assert [a.headers.get("Idempotency-Replayed") for a in answers] == [None, None, "true", "true"]


def test_a_refusal_is_not_kept(aero: Desk, heavylift: Desk) -> None:
    taken = aero.book().json()["id"]
    refused = heavylift.book(key="one")
    post(aero.who, f"bookings/{taken}/cancel", {})

    assert (refused.status_code, heavylift.book(key="one").status_code) == (409, 201)


def test_a_dry_run_ignores_the_key(aero: Desk) -> None:
    aero.book(key="one", dry_run=True)

    assert aero.book(key="one").status_code == 201
    assert KeptAnswer.objects.count() == 1


def test_after_a_day_a_key_is_new_and_old_answers_are_swept(aero: Desk) -> None:
    aero.book(key="one")
    aero.book(key="two", start=tomorrow(14))
    KeptAnswer.objects.update(kept_at=utc_now() - dt.timedelta(hours=24, seconds=1))

    again = aero.book(key="one", start=tomorrow(16))

    assert (again.status_code, KeptAnswer.objects.count()) == (201, 1)


@pytest.mark.parametrize("key", ["", "k" * 256, "tab\tkey", "ключ"])
def test_a_key_that_is_none_is_refused(aero: Desk, key: str) -> None:
    answer = post(aero.who, "bookings", aero.body(), **{"Idempotency-Key": key})

    assert (answer.status_code, codes(answer)) == (400, ["bad_idempotency_key"])


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_make_one_booking(aero: Desk) -> None:
    def send(_: int) -> Any:
        try:
            return aero.book(key="eight")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))

    assert [a.status_code for a in answers] == [201] * 8
    assert len({a.json()["id"] for a in answers}) == 1
    assert Booking.objects.count() == 1
