import pytest
from django.test import Client

from bookings.rules.facts import Classification
from telemetry.recordings.models import AdmittedSource
from tests.people import Person, person
from tests.telemetry.admitting import confirmed, flight_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("exercise")]
PATH = "/api/v1/range/admitted-sources"
FORM = {"source": "198.51.100.7", "system_id": 201, "reason": "modem was changed"}


@pytest.fixture
def operator() -> Person:
    return person("range/operator")


def post(client: Client, who: Person, body: object, path: str = PATH) -> tuple[int, dict[str, object]]:
    answer = client.post(path, body, content_type="application/json", headers=who.headers)
    return answer.status_code, answer.json()


def test_it_is_admitted_listed_and_revoked(client: Client, operator: Person) -> None:
    flight = flight_of(confirmed("aero/booker", mavlink_system_id=201))
    status, row = post(client, operator, FORM | {"flight": str(flight.id)})
    assert (status, row) == (201, {**row, **FORM, "flight": str(flight.id), "revoked": None})
    assert str(row["until"]).startswith(f"{flight.admit_until:%Y-%m-%dT%H:%M}")
    assert post(client, operator, FORM | {"booking": str(flight.booking_id)}) == (200, row)
    assert client.get(PATH, headers=operator.headers).json() == {"results": [row], "next": None, "previous": None}
    status, gone = post(client, operator, {"reason": "wrong one"}, f"{PATH}/{row['id']}/revoke")
    assert (status, gone) == (200, row | {"revoked": gone["revoked"]})
    assert gone["revoked"]


def test_every_fault_of_form_is_named(client: Client, operator: Person) -> None:
    status, problem = post(client, operator, {"source": "198.51.100.0/24", "system_id": 0, "flight": "x", "more": 1})
    errors = problem["errors"]
    assert isinstance(errors, list)
    assert (status, {error["field"] for error in errors}) == (400, {"more", "source", "system_id", "flight", "reason"})


@pytest.mark.parametrize("source", ["fe80::1%eth0", "", "example.org", 7, None])
def test_a_source_is_one_address(client: Client, operator: Person, source: object) -> None:
    status, problem = post(client, operator, FORM | {"source": source, "flight": str(AdmittedSource().id)})
    errors = problem["errors"]
    assert isinstance(errors, list)
    assert (status, [error["field"] for error in errors]) == (400, ["source"])


def test_an_ipv4_address_in_ipv6_clothes_is_what_it_is(client: Client, operator: Person) -> None:
    flight = flight_of(confirmed("aero/booker", mavlink_system_id=201))
    status, row = post(client, operator, FORM | {"source": "::ffff:198.51.100.7", "flight": str(flight.id)})
    assert (status, row["source"]) == (201, "198.51.100.7")


def test_a_flight_and_a_booking_or_neither_is_refused(client: Client, operator: Person) -> None:
    its_id = str(AdmittedSource().id)
    assert post(client, operator, FORM)[0] == 400
    assert post(client, operator, FORM | {"flight": its_id, "booking": its_id})[0] == 400
    assert post(client, operator, FORM | {"flight": its_id})[0] == 404


def test_companies_neither_read_nor_admit(client: Client) -> None:
    flight = flight_of(confirmed("aero/booker", mavlink_system_id=201))
    assert post(client, person("aero/admin"), FORM | {"flight": str(flight.id)})[0] == 403
    assert client.get(PATH, headers=person("aero/admin").headers).status_code == 403


def test_of_a_restricted_flight_the_source_is_shown_only_to_who_needs_to_know_it(
    client: Client, operator: Person
) -> None:
    flight = flight_of(confirmed("umbra/booker", mavlink_system_id=201, classification=Classification.DEP_V))
    safety = person("range/safety")
    _, row = post(client, safety, FORM | {"flight": str(flight.id)})
    assert client.get(PATH, headers=safety.headers).json()["results"] == [row]
    hidden = {"source": None, "system_id": None, "reason": None}
    assert client.get(PATH, headers=operator.headers).json()["results"] == [row | hidden]


def test_pages_go_from_the_newest_on(client: Client, operator: Person) -> None:
    flight = flight_of(confirmed("aero/booker", mavlink_system_id=201))
    made = [post(client, operator, FORM | {"source": f"198.51.100.{n}", "flight": str(flight.id)})[1] for n in range(3)]
    first = client.get(f"{PATH}?limit=2", headers=operator.headers).json()
    rest = client.get(first["next"], headers=operator.headers).json()
    assert [*first["results"], *rest["results"]] == made[::-1]
