"""Closures: bookings in the way are displaced with a whole alternative held, what is airborne is left alone."""

import datetime as dt
from itertools import pairwise

import pytest
from django.db import IntegrityError, connection, transaction

from bookings.actions.close_resources import Closed, WantedClosure, close_resources, preview_closure
from bookings.actions.confirm_booking import confirm_booking
from bookings.actions.join_waiting_list import join_waiting_list
from bookings.actions.lift_closure import lift_closure
from bookings.actions.request_booking import request_booking, try_booking
from bookings.actions.submit_booking import submit_booking
from bookings.actions.waiting_wishes import Waited
from bookings.models import Booking, Claim, Closure, ClosureCause, Resource, WaitingEntry
from bookings.queries.prices import newest_price
from bookings.rules.facts import ResourceKind
from bookings.rules.wants import Want
from telemetry.recordings.models import Flight
from testcentre.accounts.roles import ROLE_PERMISSIONS, Permission, Role
from testcentre.audit.models import Entry
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Clash, Conflict, Forbidden, Refused
from testcentre.foundation.models import Announcement
from tests.factories import a_booking, load_exercise, square, tomorrow, volume, wish_of
from tests.people import Person, person

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
RUNWAY = ("RWY-05-23",)


@pytest.fixture(autouse=True)
def _site() -> None:
    load_exercise()


@pytest.fixture
def aero() -> Person:
    return person("aero/booker")


@pytest.fixture
def manager() -> Person:
    return person("range/manager")


def wanted(
    *codes: str, start: dt.datetime | None = None, hours: float = 4, cause: str = "maintenance", reason: str = ""
) -> WantedClosure:
    begins = start or tomorrow(9)
    return WantedClosure(
        codes=codes or RUNWAY, period=(begins, begins + hours * HOUR), cause=ClosureCause(cause), reason=reason
    )


def close(who: Person, what: WantedClosure, *, now: dt.datetime | None = None) -> Closed:
    return close_resources(who.asker, what, now=now or utc_now())


def codes(error: Refused | Conflict | Clash) -> list[str]:
    return [refusal.code for refusal in error.refusals]


def test_a_booking_in_the_way_is_displaced_and_its_whole_set_held_elsewhere(aero: Person, manager: Person) -> None:
    booking = a_booking(aero, resources=(*RUNWAY, "HANGAR"), volumes=(volume(),))
    now = utc_now()

    (one,) = close(manager, wanted(), now=now).displaced

    booking.refresh_from_db()
    held = one.alternative
    assert held is not None
    assert (booking.state, held.state, held.replaces_id) == ("displaced", "held", booking.id)
    assert (held.hold_until, held.end - held.start) == (min(now + 48 * HOUR, held.start), booking.end - booking.start)
    assert [booked.resource.code for booked in held.booked_resources.all()] == ["RWY-05-23", "HANGAR"]
    assert held.end <= tomorrow(9) or held.start >= tomorrow(13)
    assert "(maintenance)" in booking.reason
    assert "AERO-2" in booking.reason
    assert not Claim.objects.filter(booking=booking, active=True).exists()


def test_nobody_books_what_is_closed_and_reads_the_same_as_of_a_rival(aero: Person, manager: Person) -> None:
    close(manager, wanted())

    with pytest.raises(Clash) as caught:
        request_booking(aero.asker, wish_of(aero, resources=RUNWAY), now=utc_now())

    assert codes(caught.value) == ["resource_busy"]
    assert caught.value.alternatives


def test_the_alternative_is_taken_at_the_old_terms_and_costs_no_fee(aero: Person, manager: Person) -> None:
    booking = a_booking(aero, resources=RUNWAY)
    (one,) = close(manager, wanted()).displaced
    assert one.alternative is not None

    price, before = newest_price(one.alternative), newest_price(booking)
    assert price is not None
    assert before is not None
    assert (price.total, price.site_version, before.due) == (before.total, before.site_version, False)
    assert submit_booking(aero.asker, one.alternative.id, now=utc_now()).state == "requested"


def test_no_two_displaced_bookings_are_offered_the_same(aero: Person, manager: Person) -> None:
    for hour in (9, 10, 11):
        a_booking("heavylift/booker", start=tomorrow(hour), resources=RUNWAY)
        a_booking(aero, start=tomorrow(hour + 0.7), minutes=10, resources=RUNWAY)

    displaced = close(manager, wanted()).displaced

    slots = sorted((one.alternative.start, one.alternative.end) for one in displaced if one.alternative)
    assert len(slots) == 6
    assert all(before[1] <= after[0] for before, after in pairwise(slots))


def test_any_of_a_kind_stays_in_its_slot_with_another_one(aero: Person, manager: Person) -> None:
    booking = a_booking(aero, resources=(Want(kind=ResourceKind.STAND),))

    (one,) = close(manager, wanted("STAND-1")).displaced

    assert one.alternative is not None
    assert (one.alternative.start, one.resources) == (booking.start, ("STAND-2",))


def test_a_preview_says_what_closing_does_and_stores_nothing(aero: Person, manager: Person) -> None:
    booking = a_booking(aero, resources=RUNWAY)
    told = Announcement.objects.count(), Entry.objects.count()

    preview = preview_closure(manager.asker, wanted(), now=utc_now())

    booking.refresh_from_db()
    assert (booking.state, Closure.objects.count(), Booking.objects.count()) == ("requested", 0, 1)
    assert (Announcement.objects.count(), Entry.objects.count()) == told
    real = close(manager, wanted())
    for one, other in zip(preview.displaced, real.displaced, strict=True):
        assert one.alternative is not None
        assert other.alternative is not None
        assert (one.alternative.start, one.resources) == (other.alternative.start, other.resources)


def test_without_a_free_slot_in_reach_it_is_told_and_nothing_is_held(aero: Person, manager: Person) -> None:
    a_booking(aero, resources=RUNWAY)
    now = utc_now()

    (one,) = close(manager, wanted(start=now, hours=24 * 40), now=now).displaced

    assert (one.outcome, one.alternative) == ("none", None)
    assert Announcement.objects.filter(kind="booking_displaced").count() == 1


def test_what_is_airborne_can_not_be_displaced(aero: Person, manager: Person) -> None:
    flying, other = a_booking(aero, resources=RUNWAY), a_booking(aero, start=tomorrow(11), resources=RUNWAY)
    Booking.objects.filter(pk=flying.pk).update(state="active")

    with pytest.raises(Conflict) as caught:
        close(manager, wanted())

    assert codes(caught.value) == ["airborne"]
    other.refresh_from_db()
    assert other.state == "requested"
    later = close(manager, wanted(start=flying.end + dt.timedelta(minutes=5)))
    assert [one.booking.id for one in later.displaced] == [other.id]


def test_a_displaced_flight_ends(aero: Person, manager: Person) -> None:
    booking = confirm_booking(person("range/operator").asker, a_booking(aero, resources=RUNWAY).id, now=utc_now())

    close(manager, wanted())

    assert Flight.objects.get(booking_id=booking.id).phase in {"ended", "sealed"}


def test_a_closed_test_area_closes_the_air_in_it(aero: Person, manager: Person) -> None:
    area = Resource.objects.get(code="TEST-N")
    ring = tuple((corner[0], corner[1]) for corner in area.geometry["coordinates"][0])
    middle = sum(corner[0] for corner in ring[:-1]) / (len(ring) - 1), sum(c[1] for c in ring[:-1]) / (len(ring) - 1)
    small = tuple((middle[0] + (c[0] - middle[0]) / 10, middle[1] + (c[1] - middle[1]) / 10) for c in ring)
    inside = a_booking(aero, volumes=(volume(small),))
    a_booking(aero, volumes=(volume(square(side_km=0.1)),))

    displaced = close(manager, wanted("TEST-N")).displaced

    assert [one.booking.id for one in displaced] == [inside.id]


def test_a_closed_hazard_keeps_away_its_use_and_nobody_who_shares_it(aero: Person, manager: Person) -> None:
    shares = a_booking(aero)

    assert close(manager, wanted("GNSS-BAND")).displaced == []

    shares.refresh_from_db()
    assert shares.state == "requested"
    jamming = try_booking(aero.asker, wish_of(aero, start=tomorrow(12), resources=("GNSS-BAND",)), now=utc_now())
    assert "resource_busy" in [refusal.code for refusal in jamming.refusals]


def test_lifting_offers_what_is_free_to_who_waits(aero: Person, manager: Person) -> None:
    closure = close(manager, wanted()).closure
    entry = join_waiting_list(aero.asker, Waited(wish=wish_of(aero, resources=RUNWAY)), now=utc_now())

    lift_closure(manager.asker, closure.id, now=utc_now())

    assert WaitingEntry.objects.get(pk=entry.pk).state == "offered"
    with pytest.raises(Conflict) as caught:
        lift_closure(manager.asker, closure.id, now=utc_now())
    assert codes(caught.value) == ["not_closed"]


def test_a_displaced_offer_puts_its_entry_back_at_its_place(aero: Person, manager: Person) -> None:
    closure = close(manager, wanted(hours=2)).closure
    entry = join_waiting_list(aero.asker, Waited(wish=wish_of(aero, resources=RUNWAY)), now=utc_now())
    lift_closure(manager.asker, closure.id, now=utc_now())

    (one,) = close(manager, wanted()).displaced

    again = WaitingEntry.objects.get(pk=entry.pk)
    assert (one.outcome, again.state, again.place, again.let_go) == ("back_in_line", "waiting", entry.place, [])


def test_what_is_closed_is_not_closed_again(manager: Person) -> None:
    close(manager, wanted())

    with pytest.raises(Clash) as caught:
        close(manager, wanted("RWY-05-23", "STAND-1", start=tomorrow(12)))

    assert codes(caught.value) == ["already_closed"]
    assert close(manager, wanted(start=tomorrow(13))).displaced == []


@pytest.mark.parametrize(
    ("cause", "roles"),
    [
        ("maintenance", {"operator", "manager"}),
        ("weather", {"operator", "duty_officer", "manager"}),
        ("notam", {"operator", "duty_officer", "manager"}),
        ("military", {"manager"}),
        ("medical", {"manager"}),
    ],
)
def test_each_cause_has_its_roles(cause: str, roles: set[str]) -> None:
    able = set()
    for role in (role for role in Role if Permission.WATCH_RANGE in ROLE_PERMISSIONS[role]):
        try:
            preview_closure(person(f"range/{role}").asker, wanted(cause=cause, reason="needed"), now=utc_now())
        except Forbidden:
            continue
        able.add(str(role))
    assert able == roles


def test_priority_needs_a_reason_that_the_company_does_not_read(aero: Person, manager: Person) -> None:
    booking = a_booking(aero, resources=RUNWAY)
    with pytest.raises(Refused) as caught:
        close(manager, wanted(cause="medical"))
    assert codes(caught.value) == ["reason_required"]

    close(manager, wanted(cause="medical", reason="air ambulance of MST"))

    booking.refresh_from_db()
    assert "by priority" in booking.reason
    assert "MST" not in booking.reason
    assert "medical" not in booking.reason


def test_the_database_itself_refuses_claims_without_one_owner(aero: Person, manager: Person) -> None:
    booking, closure = a_booking(aero), close(manager, wanted("STAND-3")).closure

    for owners in ((None, None), (booking.id, closure.id)):
        with (
            pytest.raises(IntegrityError, match="claim_has_one_owner"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                "INSERT INTO claim (booking_id, closure_id, key, period, lanes, altitude_ft, area, active)"
                " VALUES (%s, %s, '[7,7]', '[2027-03-01,2027-03-02)', '{(,)}', '(,)', '((0,0),(1,0),(1,1))', true)",
                owners,
            )
