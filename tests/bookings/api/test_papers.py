import datetime as dt
from typing import Any
from uuid import uuid4

import pytest

from bookings.actions import keep_papers
from bookings.models import Paper
from bookings.queries.site import local_today
from testcentre.audit.models import Entry
from testcentre.foundation.clock import utc_now
from tests.bookings.api.client import Desk, codes, delete, get, patch, post
from tests.people import person


def a_paper(**changes: Any) -> dict[str, Any]:
    body = {
        "kind": "operational_authorisation",
        "number": "NLD-OAT-7",
        "issuer": "ILT",
        "valid_from": "2026-01-01",
        "valid_until": "2031-12-31",
    }
    return {name: value for name, value in (body | changes).items() if value is not ...}


def test_a_paper_of_the_organisation_is_answered_as_entered(aero: Desk) -> None:
    answer = post(aero.who, "papers", a_paper())

    shown = answer.json()
    days_left = (dt.date(2031, 12, 31) - local_today(utc_now())).days
    assert answer.status_code == 201, shown
    assert shown == {
        **a_paper(),
        "id": shown["id"],
        "subject": "organisation",
        "name": None,
        "aircraft": None,
        "pilot": None,
        "days_left": days_left,
        "cover_sdr": None,
    }
    read = get(aero.who, f"papers/{shown['id']}")
    assert (read.json(), read["ETag"]) == (shown, '"1"')


def test_papers_of_aircraft_and_pilots_name_them_and_show_in_theirs(aero: Desk) -> None:
    insurance = a_paper(kind="insurance", cover_sdr=5e6, aircraft=str(aero.aircraft.id), valid_until="2040-01-01")
    of_aircraft = post(aero.who, "papers", insurance).json()
    of_pilot = post(aero.who, "papers", a_paper(kind="BVLOS", pilot=str(aero.pilot.id))).json()

    assert [(p["subject"], p["name"]) for p in (of_aircraft, of_pilot)] == [
        ("aircraft", aero.aircraft.name),
        ("pilot", aero.pilot.name),
    ]
    shown = get(aero.who, f"aircraft/{aero.aircraft.id}")
    assert (shown.json()["insurance"]["valid_until"], shown["ETag"]) == ("2040-01-01", '"2"')
    assert "BVLOS" in [one["kind"] for one in get(aero.who, f"pilots/{aero.pilot.id}").json()["certificates"]]


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"kind": "licence"}, "paper_kind_unknown", "kind"),
        ({"kind": ...}, "required", "kind"),
        ({"number": ""}, "invalid", "number"),
        ({"valid_until": "2025-12-31"}, "paper_ends_before_start", "valid_until"),
        ({"valid_until": "2027-02-29"}, "invalid", "valid_until"),
        ({"valid_until": None}, "required", "valid_until"),
        ({"kind": "insurance"}, "cover_missing", "cover_sdr"),
        ({"cover_sdr": 1}, "cover_of_no_insurance", "cover_sdr"),
        ({"cover_sdr": "1"}, "invalid", "cover_sdr"),
        ({"cover_sdr": -1}, "invalid", "cover_sdr"),
        ({"aircraft": "lifter"}, "invalid", "aircraft"),
        ({"aircraft": str(uuid4())}, "unknown_aircraft", "aircraft"),
        ({"pilot": str(uuid4())}, "unknown_pilot", "pilot"),
        ({"aircraft": str(uuid4()), "pilot": str(uuid4())}, "paper_of_two", "pilot"),
        ({"scan": "x"}, "unknown_field", "scan"),
    ],
)
def test_a_fault_of_form_names_its_field(aero: Desk, changes: dict[str, Any], code: str, field: str) -> None:
    answer = post(aero.who, "papers", a_paper(**changes))

    assert answer.status_code == 400
    assert [(error["code"], error["field"]) for error in answer.json()["errors"]] == [(code, field)]


def test_another_organisations_aircraft_is_unknown(aero: Desk, heavylift: Desk) -> None:
    body = a_paper(aircraft=str(heavylift.aircraft.id))

    answer = post(aero.who, "papers", body)

    assert (answer.status_code, codes(answer)) == (400, ["unknown_aircraft"])
    assert heavylift.aircraft.name not in answer.content.decode()


def test_what_ends_first_comes_first_and_the_list_is_paged(aero: Desk) -> None:
    Paper.objects.all().delete()
    for day in ("2027-03-01", "2027-01-01", "2027-02-01", "2027-02-01"):
        post(aero.who, "papers", a_paper(valid_until=day))

    first = get(aero.who, "papers?limit=3").json()
    second = get(aero.who, first["next"].removeprefix("/api/v1/")).json()

    ends = [row["valid_until"] for row in first["results"] + second["results"]]
    assert ends == ["2027-01-01", "2027-02-01", "2027-02-01", "2027-03-01"]
    assert second["next"] is None


def test_the_list_is_cut_to_what_ends_before_a_day_and_to_one_thing(aero: Desk) -> None:
    post(aero.who, "papers", a_paper(valid_until="2027-02-01"))
    post(aero.who, "papers", a_paper(valid_until="2027-02-02"))

    before = get(aero.who, "papers?expires_before=2027-02-02").json()["results"]
    of_aircraft = get(aero.who, f"papers?aircraft={aero.aircraft.id}").json()["results"]
    of_pilot = get(aero.who, f"papers?pilot={aero.pilot.id}").json()["results"]

    assert [row["valid_until"] for row in before] == ["2027-02-01"]
    assert {row["subject"] for row in of_aircraft} == {"aircraft"}
    assert [row["kind"] for row in of_pilot] == ["STS"]


@pytest.mark.parametrize("query", ["expires_before=soon", "aircraft=x", "pilot=x", "cursor=x", "limit=0"])
def test_a_bad_question_is_malformed(aero: Desk, query: str) -> None:
    assert get(aero.who, f"papers?{query}").status_code == 400


def test_a_paper_is_renewed_with_the_version_that_was_read(aero: Desk) -> None:
    made = post(aero.who, "papers", a_paper())
    path = f"papers/{made.json()['id']}"

    assert patch(aero.who, path, {"valid_until": "2036-12-31"}).status_code == 428
    renewed = patch(aero.who, path, {"valid_until": "2036-12-31"}, **{"If-Match": made["ETag"]})
    late = patch(aero.who, path, {"valid_until": "2037-12-31"}, **{"If-Match": made["ETag"]})

    assert (renewed.status_code, renewed.json()["valid_until"], renewed["ETag"]) == (200, "2036-12-31", '"2"')
    assert (late.status_code, codes(late)) == (412, ["changed_meanwhile"])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"valid_until": "2025-12-31"}, "paper_ends_before_start"),
        ({"valid_from": "2032-01-01"}, "paper_ends_before_start"),
        ({"cover_sdr": 1}, "cover_of_no_insurance"),
        ({"kind": "insurance"}, "unknown_field"),
        ({"aircraft": None}, "unknown_field"),
    ],
)
def test_a_change_that_would_make_no_paper_is_refused(aero: Desk, changes: dict[str, Any], code: str) -> None:
    path = f"papers/{post(aero.who, 'papers', a_paper()).json()['id']}"

    answer = patch(aero.who, path, changes, **{"If-Match": "*"})

    assert (answer.status_code, codes(answer)) == (400, [code])
    assert get(aero.who, path)["ETag"] == '"1"'


def test_a_paper_is_removed(aero: Desk) -> None:
    path = f"papers/{post(aero.who, 'papers', a_paper()).json()['id']}"

    assert delete(aero.who, path).status_code == 428
    assert delete(aero.who, path, **{"If-Match": '"9"'}).status_code == 412
    assert delete(aero.who, path, **{"If-Match": '"1"'}).status_code == 204
    assert get(aero.who, path).status_code == 404
    assert list(Entry.objects.filter(action__startswith="paper.").order_by("id").values_list("action", flat=True)) == [
        "paper.add",
        "paper.remove",
    ]


@pytest.mark.parametrize("role", ["viewer", "pilot", "engineer"])
def test_all_of_the_company_read_and_only_booker_and_admin_write(aero: Desk, role: str) -> None:
    who = person(f"aero/{role}")
    path = f"papers/{post(aero.who, 'papers', a_paper()).json()['id']}"

    assert get(who, path).status_code == 200
    assert post(who, "papers", a_paper()).status_code == 403
    assert patch(who, path, {"number": "8"}, **{"If-Match": "*"}).status_code == 403
    assert delete(who, path, **{"If-Match": "*"}).status_code == 403
    assert patch(person("aero/admin"), path, {"number": "8"}, **{"If-Match": "*"}).status_code == 200


@pytest.mark.parametrize("who", ["heavylift/admin", "range/manager", "range/auditor"])
def test_for_others_there_is_no_such_paper(aero: Desk, who: str) -> None:
    path = f"papers/{post(aero.who, 'papers', a_paper()).json()['id']}"
    other = person(who)

    assert get(other, "papers").json()["results"] == []
    foreign, nobody = get(other, path), get(other, f"papers/{uuid4()}")
    assert (foreign.status_code, foreign.content) == (404, nobody.content)
    assert patch(other, path, {"number": "8"}, **{"If-Match": "*"}).status_code == 404
    assert delete(other, path, **{"If-Match": "*"}).status_code == 404


def test_there_is_an_end_to_the_papers_of_one_thing(aero: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keep_papers, "MOST_PAPERS", 2)
    answers = [post(aero.who, "papers", a_paper(number=str(n))) for n in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 422]
    assert codes(answers[2]) == ["too_many_papers"]


def test_the_same_paper_sent_twice_with_a_key_is_one(aero: Desk) -> None:
    first, second = (post(aero.who, "papers", a_paper(), **{"Idempotency-Key": "paper-1"}) for _ in range(2))

    assert (first.json(), second["Idempotency-Replayed"]) == (second.json(), "true")
    assert Paper.objects.filter(kind="operational_authorisation", aircraft=None).count() == 1
