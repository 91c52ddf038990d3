import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.models import Booking
from testcentre.accounts.models import ApiKey
from testcentre.foundation.clock import utc_now
from tests.bookings.actions.policy_sites import TWO_THEN_ONE, load_policy
from tests.bookings.api.client import Desk, codes, get, post
from tests.factories import tomorrow, volume
from tests.people import Person, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def safety() -> Person:
    load_policy(TWO_THEN_ONE)
    return person("range/safety")


def test_an_approver_reads_what_waits_due_first_and_page_by_page(aero: Desk, heavylift: Desk, safety: Person) -> None:
    made = [aero.book(start=tomorrow(hour)).json()["id"] for hour in (9, 11, 13)]

    first = get(safety, "approvals?limit=2").json()
    rest = get(safety, first["next"].removeprefix("/api/v1/")).json()

    rows = first["results"] + rest["results"]
    assert [row["booking"]["id"] for row in rows] == made
    assert {row["step"] for row in rows} == {"safety"}
    assert (rest["next"], rows[0]["booking"]["waits_for"]) == (
        None,
        {"steps": ["safety", "spectrum"], "approved": 0, "of": 3},
    )
    assert [row["due_at"] for row in rows] == sorted(row["due_at"] for row in rows)
    assert get(person("range/duty_officer"), "approvals").json()["results"] == []
    assert len(get(person("range/auditor"), "approvals?whose=all").json()["results"]) == 6
    assert get(aero.who, "approvals").status_code == 403


def test_the_list_costs_the_same_for_one_and_for_many(aero: Desk, safety: Person) -> None:
    counts = []
    for hours in ([9], [11, 13, 15]):
        for hour in hours:
            assert aero.book(start=tomorrow(hour)).status_code == 201
        with CaptureQueriesContext(
            connection,
        ) as queries:
            get(safety, "approvals")
            get(safety, f"day?date={tomorrow():%Y-%m-%d}")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_confirmation_that_is_not_the_last_says_who_is_waited_for(aero: Desk, safety: Person) -> None:
    booked = aero.book()
    its_id = booked.json()["id"]

    half = post(safety, f"bookings/{its_id}/confirm", {"reason": "seen"}, **{"If-Match": booked["ETag"]})

    assert (half.status_code, half.json()["state"]) == (200, "requested")
    assert half.json()["waits_for"] == {"steps": ["spectrum"], "approved": 1, "of": 3}
    told = {step["step"]: step for step in half.json()["approvals"]}
    assert (told["safety"]["state"], told["safety"]["decided_as"], told["safety"]["reason"]) == (
        "approved",
        "safety",
        "seen",
    )
    assert (told["safety"]["decided_by"], told["spectrum"]["open"], told["duty_officer"]["open"]) == (
        "test range/safety",
        True,
        False,
    )
    own = get(aero.who, f"bookings/{its_id}").json()
    assert own["approvals"][0]["decided_by"] is None
    assert "confirm" not in own["actions"]
    assert "confirm" in get(person("range/spectrum"), f"bookings/{its_id}").json()["actions"]
    assert "confirm" not in get(safety, f"bookings/{its_id}").json()["actions"]
    again = post(safety, f"bookings/{its_id}/confirm", {}, **{"If-Match": booked["ETag"]})
    assert again.status_code == 412


def test_a_step_is_delegated_over_http(aero: Desk, safety: Person) -> None:
    its_id = aero.book().json()["id"]
    path = f"bookings/{its_id}/approvals/1/delegate"

    done = post(safety, path, {"to": "security", "reason": "on leave"})
    assert done.json()["approvals"][0]["state"] == "delegated"
    assert done.json()["approvals"][0]["role"] == "security"
    assert [row["step"] for row in get(person("range/security"), "approvals").json()["results"]] == ["safety"]
    assert codes(post(safety, path, {"to": "nobody", "reason": "x"})) == ["not_an_approver"]
    assert codes(post(safety, path, {"to": "auditor"})) == ["required"]
    assert post(safety, f"bookings/{its_id}/approvals/9/delegate", {"to": "manager", "reason": "x"}).status_code == 404
    assert post(aero.who, path, {"to": "manager", "reason": "x"}).status_code == 403
    assert post(person("heavylift/admin"), path, {"to": "manager", "reason": "x"}).status_code == 404


@pytest.mark.parametrize("ended", [{"revoked_at": True}, {"expires_at": True}])
def test_an_ended_key_approves_nothing(aero: Desk, safety: Person, ended: dict[str, bool]) -> None:
    its_id = aero.book().json()["id"]
    ApiKey.objects.filter(pk=safety.asker.key_id).update(**dict.fromkeys(ended, utc_now()))

    assert post(safety, f"bookings/{its_id}/confirm").status_code == 401
    assert get(aero.who, f"bookings/{its_id}").json()["waits_for"]["approved"] == 0


def test_gates_are_set_over_http_in_order(aero: Desk, operator: Person) -> None:
    booking = Booking.objects.get(pk=aero.book(start=_soon()).json()["id"])
    path = f"bookings/{booking.id}/gates"
    post(operator, f"bookings/{booking.id}/confirm")

    early = post(operator, f"{path}/weather", {"state": "go"})
    done = post(operator, f"{path}/briefing", {"state": "go", "remark": "all present"})

    assert (early.status_code, codes(early)) == (409, ["gate_not_open"])
    assert (done.json()["required"], done.json()["go"], done.json()["next"]) == (False, False, "weather")
    told = {gate["name"]: gate for gate in get(aero.who, path).json()["gates"]}
    assert (told["briefing"]["state"], told["briefing"]["as"], told["briefing"]["by"]) == ("go", "operator", None)
    assert told["slot"]["computed"]
    assert get(person("heavylift/admin"), path).status_code == 404
    assert post(operator, f"{path}/briefing", {"state": "maybe"}).status_code == 400
    assert post(aero.who, f"{path}/briefing", {"state": "go"}).status_code == 403


def _soon() -> dt.datetime:
    return utc_now().replace(second=0, microsecond=0) + dt.timedelta(hours=2)


def test_the_day_has_its_bookings_in_order_with_all_the_desk_looks_at(aero: Desk, operator: Person) -> None:
    later, sooner = (aero.book(start=tomorrow(hour)).json()["id"] for hour in (14, 8))
    gone = aero.book(start=tomorrow(10)).json()["id"]
    post(aero.who, f"bookings/{gone}/cancel")
    Booking.objects.filter(pk=sooner).update(
        state="active", start=utc_now() - dt.timedelta(hours=1), end=utc_now() - dt.timedelta(minutes=7, seconds=30)
    )
    today = get(operator, "day").json()
    following = get(operator, f"day?date={tomorrow():%Y-%m-%d}").json()

    assert [row["id"] for row in following["results"]] == [later]
    (row,) = [row for row in today["results"] if row["id"] == sooner]
    assert (row["overrun_min"], row["checked_in"], row["attention"]) == (7, True, [])
    assert following["results"][0]["waits_for"]["steps"] == ["range"]
    assert get(aero.who, "day").status_code == 403
    assert get(operator, "day?date=yesterday").status_code == 400


def test_a_day_with_many_costs_what_a_day_with_one_does(aero: Desk, operator: Person) -> None:
    high = {"volumes": [_high()]}
    counts = []
    for hours in ([9], [11, 13, 15]):
        for hour in hours:
            assert aero.book(start=tomorrow(hour), **high).status_code == 201
        with CaptureQueriesContext(connection) as queries:
            found = get(operator, f"day?date={tomorrow():%Y-%m-%d}").json()["results"]
        counts.append((len(found), len(queries)))
    assert [count for count, _ in counts] == [1, 4]
    assert counts[0][1] == counts[1][1] <= 20


def _high() -> dict[str, object]:
    facts = volume(ceiling_ft=1000)
    ring = [list(corner) for corner in facts.outline]
    return {"polygon": {"type": "Polygon", "coordinates": [ring]}, "floor_ft_amsl": 150, "ceiling_ft_amsl": 1000}
