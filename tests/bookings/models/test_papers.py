import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from bookings.models import Paper, PaperWarning
from tests.factories import aircraft_of, pilot_of
from tests.people import Person, person

pytestmark = pytest.mark.django_db
DAY = dt.date(2027, 3, 3)


@pytest.fixture
def aero() -> Person:
    return person("aero/booker")


def refused_by(**columns: Any) -> str | None:
    """Return the name of the constraint that refuses a paper."""
    fine = {"kind": "airworthiness", "number": "1", "valid_until": DAY}
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            Paper.objects.create(**(fine | columns))
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except IntegrityError as error:
        name: str = getattr(error.__cause__, "diag").constraint_name  # noqa: B009 - psycopg's, untyped
        return name
    return None


def test_a_paper_is_of_its_own_organisations_aircraft_and_pilots(aero: Person) -> None:
    rival = person("heavylift/booker")
    ours = {"organisation_id": aero.organisation_id}

    assert refused_by(**ours, aircraft=aircraft_of(aero)) is None
    assert refused_by(**ours, pilot=pilot_of(aero)) is None
    assert refused_by(**ours, aircraft=aircraft_of(rival)) == "paper_aircraft_of_organisation"
    assert refused_by(**ours, pilot=pilot_of(rival)) == "paper_pilot_of_organisation"


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({}, None),
        ({"kind": "A1/A3"}, "paper_kind_known"),
        ({"kind": "insurance"}, "paper_cover_of_insurance"),
        ({"kind": "insurance", "cover_sdr": 0}, "paper_cover_of_insurance"),
        ({"kind": "insurance", "cover_sdr": 1}, None),
        ({"cover_sdr": 1}, "paper_cover_of_insurance"),
        ({"valid_from": DAY}, None),
        ({"valid_from": DAY + dt.timedelta(days=1)}, "paper_ends_after_start"),
    ],
)
def test_the_database_knows_what_a_paper_is(aero: Person, columns: dict[str, Any], constraint: str | None) -> None:
    assert refused_by(organisation_id=aero.organisation_id, **columns) == constraint


def test_a_paper_is_of_one_thing(aero: Person) -> None:
    both = {"aircraft": aircraft_of(aero), "pilot": pilot_of(aero)}

    assert refused_by(organisation_id=aero.organisation_id, **both) == "paper_of_one_subject"


def test_a_warning_is_given_once(aero: Person) -> None:
    paper = Paper.objects.create(
        organisation_id=aero.organisation_id, kind="airworthiness", number="1", valid_until=DAY
    )
    PaperWarning.objects.create(paper=paper, valid_until=DAY, days=30)

    with pytest.raises(IntegrityError, match="paper_warning_once"), transaction.atomic():
        PaperWarning.objects.create(paper=paper, valid_until=DAY, days=30)
