"""One job, one holder, a rising token."""

import pytest
from django.db import connection

from testcentre.foundation import lease

pytestmark = pytest.mark.django_db


def expire(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE foundation_lease SET expires_at = now() - interval '1 second' WHERE name = %s", [name])


def test_a_held_lease_is_not_given_to_another() -> None:
    assert lease.take("relay", holder="a") == 1
    assert lease.take("relay", holder="b") is None


def test_an_expired_lease_goes_to_the_next_with_a_higher_token() -> None:
    lease.take("relay", holder="a")
    expire("relay")
    assert lease.take("relay", holder="b") == 2


def test_a_holder_that_was_frozen_cannot_renew_after_another_took_over() -> None:
    token = lease.take("relay", holder="a")
    assert token is not None
    expire("relay")
    lease.take("relay", holder="b")
    assert lease.renew("relay", token) is False


def test_a_holder_that_nobody_replaced_may_renew_late() -> None:
    token = lease.take("relay", holder="a")
    assert token is not None
    expire("relay")
    assert lease.renew("relay", token) is True
    assert lease.take("relay", holder="b") is None


def test_a_released_lease_is_free_at_once_and_the_token_goes_on_rising() -> None:
    token = lease.take("relay", holder="a")
    assert token is not None
    lease.release("relay", token)
    assert lease.take("relay", holder="b") == token + 1


def test_releasing_with_an_old_token_takes_nothing_from_the_new_holder() -> None:
    token = lease.take("relay", holder="a")
    assert token is not None
    expire("relay")
    lease.take("relay", holder="b")
    lease.release("relay", token)
    assert lease.take("relay", holder="c") is None
