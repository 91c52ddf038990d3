import csv
import io
from typing import Any

import pytest
from django.test import Client

from tests.bookings.api.client import Desk, post
from tests.bookings.api.test_fleet import KEY, an_aircraft
from tests.bookings.api.test_papers import a_paper
from tests.people import Person, person

EXPORTS = ("aircraft.csv", "pilots.csv", "papers.csv")


def rows(who: Person, name: str) -> list[dict[str, str]]:
    answer: Any = Client().get(f"/api/v1/{name}", headers={**who.headers, "Accept": "text/csv"})
    assert answer.status_code == 200, name
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode())))


def test_the_fleet_is_exported_with_its_insurance_and_without_its_secrets(aero: Desk) -> None:
    post(aero.who, "aircraft", an_aircraft(name="Aardvark"))

    first, second = rows(aero.who, "aircraft.csv")

    assert (first["name"], second["name"]) == ("Aardvark", aero.aircraft.name)
    assert (first["insured_until"], first["cover_sdr"], first["has_signing_key"]) == ("2031-12-31", "3000000.0", "true")
    assert (first["operator_number"], first["allowed_sources"]) == ("NLD87astrdge12k8", "127.0.0.1/32 2001:db8::/64")
    assert KEY.lower() not in str(first).lower()


def test_pilots_are_exported_with_their_certificates(aero: Desk) -> None:
    (row,) = rows(aero.who, "pilots.csv")

    assert row["name"] == aero.pilot.name
    assert row["certificates"].startswith("STS STS-")
    assert row["certificates"].endswith("until 2035-12-31")


def test_papers_are_exported_by_their_end(aero: Desk) -> None:
    post(aero.who, "papers", a_paper(valid_until="2026-02-01"))

    exported = rows(aero.who, "papers.csv")

    assert [row["valid_until"] for row in exported] == sorted(row["valid_until"] for row in exported)
    assert (exported[0]["subject"], exported[0]["number"]) == ("organisation", "NLD-OAT-7")
    assert int(exported[0]["days_left"]) < 0


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_formulas_in_names_are_harmless(aero: Desk, sign: str) -> None:
    formula = f'{sign}HYPERLINK("http://192.0.2.1";"x")'
    post(aero.who, "aircraft", an_aircraft(name=formula, registration="=1+1"))
    post(aero.who, "pilots", {"name": formula, "certificates": []})
    post(aero.who, "papers", a_paper(number=formula, issuer=formula))

    for name in EXPORTS:
        cells = [cell for row in rows(aero.who, name) for column, cell in row.items() if column != "days_left"]
        assert f"'{formula}" in cells
        assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []


@pytest.mark.parametrize("who", ["heavylift/admin", "range/manager"])
def test_others_get_their_own_and_nothing_of_it(aero: Desk, who: str) -> None:
    assert [rows(person(who), name) for name in EXPORTS] == [[], [], []]


@pytest.mark.parametrize("role", ["viewer", "pilot", "engineer", "booker", "admin"])
def test_every_role_of_the_company_exports(aero: Desk, role: str) -> None:
    assert [len(rows(person(f"aero/{role}"), name)) for name in EXPORTS] == [1, 1, 3]


def test_without_a_key_there_is_nothing() -> None:
    assert [Client().get(f"/api/v1/{name}").status_code for name in EXPORTS] == [401, 401, 401]
