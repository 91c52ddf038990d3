import datetime as dt
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from bookings.actions.cancel_booking import cancel_booking
from bookings.actions.close_resources import WantedClosure, close_resources
from bookings.actions.confirm_booking import confirm_booking
from bookings.actions.note_flown import note_flown
from bookings.models import Booking, ClosureCause
from bookings.queries.utilisation import By, utilisation
from bookings.rules.facts import Classification
from bookings.tariff import Cause
from testcentre.foundation.clock import utc_now
from tests.factories import a_booking, load_exercise, tomorrow, volume
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site() -> None:
    load_exercise()


def granted(who: str = "aero/booker", **wish: Any) -> Booking:
    booking = a_booking(who, **wish)
    if booking.state == "requested":
        booking = confirm_booking(person("range/operator").asker, booking.id, now=utc_now())
    return booking


def rows(who: str = "range/manager", by: By = By.RESOURCE, **more: Any) -> list[dict[str, Any]]:
    period = more.pop("period", (tomorrow(0), tomorrow(24)))
    return utilisation(person(who).asker, by=by, period=period, now=more.pop("now", utc_now()))


def figures(row: dict[str, Any]) -> dict[str, Any]:
    """Return the hours that are not 0, without the open ones."""
    return {name: value for name, value in row.items() if name.endswith("_h") and name != "open_h" and value}


def of(code: str | None, found: list[dict[str, Any]]) -> dict[str, Any]:
    (row,) = [row for row in found if row["resource"] == code]
    return figures(row)


def test_what_is_asked_and_granted_counts_by_resource() -> None:
    granted(resources=("RWY-05-23",), minutes=60)
    a_booking("heavylift/booker", resources=("RWY-05-23",), minutes=30, start=tomorrow(14))

    found = rows()

    assert of("RWY-05-23", found) == {"asked_h": 1.5, "granted_h": 1.0}
    assert of("TEST-N", found) == {}
    assert {row["open_h"] for row in found} == {24.0}


def test_an_hour_counts_once_whatever_a_booking_has_and_however_many_cover_it() -> None:
    granted(resources=("RWY-05-23", "TEST-N", "HANGAR"), volumes=(volume(), volume(floor_ft=500, ceiling_ft=600)))
    granted(resources=("HANGAR",))

    assert of("HANGAR", rows()) == {"asked_h": 0.5, "granted_h": 0.5}
    (aero,) = rows(by=By.COMPANY)
    assert figures(aero) == {"asked_h": 0.5, "granted_h": 0.5}


def test_only_the_part_within_the_period_counts() -> None:
    granted(resources=("RWY-05-23",), minutes=60, start=tomorrow(10))

    assert of("RWY-05-23", rows(period=(tomorrow(10.5), tomorrow(24)))) == {"asked_h": 0.5, "granted_h": 0.5}
    assert of("RWY-05-23", rows(period=(tomorrow(11), tomorrow(24)))) == {}


def test_what_names_no_resource_is_a_row_of_its_own() -> None:
    granted(volumes=(volume(),))

    assert of(None, rows()) == {"asked_h": 0.5, "granted_h": 0.5}


def test_used_ends_when_the_rest_was_given_back_and_flown_is_what_the_recording_says() -> None:
    booking = granted(resources=("RWY-05-23",), minutes=60)
    flight = booking.crew.get().flight_id
    assert flight
    ended = booking.start + dt.timedelta(minutes=45)
    Booking.objects.filter(pk=booking.id).update(state="completed", ended_at=ended)
    note_flown(flight, flown_from=booking.start + dt.timedelta(minutes=6), flown_until=ended - dt.timedelta(minutes=9))

    assert of("RWY-05-23", rows()) == {"asked_h": 1.0, "granted_h": 1.0, "used_h": 0.75, "flown_h": 0.5}


def test_what_is_going_on_is_used_up_to_now() -> None:
    booking = granted(resources=("RWY-05-23",), minutes=60)
    Booking.objects.filter(pk=booking.id).update(state="active")

    now = booking.start + dt.timedelta(minutes=15)

    assert of("RWY-05-23", rows(now=now))["used_h"] == 0.25
    assert "used_h" not in of("RWY-05-23", rows())


@pytest.mark.parametrize(("cause", "kind"), [(Cause.OWN, "cancelled_h"), (Cause.WEATHER, "weather_h")])
def test_a_cancelled_booking_counts_as_cancelled_or_as_lost_to_weather(cause: Cause, kind: str) -> None:
    booking = granted(resources=("RWY-05-23",), minutes=60)
    cancel_booking(person("aero/booker").asker, booking.id, now=utc_now(), cause=cause, evidence="gusts of 45 kt")

    assert of("RWY-05-23", rows()) == {"asked_h": 1.0, "granted_h": 1.0, kind: 1.0}


def test_a_no_show_counts_as_one() -> None:
    booking = granted(resources=("RWY-05-23",), minutes=60)
    Booking.objects.filter(pk=booking.id).update(state="no_show")

    assert of("RWY-05-23", rows())["no_show_h"] == 1.0


def test_a_hold_was_never_asked_for() -> None:
    booking = a_booking(resources=("RWY-05-23",))
    Booking.objects.filter(pk=booking.id).update(state="expired", hold_until=booking.start)
    booking.approvals.all().delete()

    assert of("RWY-05-23", rows()) == {}


def close(*codes: str) -> None:
    wanted = WantedClosure(codes=codes, period=(tomorrow(8), tomorrow(12)), cause=ClosureCause.MAINTENANCE)
    close_resources(person("range/manager").asker, wanted, now=utc_now())


def test_a_closure_is_told_to_range_staff_and_to_no_company() -> None:
    close("RWY-05-23")

    assert of("RWY-05-23", rows()) == {"closed_h": 4.0}
    (row,) = [row for row in rows("aero/booker") if row["resource"] == "RWY-05-23"]
    assert (row["closed_h"], figures(row)) == (None, {})


def test_a_company_sees_its_own_hours_alone() -> None:
    granted(resources=("RWY-05-23",))
    granted("heavylift/booker", resources=("TEST-N",), minutes=60)

    assert [row["company"] for row in rows("heavylift/viewer", By.COMPANY)] == ["heavylift"]
    assert of("RWY-05-23", rows("heavylift/viewer")) == {}
    assert of("TEST-N", rows("heavylift/viewer")) == {"asked_h": 1.0, "granted_h": 1.0}


def test_of_a_restricted_booking_the_hours_count_and_nobody_learns_whose_they_are() -> None:
    granted(resources=("RWY-05-23",))
    granted("umbra/booker", resources=("TEST-N",), classification=Classification.DEP_V)

    known = [(row["company"], row["restricted"]) for row in rows("range/security", By.COMPANY)]
    hidden = [(row["company"], row["restricted"]) for row in rows("range/operator", By.COMPANY)]

    assert known == [("aero", False), ("umbra", False)]
    assert hidden == [("aero", False), (None, True)]
    assert of("TEST-N", rows("range/operator")) == {"asked_h": 0.5, "granted_h": 0.5}


def test_half_days_are_those_of_the_sites_clock() -> None:
    next_year = utc_now().year + 1
    day = tomorrow(0).replace(year=next_year, month=7, day=1)
    granted(resources=("HANGAR",), minutes=120, start=day.replace(hour=9))

    found = rows(by=By.HALF_DAY, period=(day - dt.timedelta(days=1), day + dt.timedelta(days=2)))

    # 09:00 to 11:00 UTC is 11:00 to 13:00 at the site in summer: an hour in each half day
    assert [(row["start"][11:16], row["asked_h"], row["resource"], row["open_h"]) for row in found] == [
        ("22:00", 1.0, "HANGAR", 12.0),
        ("10:00", 1.0, "HANGAR", 12.0),
    ]
    assert {row["date"] for row in found} == {day.date().isoformat()}


@pytest.mark.parametrize("by", list(By))
def test_it_asks_the_database_as_often_however_much_there_is(
    by: By, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for hour in (8, 10, 12):
        granted(resources=("RWY-05-23", "HANGAR"), start=tomorrow(hour))
    asker = person("range/manager").asker

    with django_assert_num_queries(3):
        utilisation(asker, by=by, period=(tomorrow(0), tomorrow(24)), now=utc_now())
