from typing import Any

import pytest

from bookings.models import Aircraft, Paper, Pilot
from testcentre.audit.models import Entry
from tests.bookings.api.client import Desk, codes, delete, get, patch, post
from tests.bookings.api.test_fleet import KEY, an_aircraft
from tests.people import person

RENEWED = {"insurer": "Onderlinge", "policy_number": "P-1", "cover_sdr": 4e6, "valid_until": "2040-12-31"}


@pytest.fixture
def lifter(aero: Desk) -> dict[str, Any]:
    answer = post(aero.who, "aircraft", an_aircraft())
    return {"etag": answer["ETag"], "path": f"aircraft/{answer.json()['id']}", **answer.json()}


def etag(who: Any, path: str) -> str:
    tag: str = get(who, path)["ETag"]
    return tag


def test_a_change_keeps_what_it_does_not_name(aero: Desk, lifter: dict[str, Any]) -> None:
    answer = patch(aero.who, lifter["path"], {"mtom_kg": 120}, **{"If-Match": lifter["etag"]})

    before = {name: value for name, value in lifter.items() if name not in {"etag", "path"}}
    assert (answer.status_code, answer.json()) == (200, {**before, "mtom_kg": 120.0})
    assert answer["ETag"] == '"2"' == etag(aero.who, lifter["path"])
    assert get(aero.who, lifter["path"]).json() == answer.json()


def test_a_change_needs_the_version_that_was_read(aero: Desk, lifter: dict[str, Any]) -> None:
    for path in (lifter["path"], f"pilots/{aero.pilot.id}"):
        for answer in (patch(aero.who, path, {"name": "New"}), delete(aero.who, path)):
            assert (answer.status_code, codes(answer)) == (428, ["version_required"])


def test_of_two_who_read_the_same_the_second_is_told(aero: Desk, lifter: dict[str, Any]) -> None:
    for path in (lifter["path"], f"pilots/{aero.pilot.id}"):
        read = etag(aero.who, path)
        assert patch(aero.who, path, {"name": "First"}, **{"If-Match": read}).status_code == 200
        for second in (
            patch(aero.who, path, {"name": "Second"}, **{"If-Match": read}),
            delete(aero.who, path, **{"If-Match": read}),
        ):
            assert (second.status_code, codes(second)) == (412, ["changed_meanwhile"])
        assert get(aero.who, path).json()["name"] == "First"
        assert patch(aero.who, path, {"name": "Third"}, **{"If-Match": "*"}).status_code == 200


def test_the_signing_key_is_written_kept_and_taken_away_but_never_answered(aero: Desk, lifter: dict[str, Any]) -> None:
    stored = Aircraft.objects.get(pk=lifter["id"]).signing_key_encrypted
    kept = patch(aero.who, lifter["path"], {"name": "New"}, **{"If-Match": "*"})
    assert Aircraft.objects.get(pk=lifter["id"]).signing_key_encrypted == stored

    other = patch(aero.who, lifter["path"], {"signing_key": "7c" * 32}, **{"If-Match": "*"})
    assert Aircraft.objects.get(pk=lifter["id"]).signing_key_encrypted != stored
    gone = patch(aero.who, lifter["path"], {"signing_key": None}, **{"If-Match": "*"})

    assert [answer.json()["has_signing_key"] for answer in (kept, other, gone)] == [True, True, False]
    for answer in (kept, other, gone):
        assert KEY.lower() not in answer.content.decode().lower()
        assert "7c" * 32 not in answer.content.decode()


def test_a_renewed_insurance_is_the_same_paper_with_another_end(aero: Desk, lifter: dict[str, Any]) -> None:
    before = Paper.objects.get(aircraft=lifter["id"])

    answer = patch(aero.who, lifter["path"], {"insurance": RENEWED}, **{"If-Match": "*"})

    after = Paper.objects.get(aircraft=lifter["id"])
    assert answer.json()["insurance"] == RENEWED
    assert (after.id, after.version, str(after.valid_until)) == (before.id, 2, "2040-12-31")


def test_another_insurance_takes_the_place_of_the_one_before_and_null_of_all(
    aero: Desk, lifter: dict[str, Any]
) -> None:
    other = {**RENEWED, "policy_number": "P-2", "valid_until": "2027-12-31"}
    answer = patch(aero.who, lifter["path"], {"insurance": other}, **{"If-Match": "*"})
    assert answer.json()["insurance"] == other

    none = patch(aero.who, lifter["path"], {"insurance": None}, **{"If-Match": "*"})

    assert none.json()["insurance"] is None
    assert not Paper.objects.filter(aircraft=lifter["id"]).exists()


def test_certificates_are_replaced_as_a_list(aero: Desk) -> None:
    path = f"pilots/{aero.pilot.id}"
    (sts,) = get(aero.who, path).json()["certificates"]
    its_id = Paper.objects.get(pilot=aero.pilot).id
    wanted = [{**sts, "valid_until": "2040-01-01"}, {"kind": "A2", "number": "7", "valid_until": "2031-01-01"}]

    answer = patch(aero.who, path, {"certificates": wanted}, **{"If-Match": "*"})

    assert answer.json()["certificates"] == wanted
    assert its_id in Paper.objects.filter(pilot=aero.pilot).values_list("id", flat=True)
    assert patch(aero.who, path, {"certificates": []}, **{"If-Match": "*"}).json()["certificates"] == []


def test_faults_of_form_are_told_as_when_entering(aero: Desk, lifter: dict[str, Any]) -> None:
    body = {"mtom_kg": None, "serial_number": "MFRO5ABCDE", "colour": "red", "insurance": {}}

    answer = patch(aero.who, lifter["path"], body, **{"If-Match": "*"})

    assert answer.status_code == 400
    assert {error["field"].partition(".")[0] for error in answer.json()["errors"]} == set(body)


def test_the_serial_number_of_another_aircraft_is_refused_and_nothing_changes(
    aero: Desk, lifter: dict[str, Any]
) -> None:
    body = {"serial_number": aero.aircraft.serial_number, "insurance": None}

    answer = patch(aero.who, lifter["path"], body, **{"If-Match": "*"})

    assert (answer.status_code, codes(answer)) == (422, ["serial_number_taken"])
    assert get(aero.who, lifter["path"]).json()["insurance"] is not None


def test_who_was_never_booked_is_erased_with_all_papers(aero: Desk, lifter: dict[str, Any]) -> None:
    for path in (lifter["path"], f"pilots/{aero.pilot.id}"):
        assert delete(aero.who, path, **{"If-Match": etag(aero.who, path)}).status_code == 204
        assert get(aero.who, path).status_code == 404

    assert not Paper.objects.filter(aircraft=lifter["id"]).exists()
    assert not Pilot.objects.filter(pk=aero.pilot.pk).exists()
    assert set(Entry.objects.values_list("action", flat=True)) >= {"aircraft.erase", "pilot.erase"}


def test_who_was_booked_is_retired_and_can_be_taken_back(aero: Desk) -> None:
    booked = aero.book().json()
    for kind, one in (("aircraft", aero.aircraft), ("pilots", aero.pilot)):
        path = f"{kind}/{one.id}"
        left = delete(aero.who, path, **{"If-Match": "*"})
        assert (left.status_code, left.json()["retired_at"] is None) == (200, False)
        assert get(aero.who, kind).json()["results"] == []
        assert [row["id"] for row in get(aero.who, f"{kind}?retired=true").json()["results"]] == [str(one.id)]

    assert aero.book().status_code == 422
    assert {e["code"] for e in get(aero.who, f"bookings/{booked['id']}").json()["attention"]} == {"retired"}

    for path in (f"aircraft/{aero.aircraft.id}", f"pilots/{aero.pilot.id}"):
        assert patch(aero.who, path, {"retired": False}, **{"If-Match": "*"}).json()["retired_at"] is None
    assert get(aero.who, f"bookings/{booked['id']}").json()["attention"] == []


def test_retired_is_true_or_false(aero: Desk) -> None:
    assert get(aero.who, "aircraft?retired=yes").status_code == 400


@pytest.mark.parametrize("who", ["aero/viewer", "aero/pilot", "aero/engineer"])
def test_roles_that_only_read_change_nothing(aero: Desk, who: str) -> None:
    for path in (f"aircraft/{aero.aircraft.id}", f"pilots/{aero.pilot.id}"):
        assert patch(person(who), path, {"name": "X"}, **{"If-Match": "*"}).status_code == 403
        assert delete(person(who), path, **{"If-Match": "*"}).status_code == 403


@pytest.mark.parametrize("who", ["heavylift/admin", "range/operator", "range/manager"])
def test_for_others_there_is_nothing_to_change(aero: Desk, who: str) -> None:
    for path in (f"aircraft/{aero.aircraft.id}", f"pilots/{aero.pilot.id}"):
        assert patch(person(who), path, {"name": "X"}, **{"If-Match": "*"}).status_code == 404
        assert delete(person(who), path, **{"If-Match": "*"}).status_code == 404


def test_the_trail_names_the_fields_and_no_value(aero: Desk, lifter: dict[str, Any]) -> None:
    patch(aero.who, lifter["path"], {"signing_key": "7c" * 32, "name": "New"}, **{"If-Match": "*"})

    entry = Entry.objects.get(action="aircraft.change")
    assert (entry.subject, entry.details) == (f"aircraft:{lifter['id']}", {"fields": ["name", "signing_key"]})
