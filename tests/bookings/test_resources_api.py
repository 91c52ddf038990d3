from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIRequestFactory, force_authenticate

from bookings.actions.load_site import load_site
from bookings.api.resources import ResourcesView
from bookings.models import Resource
from bookings.site_file import read_site_file
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site() -> None:
    load_site("ehtw")


def get(path: str, who: str = "aero/viewer") -> Any:
    return Client().get(path, headers=person(who).headers)


def test_everybody_signed_in_sees_all_resources_in_the_order_of_the_file() -> None:
    for who in ("aero/viewer", "heavylift/pilot", "range/auditor"):
        body = get("/api/v1/resources", who).json()

        assert [row["code"] for row in body["results"]] == [r.code for r in read_site_file("ehtw").site.resources]
        assert (body["next"], body["previous"]) == (None, None)


def test_without_a_key_nothing_is_told() -> None:
    answer = Client().get("/api/v1/resources")

    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_resource_has_the_stated_shape() -> None:
    row = next(row for row in get("/api/v1/resources").json()["results"] if row["code"] == "HANGAR")
    always = [[{"opens_min": 0, "closes_min": 1440}]] * 7

    assert row == {
        "id": str(Resource.objects.get(code="HANGAR").id),
        "code": "HANGAR",
        "name": "Hangar bays",
        "kind": "hangar_bay",
        "capacity": 4,
        "exclusive": False,
        "hazard": "none",
        "organisation_kinds": [],
        "qualifications": [],
        "needs": [],
        "needs_officer": None,
        "geometry": None,
        "floor_ft_amsl": None,
        "ceiling_ft_amsl": None,
        "limits": {
            "min_duration_min": 30,
            "max_duration_min": 20160,
            "start_raster_min": 30,
            "horizon_days": 365,
            "lead_time_home_based_h": 3,
            "lead_time_others_h": 24,
            "setup_min": 30,
            "clearup_min": 30,
        },
        "hours": {
            "winter": always,
            "summer": always,
            "winter_holiday": always[0],
            "summer_holiday": always[0],
            "exceptions": {},
            "within_daylight": False,
        },
        "notes": "Four bays; a booking has one of them.",
    }


def test_pages_follow_each_other_without_gap_or_double() -> None:
    codes, path = [], "/api/v1/resources?limit=7"
    while path:
        body = get(path).json()
        codes += [row["code"] for row in body["results"]]
        path = body["next"]

    assert codes == list(Resource.objects.values_list("code", flat=True))
    assert len(codes) == 18


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=-1", "limit=99999999999", "cursor=garbage", "cursor=%00%ff", "cursor=eApS"]
)
def test_a_page_that_is_none_is_refused(query: str) -> None:
    assert get(f"/api/v1/resources?{query}").status_code == 400


def test_what_is_out_of_service_is_not_shown() -> None:
    Resource.objects.filter(code="STAND-2").update(active=False)

    assert "STAND-2" not in [row["code"] for row in get("/api/v1/resources").json()["results"]]
    assert "STAND-2" not in [area["code"] for area in get("/api/v1/site").json()["areas"]]


def test_a_page_costs_one_query_however_many_resources(django_assert_num_queries: Any) -> None:
    request = APIRequestFactory().get("/api/v1/resources")
    force_authenticate(request, user=person("aero/viewer").asker)  # type: ignore[arg-type]

    with django_assert_num_queries(1):
        assert len(ResourcesView.as_view()(request).data["results"]) == 18


def test_the_site_tells_what_a_map_needs() -> None:
    site = get("/api/v1/site").json()

    assert (site["code"], site["icao"], site["exercise"], site["timezone"]) == (
        "ehtw",
        "EHTW",
        False,
        "Europe/Amsterdam",
    )
    assert site["reference_point"]["geoid_undulation_m"] == 43.59
    assert site["airspace"]["geometry"]["type"] == "Polygon"
    assert site["runways"][0]["geometry"]["coordinates"][0][0] == [6.8710415, 52.2683663]
    assert {threshold["runway"]: threshold["height_ellipsoid_m"] for threshold in site["thresholds"]} == {
        "05": 73.76,
        "23": 78.33,
    }
    assert {system["runway"]: system["status"] for system in site["ils"]} == {"05": "planned", "23": "planned"}
    assert site["classifications"] == ["ongerubriceerd", "Dep.V."]
    assert {"RWY-05-23", "TEST-N", "TEST-S"} <= {area["code"] for area in site["areas"]}


def test_the_exercise_is_marked() -> None:
    load_site("ehtw-exercise")

    site = get("/api/v1/site").json()

    assert (site["exercise"], site["name"].startswith("EXERCISE"), site["version"]) == (True, True, 2)
