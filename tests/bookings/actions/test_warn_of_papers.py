import datetime as dt
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from bookings import events
from bookings.actions.change_aircraft import change_aircraft
from bookings.actions.warn_of_papers import due_threshold, warn_of_papers
from bookings.models import Aircraft, Paper, PaperWarning
from bookings.rules.facts import PaperFacts, PaperKind
from testcentre.foundation.clock import utc_now
from testcentre.foundation.models import Announcement
from tests.factories import aircraft_of, load_exercise
from tests.people import person

ENDS = dt.date(2027, 10, 31)  # a day of 25 hours at Twente
NOON = dt.datetime.combine(ENDS, dt.time(12), dt.UTC)


@pytest.mark.parametrize(
    ("days_left", "threshold"),
    [(61, None), (60, 60), (31, 60), (30, 30), (8, 30), (7, 7), (1, 7), (0, 7), (-1, None)],
)
def test_the_nearest_threshold_that_is_reached_is_due(days_left: int, threshold: int | None) -> None:
    assert due_threshold(days_left, (60, 30, 7)) == threshold


@given(st.lists(st.integers(-90, 90), max_size=30))
def test_whichever_nights_are_missed_no_threshold_is_due_twice_or_out_of_turn(nights: list[int]) -> None:
    due = [due_threshold(days_left, (60, 30, 7)) for days_left in sorted(nights, reverse=True)]

    told = [threshold for threshold in dict.fromkeys(due) if threshold is not None]
    assert told == sorted(told, reverse=True)
    assert {t for t, left in zip(due, sorted(nights, reverse=True), strict=True) if t and not 0 <= left <= t} == set()


@pytest.fixture
def insurance(db: None) -> Paper:
    load_exercise()
    aircraft_of(person("aero/booker"), insured_until=ENDS)
    return Paper.objects.get(kind=PaperKind.INSURANCE)


def told() -> list[tuple[int, int]]:
    rows = Announcement.objects.filter(kind="paper_expires").order_by("id")
    return [(row.payload["days"], row.payload["days_left"]) for row in rows]


def nights(first: int, last: int) -> None:
    for days_left in range(first, last - 1, -1):
        warn_of_papers(now=NOON - dt.timedelta(days=days_left))


def test_an_end_is_told_60_30_and_7_days_ahead_and_once_each(insurance: Paper) -> None:
    nights(70, -3)
    nights(70, -3)

    assert told() == [(60, 60), (30, 30), (7, 7)]
    assert PaperWarning.objects.count() == 3


def test_a_missed_night_is_made_up_for(insurance: Paper) -> None:
    for days_left in (58, 25, 24, 2):
        warn_of_papers(now=NOON - dt.timedelta(days=days_left))

    assert told() == [(60, 58), (30, 25), (7, 2)]


def test_days_are_those_of_the_site(insurance: Paper) -> None:
    begins = dt.datetime(2027, 9, 30, 22, 0, tzinfo=dt.UTC)  # midnight of 1 October at Twente: 30 days are left

    warn_of_papers(now=begins - dt.timedelta(seconds=1))
    assert told() == [(60, 31)]
    warn_of_papers(now=begins)
    assert told() == [(60, 31), (30, 30)]


def test_the_payload_has_ids_and_days_only(insurance: Paper) -> None:
    nights(7, 7)

    assert Announcement.objects.get(kind="paper_expires").payload == {
        "paper": str(insurance.id),
        "organisation": str(insurance.organisation_id),
        "aircraft": str(insurance.aircraft_id),
        "pilot": None,
        "valid_until": "2027-10-31",
        "days": 7,
        "days_left": 7,
    }


def test_who_hears_it_hears_it_in_its_transaction(insurance: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_handlers", {})
    heard: list[tuple[Any, bool]] = []
    events.subscribe(events.PaperExpires, lambda event: heard.append((event.days, connection.in_atomic_block)))

    nights(7, 6)

    assert heard == [(7, True)]


def test_a_renewed_paper_is_told_of_anew(insurance: Paper) -> None:
    nights(30, 30)
    Paper.objects.filter(pk=insurance.pk).update(valid_until=ENDS + dt.timedelta(days=365))
    nights(30, 0)
    assert told() == [(30, 30)]

    warn_of_papers(now=NOON + dt.timedelta(days=365 - 30))

    assert told() == [(30, 30), (30, 30)]


def test_a_renewal_by_the_owner_keeps_the_paper_and_what_was_told(insurance: Paper) -> None:
    nights(30, 30)
    renewed = PaperFacts(insurance.kind, insurance.number, ENDS + dt.timedelta(days=365), cover_sdr=3e6)
    who = person("aero/booker").asker

    change_aircraft(who, Aircraft.objects.get().id, {"insurance": renewed}, now=utc_now(), version=None)
    nights(30, 0)

    assert told() == [(30, 30)]


@pytest.mark.parametrize(("gap_days", "expected"), [(0, []), (1, []), (2, [(7, 7)])])
def test_a_paper_that_another_follows_without_a_gap_is_not_told(
    insurance: Paper, gap_days: int, expected: list[tuple[int, int]]
) -> None:
    Paper.objects.create(
        organisation_id=insurance.organisation_id,
        aircraft_id=insurance.aircraft_id,
        kind=insurance.kind,
        number="P-2",
        valid_from=ENDS + dt.timedelta(days=gap_days),
        valid_until=ENDS + dt.timedelta(days=365),
        cover_sdr=3e6,
    )

    nights(7, 0)

    assert told() == expected


def test_papers_of_another_subject_follow_nothing(insurance: Paper) -> None:
    Paper.objects.create(
        organisation_id=insurance.organisation_id,
        kind=insurance.kind,
        number="FLEET",
        valid_until=ENDS + dt.timedelta(days=365),
        cover_sdr=3e6,
    )

    nights(7, 7)

    assert told() == [(7, 7)]


def test_of_who_is_retired_nothing_is_told(insurance: Paper) -> None:
    Aircraft.objects.update(retired_at=utc_now())

    nights(60, 0)

    assert told() == []


@pytest.mark.django_db(transaction=True)
def test_two_looks_at_once_tell_once() -> None:
    load_exercise()
    aircraft_of(person("aero/booker"), insured_until=ENDS)
    start = Barrier(4)

    def look() -> None:
        start.wait()
        warn_of_papers(now=NOON)
        connection.close()

    threads = [Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert told() == [(7, 0)]
