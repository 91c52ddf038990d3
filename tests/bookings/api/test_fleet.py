import json
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.conf import settings

from bookings.models import Aircraft
from tests.bookings.api.client import Desk, codes, get, post
from tests.people import person

KEY = "6B" * 32


def an_aircraft(**changes: Any) -> dict[str, Any]:
    body = {
        "name": "Lifter One",
        "kind": "multirotor",
        "registration": "PH-LFT",
        "serial_number": "TESTC123456789ABC",
        "operator_number": "NLD87astrdge12k8-xyz",
        "mtom_kg": 100,
        "payload_kg": 75,
        "max_speed_m_s": 15,
        "characteristic_dimension_m": 4.5,
        "endurance_min": 60,
        "lost_link_procedure": "hold 30 s,\nthen land",
        "insurance": {"insurer": "Onderlinge", "policy_number": "P-1", "cover_sdr": 3e6, "valid_until": "2031-12-31"},
        "mavlink_system_id": 7,
        "signing_key": KEY,
        "allowed_sources": ["127.0.0.1/32", "2001:db8::1/64"],
        "class_label": "C6",
        "span_m": 6.5,
    }
    return {name: value for name, value in (body | changes).items() if value is not ...}


def test_an_aircraft_is_answered_as_entered_without_its_secrets(aero: Desk) -> None:
    answer = post(aero.who, "aircraft", an_aircraft())

    shown = answer.json()
    assert answer.status_code == 201, shown
    assert shown == an_aircraft(
        id=shown["id"],
        operator_number="NLD87astrdge12k8",
        signing_key=...,
        has_signing_key=True,
        retired_at=None,
        allowed_sources=["127.0.0.1/32", "2001:db8::/64"],
    )
    assert get(aero.who, f"aircraft/{shown['id']}").json() == shown
    for answered in (answer, get(aero.who, "aircraft"), get(aero.who, f"aircraft/{shown['id']}")):
        assert KEY.lower() not in answered.content.decode().lower()
        assert "xyz" not in answered.content.decode()


def test_the_signing_key_rests_encrypted_as_the_gateway_reads_it(aero: Desk) -> None:
    its_id = post(aero.who, "aircraft", an_aircraft()).json()["id"]

    stored = Aircraft.objects.get(pk=its_id).signing_key_encrypted
    assert stored is not None
    assert Fernet(settings.KEYS_KEY).decrypt(stored.encode()).decode() == KEY.lower()


def test_optional_fields_may_be_absent_or_null(aero: Desk) -> None:
    optional = (
        "registration",
        "operator_number",
        "class_label",
        "span_m",
        "payload_kg",
        "endurance_min",
        "insurance",
        "signing_key",
        "allowed_sources",
    )
    absent = post(aero.who, "aircraft", an_aircraft(**dict.fromkeys(optional, ...)))
    null = post(aero.who, "aircraft", an_aircraft(serial_number="TESTC000000000001", **dict.fromkeys(optional)))

    assert (absent.status_code, null.status_code) == (201, 201)
    assert null.json()["has_signing_key"] is False


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("kind", "rotary", "not_a_choice"),
        ("class_label", "C7", "not_a_choice"),
        ("span_m", 0, "invalid"),
        ("retired", False, "unknown_field"),
        ("serial_number", "MFRO5ABCDE", "serial_number_not_valid"),
        ("operator_number", "NLD87astrdge12k8-xyy", "operator_number_not_valid"),
        ("mtom_kg", "100", "invalid"),
        ("mtom_kg", True, "invalid"),
        ("mtom_kg", 10**29, "invalid"),
        ("mtom_kg", 0, "invalid"),
        ("mtom_kg", None, "required"),
        ("name", "", "invalid"),
        ("name", "x" * 121, "invalid"),
        ("name", "two\nlines", "invalid"),
        ("name", ["a list"], "invalid"),
        ("mavlink_system_id", 256, "invalid"),
        ("mavlink_system_id", 7.5, "invalid"),
        ("signing_key", "6b" * 31, "invalid"),
        ("allowed_sources", ["10.0.0.0/23"], "source_too_wide"),
        ("allowed_sources", ["2001:db8::/55"], "source_too_wide"),
        ("allowed_sources", ["localhost"], "invalid"),
        ("allowed_sources", "127.0.0.1/32", "invalid"),
        ("allowed_sources", ["127.0.0.1/32"] * 17, "invalid"),
        ("insurance", [], "invalid"),
        ("insurance", {}, "required"),
        ("colour", "red", "unknown_field"),
    ],
)
def test_a_fault_of_form_names_its_field(aero: Desk, field: str, value: object, code: str) -> None:
    answer = post(aero.who, "aircraft", an_aircraft(**{field: value}))

    assert (answer.status_code, codes(answer)) == (400, [code])
    assert all(error["field"].startswith(field) for error in answer.json()["errors"])


def test_a_choice_is_told_as_one_of(aero: Desk) -> None:
    assert "one of" in json.dumps(post(aero.who, "aircraft", an_aircraft(kind="rotary")).json())


def test_the_same_serial_number_twice_is_refused_within_an_organisation_only(aero: Desk, heavylift: Desk) -> None:
    post(aero.who, "aircraft", an_aircraft())
    twice = post(aero.who, "aircraft", an_aircraft())

    assert (twice.status_code, codes(twice)) == (422, ["serial_number_taken"])
    assert post(heavylift.who, "aircraft", an_aircraft()).status_code == 201


def test_a_pilot_is_answered_as_entered(aero: Desk) -> None:
    body = {
        "name": "Pilot One",
        "remote_pilot_id": "NLD-RP-1",
        "certificates": [{"kind": "STS", "number": "STS-1", "valid_until": "2031-12-31"}],
    }
    answer = post(aero.who, "pilots", body)

    assert answer.status_code == 201
    assert answer.json() == {"id": answer.json()["id"], **body, "retired_at": None}
    assert get(aero.who, f"pilots/{answer.json()['id']}").json() == answer.json()


def test_further_fields_of_a_certificate_are_not_kept(aero: Desk) -> None:
    proof = {"kind": "STS", "number": "STS-1", "valid_until": "2031-12-31"}

    answer = post(aero.who, "pilots", {"name": "Pilot", "certificates": [{**proof, "expires_on": "2031-12-31"}]})

    assert (answer.status_code, answer.json()["certificates"]) == (201, [proof])


@pytest.mark.parametrize("value", ["2027-02-29", "27-01-01", "2027-1-1", 20270101, "1999-01-01", "2027-W01-1", None])
def test_a_certificate_needs_a_real_date(aero: Desk, value: object) -> None:
    body = {"name": "Pilot", "certificates": [{"kind": "STS", "number": "1", "valid_until": value}]}

    assert post(aero.who, "pilots", body).status_code == 400


@pytest.mark.parametrize("who", ["aero/viewer", "aero/pilot", "aero/engineer", "range/operator"])
def test_only_booker_and_admin_write_the_fleet(who: str) -> None:
    assert post(person(who), "aircraft", an_aircraft()).status_code == 403
    assert post(person(who), "pilots", {"name": "Pilot"}).status_code == 403


def test_the_fleet_is_paged_by_name(aero: Desk) -> None:
    for number, name in enumerate(("B", "A", "C")):
        post(aero.who, "aircraft", an_aircraft(name=name, serial_number=f"TESTC00000000000{number}"))
    first = get(aero.who, "aircraft?limit=2").json()
    second = get(aero.who, first["next"].removeprefix("/api/v1/")).json()

    assert [row["name"] for row in first["results"] + second["results"]] == ["A", "B", "C", aero.aircraft.name]
    assert second["next"] is None
