"""Range staff admit a source to a flight: who may, what it needs, and what gateways are told."""

import datetime as dt
from ipaddress import ip_address
from typing import Any

import pytest

from bookings.models import Booking
from bookings.rules.facts import Classification
from telemetry.admission import grants_for
from telemetry.admitted_sources import MOST_PER_FLIGHT, WantedSource, admit_source, revoke_source
from telemetry.recordings.models import AdmittedSource, Flight
from testcentre.accounts.roles import RANGE_ROLES
from testcentre.audit.models import Entry
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Conflict, DomainError, Forbidden, NotFound, Refused
from testcentre.foundation.models import Announcement
from tests.factories import a_crew, load_exercise
from tests.people import person
from tests.telemetry.admitting import confirmed, flight_of

pytestmark = pytest.mark.django_db
SOURCE = "198.51.100.7"


@pytest.fixture(autouse=True)
def site(db: None) -> None:
    load_exercise()


@pytest.fixture
def flight() -> Flight:
    return flight_of(confirmed("aero/booker", sources=()))


def admit(flight: Flight, *, who: str = "range/operator", source: str = SOURCE, **more: Any) -> AdmittedSource:
    named: dict[str, Any] = {"flight_id": flight.id, "system_id": flight.system_id} | more
    wanted = WantedSource(address=ip_address(source), reason="known by phone", **named)
    return admit_source(person(who).asker, wanted, now=utc_now())[0]


def sources_of(flight: Flight) -> list[str]:
    return next(grant.sources for grant in grants_for(utc_now()) if grant.flight == str(flight.id))


def test_an_admitted_source_is_in_the_flights_grant_beside_the_aircrafts_own_and_in_no_other() -> None:
    flight, other = flight_of(confirmed("aero/booker")), flight_of(confirmed("heavylift/booker"))
    admit(flight)
    admit(flight, source="2001:db8::7")
    assert sources_of(flight) == ["127.0.0.1/32", f"{SOURCE}/32", "2001:db8::7/128"]
    assert sources_of(other) == ["127.0.0.1/32"]


def test_it_is_told_and_audited_with_who_and_why(flight: Flight) -> None:
    who = person("range/safety").asker
    wanted = WantedSource(
        address=ip_address(SOURCE), reason="modem was changed", system_id=flight.system_id, flight_id=flight.id
    )
    row, is_new = admit_source(who, wanted, now=utc_now())
    assert is_new
    entry = Entry.objects.get(action="admit_link")
    assert (entry.key_id, entry.subject, entry.reason) == (who.key_id, f"flight:{flight.id}", "modem was changed")
    assert entry.details == {"source": SOURCE, "system_id": flight.system_id, "admitted_source": str(row.id)}
    told = Announcement.objects.get(kind="link_admitted")
    assert (told.flight_ids, told.payload) == ([flight.id], {"flight": str(flight.id), "admitted_source": str(row.id)})


def test_a_second_click_changes_nothing(flight: Flight) -> None:
    first, again = admit(flight), admit(flight)
    assert first == again
    assert Entry.objects.filter(action="admit_link").count() == 1


def test_a_booking_stands_for_its_flight_with_that_system_id() -> None:
    who = person("aero/booker")
    booking = confirmed(
        who, crew=(a_crew(who, mavlink_system_id=201), a_crew(who, mavlink_system_id=202, allowed_sources=()))
    )
    row = admit(flight_of(booking, 202), flight_id=None, booking_id=booking.id)
    assert row.flight.system_id == 202
    assert code_of(Refused, booking_id=booking.id, system_id=203) == "other_system"


def code_of(kind: type[DomainError], **more: Any) -> str:
    wanted: dict[str, Any] = {"address": ip_address(SOURCE), "reason": "x"} | more
    with pytest.raises(kind) as refused:
        admit_source(person("range/operator").asker, WantedSource(**wanted), now=utc_now())
    return refused.value.refusals[0].code


def test_a_revoked_source_admits_nothing_and_may_be_admitted_again(flight: Flight) -> None:
    row, operator = admit(flight), person("range/operator").asker
    revoke_source(operator, row.id, reason="wrong aircraft", now=utc_now())
    assert sources_of(flight) == []
    entry = Entry.objects.get(action="revoke_link")
    assert (entry.subject, entry.reason) == (f"flight:{flight.id}", "wrong aircraft")
    assert Announcement.objects.filter(kind="link_revoked").count() == 1
    with pytest.raises(Conflict):
        revoke_source(operator, row.id, reason="again", now=utc_now())
    assert admit(flight) != row
    assert sources_of(flight) == [f"{SOURCE}/32"]


def test_operator_and_safety_may_and_nobody_else(flight: Flight) -> None:
    able = set()
    for who in [*(f"range/{role}" for role in RANGE_ROLES), "aero/admin", "aero/engineer"]:
        try:
            admit(flight, who=who)
        except Forbidden:
            continue
        able.add(who)
    assert able == {"range/operator", "range/safety"}


def test_of_a_restricted_flight_only_who_needs_to_know_it_admits_and_revokes() -> None:
    flight = flight_of(confirmed("umbra/booker", classification=Classification.DEP_V))
    with pytest.raises(Forbidden):
        admit(flight)
    with pytest.raises(Forbidden):
        admit(flight, system_id=1 + flight.system_id % 250)
    row = admit(flight, who="range/safety")
    with pytest.raises(Forbidden):
        revoke_source(person("range/operator").asker, row.id, reason="x", now=utc_now())


def test_what_fits_two_flights_is_refused_before_it_fits_neither() -> None:
    one = flight_of(confirmed("aero/booker", sources=(), mavlink_system_id=201))
    two = flight_of(confirmed("heavylift/booker", sources=(), mavlink_system_id=201))
    later = flight_of(confirmed("heavylift/booker", sources=(), mavlink_system_id=201, in_minutes=300))
    admit(one)
    assert code_of(Conflict, flight_id=two.id, system_id=201) == "ambiguous"
    admit(two, source="198.51.100.8")
    admit(later)
    assert (sources_of(two), sources_of(later)) == (["198.51.100.8/32"], [f"{SOURCE}/32"])


def test_what_the_aircraft_admits_itself_is_not_admitted_again() -> None:
    flight = flight_of(confirmed("aero/booker", sources=("198.51.100.0/24",)))
    assert code_of(Conflict, flight_id=flight.id, system_id=flight.system_id) == "already_admitted"


def test_no_flight_ended_flights_and_too_many_sources_are_refused(flight: Flight) -> None:
    with pytest.raises(NotFound):
        admit(flight, flight_id=AdmittedSource().id)
    for number in range(MOST_PER_FLIGHT):
        admit(flight, source=f"203.0.113.{number}")
    assert code_of(Refused, flight_id=flight.id, system_id=flight.system_id) == "too_many_sources"
    Flight.objects.filter(pk=flight.id).update(phase="ended", ended=utc_now())
    assert code_of(Conflict, flight_id=flight.id, system_id=flight.system_id) == "sealed"
    Booking.objects.update(start=utc_now() + dt.timedelta(days=3), end=utc_now() + dt.timedelta(days=4))
    Flight.objects.filter(pk=flight.id).update(phase="expected", ended=None)
    assert code_of(Refused, flight_id=flight.id, system_id=flight.system_id) == "no_grant"


def test_when_the_flights_aircraft_changes_the_source_admits_nothing_more(flight: Flight) -> None:
    row = admit(flight)
    AdmittedSource.objects.filter(pk=row.id).update(system_id=flight.system_id + 1)
    assert sources_of(flight) == []
