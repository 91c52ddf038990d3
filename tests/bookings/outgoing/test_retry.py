import datetime as dt

import pytest

from bookings.outgoing.retry import MAIL_DELAYS_S, WEBHOOK_DELAYS_S, next_try

NOW = dt.datetime(2027, 3, 3, 10, tzinfo=dt.UTC)


@pytest.mark.parametrize("delays_s", [WEBHOOK_DELAYS_S, MAIL_DELAYS_S])
def test_attempts_are_further_and_further_apart_over_about_a_day(delays_s: tuple[int, ...]) -> None:
    assert list(delays_s) == sorted(delays_s)
    assert 20 * 3600 <= sum(delays_s) <= 24 * 3600


def test_each_delay_is_up_to_a_fifth_longer_and_after_the_last_it_is_given_up() -> None:
    for tried, delay_s in enumerate(WEBHOOK_DELAYS_S, start=1):
        for _ in range(20):
            again = next_try(WEBHOOK_DELAYS_S, tried=tried, now=NOW)
            assert again is not None
            assert delay_s <= (again - NOW).total_seconds() <= delay_s * 1.2
    assert next_try(WEBHOOK_DELAYS_S, tried=len(WEBHOOK_DELAYS_S) + 1, now=NOW) is None


def test_jitter_spreads() -> None:
    assert len({next_try(WEBHOOK_DELAYS_S, tried=3, now=NOW) for _ in range(20)}) > 10
