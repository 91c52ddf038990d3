"""The emergency door: a link without a booking is let in at once, loudly, and waits for its papers."""

import datetime as dt
from ipaddress import ip_address
from typing import Any

import pytest
from django.test import Client

from bookings.actions.complete_booking import complete_booking
from bookings.actions.overdue import look_at_time
from bookings.models import Aircraft, Booking, Claim, Waiver
from telemetry.admission import grants_for
from telemetry.emergency import WantedEmergency, admit_in_emergency
from telemetry.recordings.models import EmergencyAdmission, Flight
from testcentre.accounts.roles import RANGE_ROLES
from testcentre.audit.models import Entry
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Conflict, Forbidden
from testcentre.foundation.models import Announcement
from tests.factories import load_exercise
from tests.people import Person, organisation, person
from tests.telemetry.admitting import confirmed, flight_of

pytestmark = pytest.mark.django_db
PATH = "/api/v1/range/emergency-admissions"
FORM = {
    "source": "198.51.100.7",
    "system_id": 201,
    "reason": "airborne over the runway",
    "kind": "multirotor",
}


@pytest.fixture(autouse=True)
def site(db: None) -> None:
    load_exercise()


def admit(who: str = "range/operator", **more: Any) -> EmergencyAdmission:
    usual: dict[str, Any] = {"system_id": 201, "name": "Unknown", "kind": "multirotor", "minutes": 240}
    wanted = WantedEmergency(address=ip_address("198.51.100.7"), reason="airborne", **(usual | more))
    return admit_in_emergency(person(who).asker, wanted, now=utc_now())


def post(who: Person, body: object, path: str = PATH) -> tuple[int, dict[str, Any]]:
    answer = Client().post(path, body, content_type="application/json", headers=who.headers)
    return answer.status_code, answer.json()


def test_the_link_is_granted_to_a_flight_of_its_own_that_the_range_sees() -> None:
    row = admit(name="White quadcopter")
    (grant,) = grants_for(utc_now())
    now_us = round(utc_now().timestamp() * 1e6)
    assert (grant.flight, grant.system_id, grant.sources) == (str(row.flight_id), 201, ["198.51.100.7/32"])
    assert grant.from_us < now_us < grant.until_us
    viewer = person("range/auditor")
    shown = Client().get(f"/api/v1/flights/{row.flight_id}", headers=viewer.headers).json()
    assert (shown["phase"], shown["aircraft_name"]) == ("expected", "White quadcopter")
    assert Client().get(f"/api/v1/flights/{row.flight_id}", headers=person("aero/admin").headers).status_code == 404


def test_it_is_an_active_booking_of_the_range_that_claims_nothing_of_anybody() -> None:
    row = admit()
    booking = Booking.objects.get(pk=row.flight.booking_id)
    assert (booking.state, booking.organisation.slug, booking.waiver_reason) == ("active", "range", "airborne")
    assert not booking.booked_resources.exists()
    assert set(Waiver.objects.filter(booking=booking).values_list("code", flat=True)) == set(booking.waived)
    crew = booking.crew.get()
    keys = {crew.aircraft.claim_key, crew.pilot.claim_key}
    assert {claim.key.lower for claim in Claim.objects.filter(booking_id=booking.id)} == keys
    assert crew.aircraft.retired_at


def test_two_unknown_aircraft_at_once_are_two_flights() -> None:
    one, two = admit(), admit(system_id=202)
    assert one.flight_id != two.flight_id
    assert Aircraft.objects.filter(retired_at__isnull=False).count() == 2


def test_it_is_loud_and_in_the_trail() -> None:
    row = admit()
    told = Announcement.objects.get(kind="emergency_admission")
    assert (told.flight_ids, told.payload["emergency_admission"]) == ([row.flight_id], str(row.id))
    entry = Entry.objects.get(action="emergency_admission")
    assert (entry.subject, entry.reason) == (f"flight:{row.flight_id}", "airborne")
    verbs = Entry.objects.filter(subject=f"booking:{row.flight.booking_id}").order_by("id")
    assert list(verbs.values_list("action", flat=True)) == ["booking.emergency", "booking.check_in", "booking.activate"]


def test_the_operator_may_and_nobody_else() -> None:
    able = set()
    for who in [*(f"range/{role}" for role in RANGE_ROLES), "aero/admin"]:
        try:
            admit(who)
        except Forbidden:
            continue
        able.add(who)
        Flight.objects.update(phase="ended")
    assert able == {"range/operator"}


def test_a_link_that_a_booked_flight_admits_is_not_taken_from_it() -> None:
    flight = flight_of(confirmed("aero/booker", sources=("198.51.100.0/24",), mavlink_system_id=201))
    with pytest.raises(Conflict):
        admit()
    assert not Booking.objects.exclude(pk=flight.booking_id).exists()
    assert not EmergencyAdmission.objects.exists()
    assert not Aircraft.objects.filter(organisation__slug="range").exists()


def test_time_does_not_end_it_and_completion_ends_its_flight() -> None:
    row = admit()
    look_at_time(now=utc_now() + dt.timedelta(hours=2))
    assert Booking.objects.get().state == "active"
    complete_booking(person("range/operator").asker, row.flight.booking_id, now=utc_now())
    assert Flight.objects.get().phase == "ended"


def test_it_stays_in_the_list_until_papers_name_somebody() -> None:
    operator = person("range/operator")
    organisation("aero")
    status, row = post(operator, FORM)
    assert (status, row) == (201, row | {k: v for k, v in FORM.items() if k != "kind"} | {"papers": None})
    assert row["name"] == "Unknown system 201 from 198.51.100.7"
    missing = f"{PATH}?papers=missing"
    assert Client().get(missing, headers=operator.headers).json()["results"] == [row]
    papers = f"{PATH}/{row['id']}/papers"
    assert post(operator, {"organisation": "nobody", "aircraft": "x"}, papers)[0] == 400
    status, named = post(person("range/safety"), {"organisation": "aero", "aircraft": "PH-4711"}, papers)
    added = {"organisation": "aero", "aircraft": "PH-4711", "added": named["papers"]["added"]}
    assert (status, named) == (200, row | {"papers": added})
    assert Client().get(missing, headers=operator.headers).json()["results"] == []
    assert Client().get(PATH, headers=operator.headers).json()["results"] == [named]
    assert post(operator, {"organisation": "aero", "aircraft": "PH-4711"}, papers)[0] == 409
    assert Announcement.objects.filter(kind="emergency_papers").count() == 1


def test_every_fault_of_form_is_named() -> None:
    bad = {"source": "here", "system_id": 256, "kind": "saucer", "minutes": 9, "name": "", "more": 1}
    status, problem = post(person("range/operator"), bad)
    assert (status, {error["field"] for error in problem["errors"]}) == (400, {*bad, "reason"})
    assert Client().get(f"{PATH}?papers=some", headers=person("range/operator").headers).status_code == 400
    assert Client().get(PATH, headers=person("aero/admin").headers).status_code == 403
