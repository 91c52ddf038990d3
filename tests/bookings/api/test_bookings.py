import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings.models import Booking
from bookings.rules.facts import Classification
from testcentre.foundation.clock import to_rfc3339, utc_now
from tests.bookings.api.client import PROBLEM, Desk, codes, get, post
from tests.factories import a_crew, square, tomorrow
from tests.people import Person, person

VOLUME = {
    "polygon": {"type": "Polygon", "coordinates": [[list(corner) for corner in square()]]},
    "floor_ft_amsl": None,
    "ceiling_ft_amsl": 400,
}


def act(who: Person, booking: dict[str, Any], verb: str, **headers: str) -> Any:
    return post(who, f"bookings/{booking['id']}/{verb}", {}, **headers)


def test_a_booking_has_the_stated_shape(aero: Desk) -> None:
    answer = aero.book(volumes=[VOLUME])

    booking = answer.json()
    assert answer.status_code == 201, booking
    assert answer.headers["ETag"] == '"1"'
    assert (booking["price"]["reason"], booking["price"]["due"]) == ("requested", False)
    assert booking | {"id": "", "created_at": "", "start": "", "end": "", "price": None} == {
        "id": "",
        "number": "AERO-1",
        "organisation": "aero",
        "organisation_name": "Aero Cargo BV",
        "restricted": False,
        "state": "requested",
        "version": 1,
        "aircraft": str(aero.aircraft.id),
        "pilot": str(aero.pilot.id),
        "crew": [
            {
                "aircraft": str(aero.aircraft.id),
                "aircraft_name": aero.aircraft.name,
                "pilot": str(aero.pilot.id),
                "pilot_name": aero.pilot.name,
                "flight": None,
            }
        ],
        "purpose": "cargo hover test",
        "start": "",
        "end": "",
        "resources": ["RWY-05-23"],
        "wants": [{"code": "RWY-05-23", "resource": "RWY-05-23", "start": booking["start"], "end": booking["end"]}],
        "may_rechoose": False,
        "separation_m": None,
        "separation_ft": None,
        "series": None,
        "hold_until": None,
        "offer": False,
        "replaces": None,
        "hazard_details": None,
        "volumes": [{**VOLUME, "kind": "flight_geography"}],
        "classification": "ongerubriceerd",
        "flight": None,
        "flights": [],
        "waived": [],
        "waivers": [],
        "waiver_reason": "",
        "reason": "",
        "ended_at": None,
        "created_at": "",
        "price": None,
        "attention": [],
        "approvals": booking["approvals"],
        "waits_for": {"steps": ["range"], "approved": 0, "of": 1},
        "actions": ["change", "cancel"],
    }


def test_a_booking_is_walked_from_request_to_completion(aero: Desk, operator: Person) -> None:
    booking = aero.book(start=utc_now().replace(second=0, microsecond=0), minutes=40).json()
    assert act(operator, booking, "confirm").json()["flight"]
    assert act(aero.who, booking, "check-in").json()["state"] == "checked_in"
    assert act(operator, booking, "activate").json()["state"] == "active"

    done = act(operator, booking, "complete").json()

    assert (done["state"], done["version"], done["actions"]) == ("completed", 5, [])
    assert done["flights"] == [{"id": done["flight"], "aircraft": str(aero.aircraft.id)}]


def test_actions_are_what_the_asker_may_do_now(aero: Desk, operator: Person) -> None:
    booking = aero.book().json()

    assert get(operator, f"bookings/{booking['id']}").json()["actions"] == ["confirm", "refuse"]
    assert get(person("aero/viewer"), f"bookings/{booking['id']}").json()["actions"] == []


def test_a_clash_is_409_with_alternatives_and_other_rules_make_it_422(aero: Desk, heavylift: Desk) -> None:
    aero.book()

    clash = heavylift.book()
    mixed = heavylift.book(classification=Classification.SECRET)

    assert (clash.status_code, codes(clash)) == (409, ["resource_busy"])
    assert (mixed.status_code, codes(mixed)) == (422, ["classification_too_high", "resource_busy"])
    assert clash.headers["Content-Type"] == PROBLEM
    assert set(clash.json()["alternatives"][0]) == {"start", "end", "resources", "why"}


def test_a_dry_run_tells_the_same_list_and_stores_nothing(aero: Desk, heavylift: Desk) -> None:
    aero.book()
    dry = heavylift.book(dry_run=True, classification=Classification.SECRET)
    real = heavylift.book(classification=Classification.SECRET)

    assert (dry.status_code, dry.json()["would"]) == (200, "refuse")
    assert dry.json()["errors"] == real.json()["errors"]
    free = heavylift.book(dry_run=True, start=tomorrow(15)).json()
    assert free.pop("price")["currency"] == "EUR"
    assert free == {
        "would": "request",
        "errors": [],
        "alternatives": [],
    }
    assert Booking.objects.count() == 1


def test_all_faults_of_form_come_at_once_also_in_a_dry_run(aero: Desk) -> None:
    upside_down = {**VOLUME, "floor_ft_amsl": 9000}
    faulty = {
        "start": to_rfc3339(tomorrow()),
        "end": to_rfc3339(tomorrow(9)),
        "resources": ["RWY-05-23", "NO-SUCH"],
        "volumes": [upside_down],
        "classification": 7,
        "colour": "red",
    }
    answers = [post(aero.who, "bookings", {**aero.body(), **faulty, "dry_run": dry}) for dry in (False, True)]

    for answer in answers:
        assert answer.status_code == 400
        assert codes(answer) == [
            "end_not_after_start",
            "floor_not_below_ceiling",
            "not_a_choice",
            "unknown_field",
            "unknown_resource",
        ]
    assert answers[0].json()["errors"] == answers[1].json()["errors"]


def test_an_empty_body_says_what_is_required(aero: Desk) -> None:
    answer = post(aero.who, "bookings", {})

    assert answer.status_code == 400
    assert {(e["code"], e["field"]) for e in answer.json()["errors"]} == {
        ("required", name) for name in ("aircraft", "pilot", "purpose", "start", "end")
    }


def test_a_crew_of_two_is_one_booking_with_two_flights(aero: Desk, operator: Person) -> None:
    pairs = [a_crew(aero.who), a_crew(aero.who)]
    body = aero.body(crew=[{"aircraft": str(a), "pilot": str(p)} for a, p in pairs])
    both = post(aero.who, "bookings", body)
    del body["aircraft"], body["pilot"]
    booking = post(aero.who, "bookings", body).json()

    assert codes(both) == ["crew_named_twice"]
    assert [c["aircraft"] for c in booking["crew"]] == [str(a) for a, _ in pairs]
    assert len({f["id"] for f in act(operator, booking, "confirm").json()["flights"]}) == 2


@pytest.mark.parametrize("field", ["organisation", "waive", "waiver_reason"])
def test_what_range_staff_may_send_companies_may_not(aero: Desk, field: str) -> None:
    answer = aero.book(**{field: ["lead_time_too_short"] if field == "waive" else "heavylift"})

    assert (answer.status_code, codes(answer)) == (400, ["range_staff_only"])


def test_range_staff_book_for_a_company(aero: Desk, operator: Person) -> None:
    answer = post(operator, "bookings", aero.body(organisation="aero"))

    assert (answer.status_code, answer.json()["number"]) == (201, "AERO-1")
    assert get(aero.who, f"bookings/{answer.json()['id']}").status_code == 200


def test_a_stale_version_is_412_and_the_read_one_goes_through(aero: Desk, operator: Person) -> None:
    booking = aero.book().json()

    stale = act(operator, booking, "confirm", **{"If-Match": '"9"'})
    garbage = act(operator, booking, "confirm", **{"If-Match": "W/x"})
    fresh = act(
        operator, booking, "confirm", **{"If-Match": get(operator, f"bookings/{booking['id']}").headers["ETag"]}
    )

    assert (stale.status_code, garbage.status_code, fresh.status_code) == (412, 412, 200)
    assert fresh.headers["ETag"] == '"2"'


def test_a_verb_in_the_wrong_state_is_409_and_too_early_is_422(aero: Desk, operator: Person) -> None:
    booking = aero.book().json()
    wrong = act(operator, booking, "activate")
    act(operator, booking, "confirm")
    early = act(aero.who, booking, "check-in")

    assert (wrong.status_code, codes(wrong)) == (409, ["wrong_state"])
    assert (early.status_code, codes(early)) == (422, ["too_early"])


def test_what_there_is_not_is_405_or_404(aero: Desk) -> None:
    booking = aero.book().json()

    put = Client().put(f"/api/v1/bookings/{booking['id']}", b"{}", "application/json", headers=aero.who.headers)

    assert (put.status_code, put.headers["Content-Type"]) == (405, PROBLEM)
    assert act(aero.who, booking, "paint").status_code == 404
    assert codes(post(aero.who, "bookings", {**aero.body(), "as": "wish"})) == ["not_a_choice"]


def test_lists_are_paged_in_order_without_gap_or_double(aero: Desk) -> None:
    made = [aero.book(start=tomorrow(hour), resources=[]).json()["id"] for hour in (12, 8, 10, 14, 9)]
    seen: list[str] = []
    path = "bookings?limit=2"
    while path:
        page = get(aero.who, path).json()
        seen += [row["id"] for row in page["results"]]
        path = (page["next"] or "").removeprefix("/api/v1/")

    assert seen == [made[i] for i in (1, 4, 2, 0, 3)]


def test_from_and_to_pick_the_slots_that_touch_the_period(aero: Desk) -> None:
    early, late = (aero.book(start=tomorrow(hour)).json()["id"] for hour in (8, 12))

    def listed(begins: float, ends: float) -> list[str]:
        path = f"bookings?from={to_rfc3339(tomorrow(begins))}&to={to_rfc3339(tomorrow(ends))}"
        return [row["id"] for row in get(aero.who, path).json()["results"]]

    assert listed(7, 8) == []
    assert listed(7, 8.1) == [early]
    assert listed(8.5, 13) == [late]


def test_a_list_costs_the_same_queries_for_one_row_and_for_three(aero: Desk) -> None:
    counts = []
    for hours in ((8,), (10, 12)):
        for hour in hours:
            aero.book(start=tomorrow(hour), volumes=[VOLUME])
        with CaptureQueriesContext(
            connection,
        ) as queries:
            get(aero.who, "bookings")
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_range_control_sees_a_restricted_booking_without_name_company_and_purpose(aero: Desk, operator: Person) -> None:
    booking = aero.book(classification=Classification.DEP_V, purpose="PURPLE HERON").json()

    control = get(operator, f"bookings/{booking['id']}")
    manager = get(person("range/manager"), f"bookings/{booking['id']}").json()

    for secret in ("PURPLE", "Aero", "AERO", aero.aircraft.name, aero.pilot.name):
        assert secret not in control.content.decode()
    assert (control.json()["restricted"], control.json()["resources"]) == (True, ["RWY-05-23"])
    assert (manager["purpose"], manager["organisation"]) == ("PURPLE HERON", "aero")


def test_a_booking_of_nobody_is_not_found(aero: Desk) -> None:
    for its_id in (uuid4(), "999999999999999999999999", "%2e%2e%2f"):
        answer = get(aero.who, f"bookings/{its_id}")
        assert (answer.status_code, answer.headers["Content-Type"]) == (404, PROBLEM)


def test_a_slot_in_the_past_is_refused(aero: Desk) -> None:
    answer = aero.book(start=utc_now().replace(microsecond=0) - dt.timedelta(days=2))

    assert answer.status_code == 422
    assert "start_in_past" in codes(answer)
