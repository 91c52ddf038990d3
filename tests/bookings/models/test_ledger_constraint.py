"""The constraint alone, without our code: what is written straight into the table still can't overlap."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from bookings.models import NO_OVERLAP, Booking, Claim, Crew
from tests.factories import a_booking, a_crew, load_exercise, tomorrow
from tests.people import person

pytestmark = pytest.mark.django_db

SQUARE = "((0,0),(10,0),(10,10),(0,10))"
# an L around the square's north-east corner: its bounding box overlaps the square, its area does not
L_AROUND = "((11,0),(20,0),(20,20),(0,20),(0,11),(11,11))"
FIRST = {
    "key": "[5,5]",
    "period": "[2027-03-01T10:00Z,2027-03-01T11:00Z)",
    "lanes": "{[0,1)}",
    "altitude_ft": "[100,200)",
    "area": SQUARE,
}


@pytest.fixture
def write() -> Callable[..., None]:
    load_exercise()
    ours, theirs = a_booking("aero/booker").id, a_booking("heavylift/booker", start=tomorrow(20)).id

    def insert(*, booking: UUID = theirs, active: bool = True, **changes: str) -> None:
        row = FIRST | changes
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO claim (booking_id, key, period, lanes, altitude_ft, area, active)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s)",
                [booking, *row.values(), active],
            )

    insert(booking=ours)
    return insert


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"key": "[1,9]"},
        {"period": "[2027-03-01T10:59:59Z,2027-03-01T12:00Z)"},
        {"lanes": "{(,)}"},
        {"altitude_ft": "(,101)"},
        {"area": "((9,9),(12,9),(12,12),(9,12))"},
    ],
)
def test_an_overlap_in_all_five_is_refused_by_name(write: Callable[..., None], changes: dict[str, str]) -> None:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        write(**changes)

    cause = caught.value.__cause__
    assert getattr(cause, "sqlstate", "") == "23P01"
    assert getattr(cause, "diag").constraint_name == NO_OVERLAP  # noqa: B009


@pytest.mark.parametrize(
    "changes",
    [
        {"key": "[6,6]"},
        {"period": "[2027-03-01T11:00Z,2027-03-01T12:00Z)"},
        {"lanes": "{(,0),[1,)}"},
        {"altitude_ft": "[200,300)"},
        {"area": L_AROUND},
    ],
)
def test_what_differs_in_one_of_the_five_is_let_in(write: Callable[..., None], changes: dict[str, str]) -> None:
    before = Claim.objects.count()
    write(**changes)
    assert Claim.objects.count() == before + 1


def test_what_was_given_back_no_longer_counts(write: Callable[..., None]) -> None:
    Claim.objects.update(active=False)
    write()
    write(active=False)


def test_the_database_itself_refuses_a_crew_with_another_organisations_aircraft_or_pilot() -> None:
    load_exercise()
    aero, heavylift = person("aero/booker"), person("heavylift/booker")
    booking = a_booking(aero)
    ours, theirs = a_crew(aero), a_crew(heavylift)

    def write(aircraft: UUID, pilot: UUID) -> None:
        ids = {"organisation_id": aero.organisation_id, "aircraft_id": aircraft, "pilot_id": pilot}
        Crew.objects.create(booking=booking, place=1, **ids)

    for aircraft, pilot in ((theirs[0], ours[1]), (ours[0], theirs[1])):
        with pytest.raises(IntegrityError, match="of_organisation"), transaction.atomic():
            write(aircraft, pilot)
    assert Booking.objects.get().crew.count() == 1
