import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import IntegrityError, connection

from bookings.actions.load_site import LoadedSite, load_site
from bookings.models import Resource, Site, SiteVersion, current_site
from bookings.site_file import read_site_file
from bookings.site_file.facts import site_facts
from testcentre.accounts.models import Organisation
from testcentre.audit.models import Entry
from testcentre.foundation.errors import Malformed, Refused, Unavailable
from testcentre.foundation.models import Announcement

pytestmark = pytest.mark.django_db

SHIPPED = Path(__file__).parents[2] / "testcentre" / "sites" / "ehtw.toml"


@pytest.fixture
def site_file(tmp_path: Path) -> Callable[..., Path]:
    """Return a maker of the shipped site file with some texts replaced."""

    def make(*pairs: tuple[str, str]) -> Path:
        text = SHIPPED.read_text()
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new)
        file = tmp_path / "site.toml"
        file.write_text(text)
        return file

    return make


def keys() -> dict[str, tuple[object, int]]:
    return {resource.code: (resource.id, resource.claim_key) for resource in Resource.objects.all()}


def test_without_a_site_nothing_is_available() -> None:
    with pytest.raises(Unavailable) as refused:
        current_site()

    assert [refusal.code for refusal in refused.value.refusals] == ["no_site"]


def test_the_first_load_makes_site_resources_and_the_range() -> None:
    loaded = load_site("ehtw")

    file = read_site_file("ehtw").site
    assert (loaded.code, loaded.version, loaded.is_new_version, loaded.retired) == ("ehtw", 1, True, ())
    assert list(loaded.resources) == [resource.code for resource in file.resources]
    assert Organisation.objects.get(slug="range").kind == "range"
    assert current_site().facts == site_facts(file)


def test_what_is_read_back_are_the_facts_of_the_file() -> None:
    load_site("ehtw")

    hangar = Resource.objects.get(code="HANGAR").facts
    runway = Resource.objects.get(code="RWY-05-23").facts

    assert (hangar.capacity, hangar.setup_s, hangar.hours.within_daylight, hangar.outline) == (4, 1800, False, None)
    assert (runway.ceiling_ft_amsl, runway.clearup_s, runway.limits.min_duration_min) == (165, 300, 15)
    assert runway.outline is not None
    assert runway.outline[0] == (6.8710415, 52.2683663)


def test_every_resource_has_a_claim_key_of_its_own_and_none_of_a_place() -> None:
    load_site("ehtw")

    numbers = [claim_key for _, claim_key in keys().values()]

    assert len(set(numbers)) == len(numbers)
    assert min(numbers) >= 1000


def test_the_same_content_again_changes_nothing(site_file: Callable[..., Path]) -> None:
    load_site("ehtw")
    before = (current_site().loaded_at, Entry.objects.count(), Announcement.objects.count())

    again = load_site(site_file(("# Sources", "# Other words:")))

    assert (again.version, again.is_new_version) == (1, False)
    assert (current_site().loaded_at, Entry.objects.count(), Announcement.objects.count()) == before
    assert SiteVersion.objects.count() == 1


def test_the_exercise_is_a_new_version_with_the_same_resources() -> None:
    load_site("ehtw")
    before = keys()

    loaded = load_site("ehtw-exercise")

    site = Site.objects.get()
    assert (loaded.version, loaded.is_new_version, site.exercise, site.facts.code) == (2, True, True, "ehtw-exercise")
    assert keys() == before
    assert Resource.objects.get(code="RWY-05-23").facts.limits.lead_time_others_h == 0
    assert list(SiteVersion.objects.order_by("version").values_list("version", "code")) == [
        (1, "ehtw"),
        (2, "ehtw-exercise"),
    ]


def test_going_back_is_the_next_version() -> None:
    for name in ("ehtw", "ehtw-exercise", "ehtw"):
        loaded = load_site(name)

    assert (loaded.version, current_site().exercise) == (3, False)


def test_what_is_no_longer_named_goes_out_of_service_and_comes_back_with_its_key(
    site_file: Callable[..., Path],
) -> None:
    load_site("ehtw")
    before = keys()

    renamed = load_site(site_file(('code = "STAND-3"', 'code = "STAND-4"')))

    assert renamed.retired == ("STAND-3",)
    assert not Resource.objects.get(code="STAND-3").active
    assert keys() == before | {"STAND-4": keys()["STAND-4"]}
    assert load_site("ehtw").retired == ("STAND-4",)
    assert Resource.objects.get(code="STAND-3").active
    assert keys()["STAND-3"] == before["STAND-3"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (('icao = "EHTW"', 'icao = "EHLE"'), "icao"),
        (("longitude_deg = 6.8891667", "longitude_deg = 6.8891668"), "reference_point"),
    ],
)
def test_another_place_is_refused_and_nothing_changes(
    change: tuple[str, str], field: str, site_file: Callable[..., Path]
) -> None:
    load_site("ehtw")

    with pytest.raises(Refused) as refused:
        load_site(site_file(change))

    assert [(refusal.code, refusal.field) for refusal in refused.value.refusals] == [("other_site", field)]
    assert SiteVersion.objects.count() == 1


def test_a_file_with_faults_stores_nothing(site_file: Callable[..., Path]) -> None:
    with pytest.raises(Malformed):
        load_site(site_file(('kind = "runway"', 'kind = "railway"')))

    assert (Site.objects.count(), Resource.objects.count(), Organisation.objects.count()) == (0, 0, 0)


def test_a_new_version_is_in_the_trail_and_announced() -> None:
    load_site("ehtw")

    entry = Entry.objects.get(action="site.load")
    assert (entry.subject, entry.details["version"], entry.organisation_id) == ("site:ehtw", 1, None)
    assert Announcement.objects.get(kind="site_changed").payload == {
        "code": "ehtw",
        "name": "Twente drone test centre (EHTW)",
        "version": 1,
        "exercise": False,
    }


@pytest.mark.django_db(transaction=True)
def test_two_that_load_at_once_make_one_site_and_one_version() -> None:
    gate = threading.Barrier(2)

    def load() -> LoadedSite:
        try:
            gate.wait(10)
            return load_site("ehtw")
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        loaded = [future.result() for future in [pool.submit(load), pool.submit(load)]]

    assert sorted(one.is_new_version for one in loaded) == [False, True]
    assert list(SiteVersion.objects.values_list("version", flat=True)) == [1]


def test_the_database_keeps_a_second_site_out() -> None:
    load_site("ehtw")
    site = current_site()
    site.id = 2

    with pytest.raises(IntegrityError, match="site_is_the_only_one"):
        site.save(force_insert=True)
