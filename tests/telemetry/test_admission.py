"""From bookings, flights and keys to grants."""

import datetime as dt

import pytest

from bookings.actions.cancel_booking import cancel_booking
from bookings.actions.confirm_booking import confirm_booking
from bookings.models import Booking, Crew
from telemetry.admission import grants_for
from telemetry.bus.grants import Grant
from telemetry.recordings.models import Flight
from testcentre.accounts.actions import revoke_key
from testcentre.accounts.models import ApiKey
from testcentre.foundation.clock import utc_now
from tests.factories import a_booking, load_exercise
from tests.people import Person, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def site(db: None) -> None:
    load_exercise()


def confirmed(who: Person, *, in_minutes: int = 30) -> Booking:
    start = utc_now().replace(second=0, microsecond=0) + dt.timedelta(minutes=in_minutes)
    booking = a_booking(who, start=start)
    return confirm_booking(person("range/operator").asker, booking.id, now=utc_now())


def grants() -> list[Grant]:
    return grants_for(utc_now())


def us(moment: dt.datetime) -> int:
    return round(moment.timestamp() * 1_000_000)


def test_a_request_that_nobody_confirmed_admits_nothing() -> None:
    a_booking("aero/booker", start=utc_now().replace(second=0, microsecond=0) + dt.timedelta(hours=1))
    assert Booking.objects.get().state == "requested"
    assert grants() == []


def test_a_confirmed_booking_admits_its_aircraft_with_its_margins() -> None:
    who = person("aero/booker")
    booking = confirmed(who)
    crew = Crew.objects.get()
    (grant,) = grants()
    assert grant == Grant(
        flight=str(crew.flight_id),
        organisation=str(who.organisation_id),
        system_id=crew.aircraft.mavlink_system_id,
        from_us=us(booking.start - dt.timedelta(minutes=60)),
        until_us=us(booking.end + dt.timedelta(minutes=30)),
        sources=["127.0.0.1/32"],
        key_digests=grant.key_digests,
    )


def test_only_keys_of_the_company_that_may_send_are_in_its_grant() -> None:
    booker = person("aero/booker")
    confirmed(booker)
    engineer, admin = person("aero/engineer"), person("aero/admin")
    for other in ("aero/viewer", "aero/pilot", "heavylift/engineer", "range/operator"):
        person(other)
    able = ApiKey.objects.filter(pk__in=[who.asker.key_id for who in (booker, engineer, admin)])
    assert grants()[0].key_digests == sorted(able.values_list("digest", flat=True))


def test_a_revoked_and_an_expired_key_admit_nothing() -> None:
    booker = person("aero/booker")
    confirmed(booker)
    gone, over = person("aero/engineer"), person("aero/engineer")
    revoke_key(ApiKey.objects.get(pk=gone.asker.key_id))
    ApiKey.objects.filter(pk=over.asker.key_id).update(expires_at=utc_now())
    assert grants()[0].key_digests == [ApiKey.objects.get(pk=booker.asker.key_id).digest]


def test_a_cancelled_booking_admits_nothing_any_more() -> None:
    who = person("aero/booker")
    booking = confirmed(who, in_minutes=180)
    cancel_booking(who.asker, booking.id, now=utc_now())
    assert grants() == []


def test_a_flight_that_ended_before_its_time_is_granted_as_sealed() -> None:
    booking = confirmed(person("aero/booker"))
    flight = Crew.objects.get(booking=booking).flight_id
    Flight.objects.filter(pk=flight).update(phase="ended")
    (grant,) = grants()
    assert (grant.flight, grant.sealed, grant.sources, grant.signing_key) == (str(flight), True, [], None)
    assert grant.key_digests


def test_after_its_period_and_margin_a_flight_is_granted_no_more() -> None:
    booking = confirmed(person("aero/booker"))
    after = booking.end + dt.timedelta(minutes=30)
    assert [grant.until_us for grant in grants_for(after - dt.timedelta(seconds=1))] == [us(after)]
    assert grants_for(after) == []
