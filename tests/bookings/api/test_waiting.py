"""The waiting list at the API."""

import pytest

from testcentre.foundation.clock import to_rfc3339
from tests.bookings.api.client import Desk, codes, delete, get, post
from tests.factories import tomorrow


def test_who_waits_is_offered_what_is_cancelled_and_takes_it(aero: Desk, heavylift: Desk) -> None:
    taken = heavylift.book().json()
    body = aero.body() | {"within": {"from": to_rfc3339(tomorrow(10)), "to": to_rfc3339(tomorrow(10.5))}}

    joined = post(aero.who, "waiting", body)
    assert (joined.status_code, joined.json()["state"], joined.json()["offer"]) == (201, "waiting", None)
    assert not {"place", "position", "before"} & joined.json().keys()
    post(heavylift.who, f"bookings/{taken['id']}/cancel")

    (entry,) = get(aero.who, "waiting").json()["results"]
    assert entry["state"] == "offered"
    assert entry["within"]["latest_local"] == "24:00"
    offer = get(aero.who, f"bookings/{entry['offer']}").json()
    assert (offer["state"], offer["offer"], "submit" in offer["actions"]) == ("held", True, True)
    assert delete(aero.who, f"waiting/{entry['id']}").status_code == 409
    submitted = post(aero.who, f"bookings/{entry['offer']}/submit").json()
    assert (submitted["state"], submitted["offer"]) == ("requested", False)
    assert [row["state"] for row in get(aero.who, "waiting").json()["results"]] == ["taken"]


def test_nobody_sees_who_else_waits(aero: Desk, heavylift: Desk) -> None:
    heavylift.book()
    entry = post(aero.who, "waiting", aero.body()).json()

    assert get(heavylift.who, "waiting").json()["results"] == []
    assert delete(heavylift.who, f"waiting/{entry['id']}").status_code == 404
    assert delete(aero.who, f"waiting/{entry['id']}").json()["state"] == "withdrawn"


@pytest.mark.parametrize(
    ("more", "field"), [({"as": "hold"}, "as"), ({"waive": ["x"]}, "waive"), ({"within": {}}, "within.from")]
)
def test_faults_of_form_are_told(aero: Desk, more: dict[str, object], field: str) -> None:
    answer = post(aero.who, "waiting", aero.body() | more)

    assert answer.status_code == 400
    assert field in {error["field"] for error in answer.json()["errors"]}


def test_what_is_free_is_not_waited_for(aero: Desk) -> None:
    answer = post(aero.who, "waiting", aero.body())

    assert (answer.status_code, codes(answer)) == (422, ["free_now"])
