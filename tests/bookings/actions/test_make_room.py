"""Room is made by who agreed to it: they keep what they asked for, and nobody moves where a plain choice existed."""

import datetime as dt
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings.actions.cancel_booking import cancel_booking
from bookings.actions.check_in import check_in
from bookings.actions.confirm_booking import confirm_booking
from bookings.actions.plan import Wish, make_plan
from bookings.actions.request_booking import request_booking, try_booking
from bookings.claims.choosing import choose
from bookings.claims.lanes import FREE_BLOCK
from bookings.claims.ledger import busy_choices
from bookings.models import Booking, Claim
from bookings.rules.facts import ResourceKind
from bookings.rules.wants import Want
from testcentre.audit.models import Entry
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Clash
from testcentre.foundation.models import Announcement
from tests.factories import a_booking, a_crew, load_exercise, tomorrow, wish_of
from tests.people import Person, person

pytestmark = pytest.mark.django_db
ANY_STAND = Want(kind=ResourceKind.STAND)
ANY_OFFICER = Want(kind=ResourceKind.SAFETY_OFFICER)
LASER_OFFICER = Want(kind=ResourceKind.SAFETY_OFFICER, qualification="laser_class_4")
DAY = tomorrow(24 * 2 + 10)
OVERLAPS = """
    SELECT count(*) FROM claim AS one JOIN claim AS two ON one.id < two.id AND one.active AND two.active
       AND one.key && two.key AND one.period && two.period AND one.lanes && two.lanes
       AND one.altitude_ft && two.altitude_ft AND one.area && two.area
"""


@pytest.fixture(autouse=True)
def _site() -> None:
    load_exercise()


@pytest.fixture
def aero() -> Person:
    return person("aero/booker")


def had(booking: Booking) -> list[str]:
    return [booked.resource.code for booked in booking.booked_resources.all()]


def overlaps() -> int:
    with connection.cursor() as cursor:
        cursor.execute(OVERLAPS)
        return int(cursor.fetchone()[0])


def moved() -> int:
    return Entry.objects.filter(action="booking.rechoose").count()


def test_who_agreed_is_given_another_one_and_told(aero: Person) -> None:
    agreed = a_booking("heavylift/booker", start=DAY, resources=(ANY_STAND,), may_rechoose=True)
    before = Booking.objects.get(pk=agreed.pk)
    wish = wish_of(aero, start=DAY, resources=("STAND-1",))
    assert had(agreed) == ["STAND-1"]
    assert try_booking(aero.asker, wish, now=utc_now()).refusals == ()
    assert had(Booking.objects.get(pk=agreed.pk)) == ["STAND-1"]

    booking = request_booking(aero.asker, wish, now=utc_now())

    after = Booking.objects.get(pk=agreed.pk)
    assert (had(booking), had(after)) == (["STAND-1"], ["STAND-2"])
    assert (after.version, after.start, after.state) == (before.version + 1, before.start, before.state)
    assert after.reason == "The range gave it another stand, to make room."
    assert Announcement.objects.filter(kind="booking_changed", payload__booking=str(after.id)).count() == 1
    assert (overlaps(), moved()) == (0, 1)


def test_who_did_not_agree_stays(aero: Person) -> None:
    a_booking("heavylift/booker", start=DAY, resources=(ANY_STAND,))

    with pytest.raises(Clash):
        a_booking(aero, start=DAY, resources=("STAND-1",))


def test_who_named_it_keeps_it_whatever_they_agreed_to(aero: Person) -> None:
    a_booking("heavylift/booker", start=DAY, resources=("STAND-1",), may_rechoose=True)

    with pytest.raises(Clash):
        a_booking(aero, start=DAY, resources=("STAND-1",))


def test_nobody_is_moved_within_the_notice_or_after_check_in(aero: Person) -> None:
    soon = utc_now().replace(second=0, microsecond=0) + dt.timedelta(hours=23)
    a_booking("heavylift/booker", start=soon, resources=(ANY_STAND,), may_rechoose=True)
    with pytest.raises(Clash):
        a_booking(aero, start=soon, resources=("STAND-1",))

    there = a_booking("heavylift/booker", start=DAY, resources=(ANY_STAND,), may_rechoose=True)
    confirm_booking(person("range/operator").asker, there.id, now=utc_now())
    check_in(person("heavylift/booker").asker, there.id, now=DAY - dt.timedelta(minutes=30))
    with pytest.raises(Clash):
        a_booking(aero, start=DAY, resources=("STAND-1",))


def test_nobody_is_moved_by_moving_a_third(aero: Person) -> None:
    for _ in range(3):
        a_booking("heavylift/booker", start=DAY, resources=(ANY_STAND,), may_rechoose=True)

    with pytest.raises(Clash):
        a_booking(aero, start=DAY, resources=("STAND-1",))


def test_a_qualified_officer_is_freed_by_giving_the_other_a_plain_one(aero: Person) -> None:
    plain = [a_booking("heavylift/booker", start=DAY, resources=("SAFETY-OFFICER",)) for _ in range(2)]
    third = a_booking("heavylift/booker", start=DAY, resources=(ANY_OFFICER,), may_rechoose=True)
    assert had(third) == ["LASER-OFFICER"]
    cancel_booking(person("heavylift/booker").asker, plain[0].id, now=utc_now())

    booking = a_booking(aero, start=DAY, resources=(LASER_OFFICER,))

    assert had(booking) == ["LASER-OFFICER"]
    assert had(Booking.objects.get(pk=third.pk)) == ["SAFETY-OFFICER"]
    assert overlaps() == 0


wants = st.sampled_from(
    [
        "STAND-1",
        "STAND-2",
        "HANGAR",
        ANY_STAND,
        ANY_OFFICER,
        LASER_OFFICER,
        Want(kind=ResourceKind.STAND, before_min=60),
    ]
)
asked = st.tuples(st.lists(wants, min_size=1, max_size=2, unique=True), st.integers(0, 4), st.booleans())


@pytest.fixture
def crews(aero: Person) -> list[tuple[UUID, UUID]]:
    return [a_crew(aero) for _ in range(6)]


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(asks=st.lists(asked, min_size=3, max_size=6))
def test_nothing_overlaps_the_moved_keep_what_they_asked_for_and_trials_agree(
    aero: Person, crews: list[tuple[UUID, UUID]], asks: list[tuple[list[str | Want], int, bool]]
) -> None:
    with transaction.atomic():
        for crew, (resources, hour, agrees) in zip(crews, asks, strict=False):
            start = DAY + dt.timedelta(minutes=30 * hour)
            wish = wish_of(aero, crew=(crew,), start=start, resources=tuple(resources), may_rechoose=agrees)
            ask_and_look(aero, wish)
        look_at_what_they_have()
        transaction.set_rollback(True)


def ask_and_look(who: Person, wish: Wish) -> None:
    """Ask for it as a trial and for good: both say the same, and nobody moves where a plain choice existed."""
    before = moved()
    needs = make_plan(who.asker, wish, block=FREE_BLOCK, now=utc_now()).needs
    plain = choose(needs, busy_choices(needs, [wish.slot])[0], rank=lambda *_: 0)
    trial = try_booking(who.asker, wish, now=utc_now())
    try:
        request_booking(who.asker, wish, now=utc_now())
    except Clash:
        assert trial.refusals
        return
    assert trial.refusals == ()
    assert moved() - before <= 3
    assert None in plain or moved() == before
    assert overlaps() == 0


def look_at_what_they_have() -> None:
    for booking in Booking.objects.prefetch_related("booked_resources__resource"):
        for booked in booking.booked_resources.all():
            want = booked.want
            assert booked.resource.code == want.get("code", booked.resource.code)
            assert booked.resource.kind == want.get("kind", booked.resource.kind)
            assert set(filter(None, [want.get("qualification")])) <= set(booked.resource.qualifications)
            claims = Claim.objects.filter(booking=booking, active=True, key__contains=booked.resource.claim_key)
            assert claims.filter(period__contains=(booked.start, booked.end)).exists()
