import datetime as dt
import threading
from contextlib import suppress
from dataclasses import replace

import pytest
from django.db import connection

from bookings.actions.change_booking import try_change
from bookings.actions.dry_runs import count_dry_run
from bookings.actions.request_booking import request_booking, try_booking
from bookings.actions.request_series import Series, request_series, try_series
from bookings.actions.search_slots import Search, search_slots
from bookings.models import DryRuns
from testcentre.audit.models import Entry
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Throttled
from tests.bookings.actions.policy_sites import load_policy
from tests.factories import a_booking, load_exercise, wish_of
from tests.people import Person, person

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 6, 1, 10, 59, 30, tzinfo=dt.UTC)


@pytest.fixture
def aero() -> Person:
    load_policy("[policy.dry_runs]\nper_hour = 4\n")
    return person("aero/booker")


def test_trials_changes_series_and_searches_share_one_budget(aero: Person) -> None:
    wish, booking, now = wish_of(aero), a_booking(aero), utc_now()
    period = (wish.start, wish.start + dt.timedelta(days=1))

    try_booking(aero.asker, wish, now=now)
    try_change(aero.asker, booking.id, lambda same: same, now=now, version=None)
    try_series(aero.asker, wish, Series(every_days=7, count=2), now=now)
    search_slots(aero.asker, Search(wish=wish, period=period), now=now)
    assert DryRuns.objects.get().count == 4

    with pytest.raises(Throttled):
        try_booking(aero.asker, wish, now=now)
    request_booking(aero.asker, wish, now=now)


def test_the_next_hour_has_a_budget_of_its_own_and_says_when_it_begins(aero: Person) -> None:
    for _ in range(4):
        count_dry_run(aero.asker, now=NOW)
    with pytest.raises(Throttled) as caught:
        count_dry_run(person("aero/admin").asker, now=NOW)
    assert (caught.value.retry_after_s, caught.value.refusals[0].code) == (31, "dry_run_budget")

    count_dry_run(person("heavylift/booker").asker, now=NOW)
    count_dry_run(aero.asker, now=NOW + dt.timedelta(seconds=30))


def test_the_trail_has_the_first_of_an_hour_and_the_end_of_the_budget(aero: Person) -> None:
    for _ in range(9):
        with suppress(Throttled):
            count_dry_run(aero.asker, now=NOW)
    rows = Entry.objects.filter(action__startswith="dry_runs.").order_by("id")

    assert [row.action for row in rows] == ["dry_runs.begin", "dry_runs.used_up"]
    assert {row.subject for row in rows} == {f"organisation:{aero.organisation_id}"}
    assert DryRuns.objects.get().count == 9


def test_old_hours_are_swept(aero: Person) -> None:
    count_dry_run(aero.asker, now=NOW)
    count_dry_run(aero.asker, now=NOW + dt.timedelta(days=91))
    assert DryRuns.objects.count() == 1


def test_range_staff_and_sites_without_a_budget_are_not_counted(aero: Person) -> None:
    count_dry_run(person("range/operator").asker, now=NOW)
    load_exercise()
    count_dry_run(aero.asker, now=NOW)
    assert not DryRuns.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_burst_at_one_moment_is_counted_to_the_last_one() -> None:
    load_policy("[policy.dry_runs]\nper_hour = 25\n")
    aero = person("aero/booker")
    gate, told = threading.Barrier(8), []

    def burst() -> None:
        gate.wait(20)
        try:
            for _ in range(5):
                try:
                    count_dry_run(aero.asker, now=NOW)
                    told.append("counted")
                except Throttled:
                    told.append("throttled")
        finally:
            connection.close()

    threads = [threading.Thread(target=burst) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (told.count("counted"), told.count("throttled"), DryRuns.objects.get().count) == (25, 15, 40)


def test_a_quota_is_told_alike_by_trial_and_request_also_within_a_series() -> None:
    load_policy("[policy.quota]\nmost_bookings = 3\nmost_hours = 0\n")
    aero = person("aero/booker")
    a_booking(aero)
    wish, series = wish_of(aero), Series(every_days=1, count=4)
    wish = replace(wish, start=wish.start + dt.timedelta(days=1), end=wish.end + dt.timedelta(days=1))

    tried = [[r.code for r in answer.refusals] for answer in try_series(aero.asker, wish, series, now=utc_now())]
    made = [[r.code for r in answer.refusals] for answer in request_series(aero.asker, wish, series, now=utc_now())]

    assert tried == made == [[], [], ["quota_exceeded"], ["quota_exceeded"]]
    assert try_booking(aero.asker, wish_of(aero), now=utc_now()).would == "refuse"
