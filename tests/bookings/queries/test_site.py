import pytest

from bookings import queries
from tests.factories import load_exercise

pytestmark = pytest.mark.django_db


def test_before_any_site_is_loaded_none_is_served() -> None:
    assert queries.served_site() is None


def test_the_loaded_site_is_served_with_its_name_and_version() -> None:
    load_exercise()
    site = queries.served_site()
    assert site is not None
    assert (site.code, site.exercise, site.version) == ("ehtw-exercise", True, 1)
    assert site.name
