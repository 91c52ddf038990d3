"""Overruns: claims grow where they can, both sides are told where not, and nobody is activated into a flight."""

import datetime as dt

import pytest

from bookings.actions.activate_booking import activate_booking
from bookings.actions.complete_booking import complete_booking
from bookings.actions.confirm_booking import confirm_booking
from bookings.actions.mark_no_show import mark_no_show
from bookings.actions.note_heard import note_heard
from bookings.actions.overdue import look_at_time
from bookings.models import Booking, Claim, Site
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Clash, Conflict
from testcentre.foundation.models import Announcement
from tests.factories import a_booking, load_exercise, tomorrow
from tests.people import Person, person

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)
RUNWAY = ("RWY-05-23",)


@pytest.fixture(autouse=True)
def _site() -> None:
    load_exercise()


@pytest.fixture
def operator() -> Person:
    return person("range/operator")


def put(booking: Booking, state: str) -> Booking:
    Booking.objects.filter(pk=booking.pk).update(state=state)
    booking.refresh_from_db()
    return booking


def ends(booking: Booking) -> set[dt.datetime]:
    return {claim.period.upper for claim in Claim.objects.filter(booking=booking, active=True)}


def told() -> list[str]:
    return [row.payload["booking"] for row in Announcement.objects.filter(kind="booking_overrun").order_by("id")]


def test_a_flight_that_is_not_over_keeps_what_it_has_step_by_step(operator: Person) -> None:
    flying = put(a_booking("aero/booker", resources=RUNWAY), "active")
    for late in (0, 5, 6, 60):
        look_at_time(now=flying.end + late * MINUTE)
        assert min(ends(flying)) > flying.end + late * MINUTE

    assert look_at_time(now=flying.end + 61 * MINUTE) == 0
    assert told() == []
    with pytest.raises(Clash):
        a_booking("heavylift/booker", start=flying.end + 50 * MINUTE, resources=RUNWAY)
    complete_booking(operator.asker, flying.id, now=flying.end + 61 * MINUTE)
    assert a_booking("heavylift/booker", start=flying.end + 50 * MINUTE, resources=RUNWAY)


def test_where_it_can_not_grow_both_sides_are_told_once_of_themselves(operator: Person) -> None:
    flying = put(a_booking("aero/booker", resources=RUNWAY), "active")
    after = put(a_booking("heavylift/booker", start=flying.end + 10 * MINUTE, resources=RUNWAY), "checked_in")
    before = ends(after)

    for late in (0, 5, 10, 15):
        look_at_time(now=flying.end + late * MINUTE)

    assert sorted(told()) == sorted([str(flying.id), str(after.id)])
    rows = Announcement.objects.filter(kind="booking_overrun")
    assert {row.payload["organisation"] for row in rows} == {str(flying.organisation_id), str(after.organisation_id)}
    assert all(len(row.payload) == 6 for row in rows)
    assert ends(after) == before


def test_nobody_is_activated_into_a_flight_that_is_not_over(operator: Person) -> None:
    flying = put(a_booking("aero/booker", resources=RUNWAY), "active")
    after = put(a_booking("heavylift/booker", start=flying.end + 10 * MINUTE, resources=RUNWAY), "checked_in")
    elsewhere = put(a_booking("heavylift/booker", start=flying.end + 10 * MINUTE, resources=("STAND-1",)), "checked_in")

    with pytest.raises(Conflict) as caught:
        activate_booking(operator.asker, after.id, now=after.start)
    assert [refusal.code for refusal in caught.value.refusals] == ["still_occupied"]
    assert activate_booking(operator.asker, elsewhere.id, now=after.start).state == "active"
    complete_booking(operator.asker, flying.id, now=after.start)
    assert activate_booking(operator.asker, after.id, now=after.start).state == "active"


def test_whose_aircraft_was_heard_is_no_no_show(operator: Person) -> None:
    facts = Site.objects.get()
    facts.facts_data["no_show_after_min"] = 30
    facts.save()
    heard, quiet = (
        confirm_booking(operator.asker, a_booking("aero/booker", start=tomorrow(hour)).id, now=utc_now())
        for hour in (10, 11)
    )
    now = tomorrow(12)
    assert note_heard([heard.crew.get().flight_id], now=heard.start) == 1  # type: ignore[list-item]
    assert note_heard([heard.crew.get().flight_id], now=now) == 0  # type: ignore[list-item]

    look_at_time(now=now)

    heard.refresh_from_db()
    quiet.refresh_from_db()
    assert (heard.state, heard.heard_at, quiet.state) == ("confirmed", heard.start, "no_show")
    with pytest.raises(Conflict):
        mark_no_show(operator.asker, heard.id, now=now)
