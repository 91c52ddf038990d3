"""Closures at the API: range staff close, companies see busy."""

from typing import Any

from testcentre.foundation.clock import to_rfc3339
from tests.bookings.api.client import Desk, codes, get, post
from tests.factories import tomorrow
from tests.people import Person, person


def body(**more: Any) -> dict[str, Any]:
    whole = {"resources": ["RWY-05-23"], "cause": "maintenance", "reason": "rubber removal"}
    return whole | {"start": to_rfc3339(tomorrow(9)), "end": to_rfc3339(tomorrow(13))} | more


def test_range_staff_preview_close_list_and_lift(aero: Desk, operator: Person) -> None:
    booking = aero.book().json()

    tried = post(operator, "closures", body(dry_run=True))
    assert (tried.status_code, tried.json()["would"]) == (200, "close")
    assert [one["outcome"] for one in tried.json()["displaced"]] == ["alternative"]
    assert tried.json()["displaced"][0]["alternative"]["booking"] is None

    closed = post(operator, "closures", body())
    assert closed.status_code == 201
    (one,) = closed.json()["displaced"]
    assert (one["booking"], one["state"], one["number"]) == (booking["id"], "requested", "AERO-1")
    held = get(aero.who, f"bookings/{one['alternative']['booking']}").json()
    assert (held["state"], held["replaces"], held["offer"]) == ("held", booking["id"], False)
    displaced = get(aero.who, f"bookings/{booking['id']}").json()
    assert (displaced["state"], "rubber" in displaced["reason"]) == ("displaced", False)

    (row,) = get(operator, "closures").json()["results"]
    assert (row["state"], row["resources"], row["priority"]) == ("planned", ["RWY-05-23"], False)
    assert codes(post(operator, "closures", body())) == ["already_closed"]
    assert post(operator, f"closures/{row['id']}/lift").json()["state"] == "lifted"
    assert post(operator, f"closures/{row['id']}/lift").status_code == 409


def test_companies_see_plain_busy_and_no_closures(aero: Desk, operator: Person) -> None:
    post(operator, "closures", body())
    day = f"from={to_rfc3339(tomorrow(0))}&to={to_rfc3339(tomorrow(24))}"

    busy = get(aero.who, f"schedule?{day}&resources=RWY-05-23").json()["resources"]
    windows = get(aero.who, f"availability?{day}&resources=RWY-05-23&minutes=30").json()["windows"]

    assert busy == [{"code": "RWY-05-23", "busy": [{"start": body()["start"], "end": body()["end"]}]}]
    assert not any(w["start"] < body()["end"] and body()["start"] < w["end"] for w in windows)
    assert get(aero.who, "closures").status_code == 403
    assert post(aero.who, "closures", body()).status_code == 403
    assert codes(aero.book()) == ["resource_busy"]


def test_faults_of_form_and_of_right_are_told(operator: Person) -> None:
    answer = post(operator, "closures", {"resources": [], "start": "soon", "end": "later", "cause": "mood"})
    assert answer.status_code == 400
    assert {"resources", "cause", "start"} <= {error["field"] for error in answer.json()["errors"]}
    assert codes(post(operator, "closures", body(resources=["NO-SUCH"]))) == ["unknown_resource"]
    assert post(operator, "closures", body(cause="medical")).status_code == 403
    assert codes(post(person("range/manager"), "closures", body(cause="medical", reason=""))) == ["reason_required"]
