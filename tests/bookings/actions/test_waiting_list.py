"""The waiting list: the first in line whose whole set is complete is offered it by the transaction that frees it."""

import datetime as dt
from dataclasses import replace

import pytest

from bookings.actions import offer_freed
from bookings.actions.cancel_booking import cancel_booking
from bookings.actions.change_booking import change_booking
from bookings.actions.join_waiting_list import join_waiting_list
from bookings.actions.leave_waiting_list import leave_waiting_list
from bookings.actions.overdue import look_at_time
from bookings.actions.release_booking import release_booking
from bookings.actions.request_booking import request_booking
from bookings.actions.submit_booking import submit_booking
from bookings.actions.waiting_wishes import Flexible, Waited
from bookings.models import Aircraft, Booking, Claim, WaitingEntry
from bookings.rules.facts import ResourceKind
from bookings.rules.wants import Want
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Clash, Conflict, Malformed, NotFound, Refused
from testcentre.foundation.models import Announcement
from tests.factories import a_booking, a_crew, load_exercise, square, tomorrow, volume, wish_of
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
def heavylift() -> Person:
    return person("heavylift/booker")


def wait(
    who: Person, *, flexible: Flexible | None = None, now: dt.datetime | None = None, **wish: object
) -> WaitingEntry:
    wish.setdefault("resources", RUNWAY)
    return join_waiting_list(who.asker, Waited(wish=wish_of(who, **wish), flexible=flexible), now=now or utc_now())


def cancel(who: Person, booking: Booking, *, now: dt.datetime | None = None) -> None:
    cancel_booking(who.asker, booking.id, now=now or utc_now())


def offer_to(entry: WaitingEntry) -> Booking:
    entry.refresh_from_db()
    assert entry.state == "offered", (entry.state, entry.reason)
    assert entry.offer is not None
    return entry.offer


def state_of(entry: WaitingEntry) -> str:
    entry.refresh_from_db()
    return str(entry.state)


def codes(error: Refused) -> list[str]:
    return [refusal.code for refusal in error.refusals]


def test_what_is_cancelled_is_held_for_the_first_who_waits(aero: Person, heavylift: Person) -> None:
    taken = a_booking(heavylift, resources=RUNWAY)
    entry = wait(aero)
    now = utc_now()

    cancel(heavylift, taken, now=now)

    offer = offer_to(entry)
    assert (offer.state, offer.organisation_id, offer.start) == ("held", aero.organisation_id, taken.start)
    assert (offer.hold_until, offer.offered) == (now + 4 * HOUR, True)
    assert Claim.objects.filter(booking=offer, active=True).exists()
    assert Announcement.objects.filter(kind="booking_offered", payload__booking=str(offer.id)).count() == 1


def test_the_order_is_that_of_joining_whoever_it_is(aero: Person, heavylift: Person) -> None:
    taken = a_booking(aero, resources=RUNWAY)
    entries = [wait(who) for who in (heavylift, aero, heavylift)]

    cancel(aero, taken)

    assert [state_of(entry) for entry in entries] == ["offered", "waiting", "waiting"]


def test_who_still_lacks_a_part_holds_nothing_and_the_next_is_served(aero: Person, heavylift: Person) -> None:
    runway, stand = a_booking(heavylift, resources=RUNWAY), a_booking(heavylift, resources=("STAND-1",))
    both = wait(aero, resources=(*RUNWAY, "STAND-1"))
    after = wait(aero)

    cancel(heavylift, runway)
    assert [state_of(both), state_of(after)] == ["waiting", "offered"]
    assert not Claim.objects.filter(booking__organisation_id=aero.organisation_id, active=True).exclude(
        booking=offer_to(after)
    )
    cancel(heavylift, stand)
    assert state_of(both) == "waiting"
    cancel(aero, offer_to(after))
    assert state_of(both) == "offered"


def test_one_cancellation_serves_as_many_as_it_frees_room_for(aero: Person, heavylift: Person) -> None:
    taken = a_booking(heavylift, minutes=120, resources=RUNWAY)
    first = wait(aero, start=taken.start)
    second = wait(aero, start=taken.start + HOUR)
    third = wait(aero, start=taken.start + HOUR)

    cancel(heavylift, taken)

    assert [state_of(entry) for entry in (first, second, third)] == ["offered", "offered", "waiting"]


def test_what_another_volume_frees_is_offered_too(aero: Person, heavylift: Person) -> None:
    taken = a_booking(heavylift, volumes=(volume(),))
    entry = wait(aero, resources=(), volumes=(volume(square(side_km=0.1)),))

    cancel(heavylift, taken)

    assert state_of(entry) == "offered"


def test_a_newcomer_does_not_get_what_a_lapsed_hold_frees_in_the_very_request(aero: Person, heavylift: Person) -> None:
    now = utc_now()
    held = request_booking(
        heavylift.asker, wish_of(heavylift, start=tomorrow(24 * 5), resources=RUNWAY), now=now, hold=True
    )
    entry = wait(aero, start=held.start)
    newcomer = person("heavylift/booker")
    wish = wish_of(newcomer, start=held.start, resources=RUNWAY)

    with pytest.raises(Clash):
        request_booking(newcomer.asker, wish, now=now + 49 * HOUR)
    # the refused request is undone, what it ended with it; beat does it for good
    look_at_time(now=now + 49 * HOUR)

    assert state_of(entry) == "offered"


def test_an_offer_that_is_submitted_is_taken(aero: Person, heavylift: Person) -> None:
    taken = a_booking(heavylift, resources=RUNWAY)
    entry = wait(aero)
    cancel(heavylift, taken)

    booking = submit_booking(aero.asker, offer_to(entry).id, now=utc_now())

    assert (booking.state, state_of(entry)) == ("requested", "taken")


def test_a_lapsed_offer_goes_to_the_next_and_is_not_made_again(aero: Person, heavylift: Person) -> None:
    now = utc_now()
    taken = a_booking(heavylift, start=tomorrow(24 * 3), resources=RUNWAY)
    first, second = wait(aero, start=taken.start), wait(heavylift, start=taken.start)
    cancel(heavylift, taken, now=now)

    look_at_time(now=now + 5 * HOUR)
    assert [state_of(first), state_of(second)] == ["expired", "offered"]
    assert first.reason == "its only slot was offered and let go"
    look_at_time(now=now + 10 * HOUR)
    assert state_of(second) == "expired"


def test_who_lets_offers_lapse_so_often_goes_to_the_end_of_the_line(aero: Person, heavylift: Person) -> None:
    now = utc_now()
    day = tomorrow(24 * 2 + 10)
    taken = a_booking(heavylift, start=day, minutes=600, resources=RUNWAY)
    first = wait(aero, start=day, flexible=Flexible(period=(taken.start, taken.end)))
    last = wait(heavylift, start=day + 9 * HOUR)
    cancel(heavylift, taken, now=now)
    slots = [offer_to(first).start]

    look_at_time(now=now + 4 * HOUR)
    slots.append(offer_to(first).start)
    assert (first.offers_missed, first.place < last.place) == (1, True)
    look_at_time(now=now + 8 * HOUR)

    assert slots == [day, day + HOUR / 2]
    first.refresh_from_db()
    assert (first.offers_missed, first.place > last.place) == (0, True)


def test_declining_costs_no_place_but_the_slot(aero: Person, heavylift: Person) -> None:
    taken = a_booking(heavylift, minutes=60, resources=RUNWAY)
    flexible = Flexible(period=(taken.start, taken.end + 48 * HOUR), earliest=dt.time(0), latest=dt.time.max)
    other = a_booking(heavylift, start=taken.end + HOUR / 12, minutes=1400, resources=RUNWAY)
    third = a_booking(heavylift, start=other.end + HOUR / 12, minutes=1440, resources=RUNWAY)
    entry = wait(aero, start=taken.start, minutes=50, flexible=flexible)
    place = entry.place

    cancel(heavylift, taken)
    cancel(aero, offer_to(entry))

    assert (state_of(entry), entry.place, entry.offers_missed) == ("waiting", place, 0)
    cancel(heavylift, third)
    assert offer_to(entry).start >= other.end


def test_who_would_do_with_another_slot_is_offered_the_nearest(aero: Person, heavylift: Person) -> None:
    near = a_booking(heavylift, start=tomorrow(10), minutes=240, resources=RUNWAY)
    flexible = Flexible(period=(tomorrow(10), tomorrow(14)))
    entry = wait(aero, start=tomorrow(12), flexible=flexible)

    cancel(heavylift, near)

    assert offer_to(entry).start == tomorrow(12)


def test_a_change_that_shrinks_and_an_early_release_are_offered(aero: Person, heavylift: Person) -> None:
    taken = a_booking(heavylift, minutes=120, resources=RUNWAY)
    entry = wait(aero, start=taken.start + HOUR)
    change_booking(
        heavylift.asker, taken.id, lambda wish: replace(wish, end=wish.start + HOUR / 2), now=utc_now(), version=None
    )
    assert state_of(entry) == "offered"

    now = utc_now().replace(second=0, microsecond=0)
    flying = a_booking(heavylift, start=now + dt.timedelta(minutes=5), minutes=240, resources=("STAND-1",))
    after = wait(aero, start=now + 2 * HOUR, resources=("STAND-1",))
    Booking.objects.filter(pk=flying.pk).update(state="active")
    release_booking(heavylift.asker, flying.id, now=now + HOUR)
    assert state_of(after) == "offered"


def test_an_entry_whose_aircraft_is_retired_is_set_aside_and_the_next_is_served(
    aero: Person, heavylift: Person
) -> None:
    taken = a_booking(heavylift, resources=RUNWAY)
    crew = a_crew(aero)
    entry, after = wait(aero, crew=(crew,)), wait(aero)
    Aircraft.objects.filter(pk=crew[0]).update(retired_at=utc_now())

    cancel(heavylift, taken)

    assert [state_of(entry), state_of(after)] == ["set_aside", "offered"]
    assert "is retired" in entry.reason


@pytest.mark.parametrize("kept", [{"resources": ["NO-SUCH"]}, {"crew": []}, {"start": 7}])
def test_a_wish_that_can_not_be_read_any_more_does_not_stop_the_action(
    aero: Person, heavylift: Person, kept: dict[str, object]
) -> None:
    taken = a_booking(heavylift, resources=RUNWAY)
    entry, after = wait(aero), wait(aero)
    WaitingEntry.objects.filter(pk=entry.pk).update(wish=entry.wish | kept)

    cancel(heavylift, taken)

    assert state_of(after) == "offered" or (kept == {"crew": []} and state_of(entry) == "offered")
    taken.refresh_from_db()
    assert taken.state == "cancelled"


def test_one_transaction_looks_at_so_many_and_beat_at_the_rest(
    aero: Person, heavylift: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = a_booking(heavylift, resources=RUNWAY), a_booking(heavylift, resources=("STAND-1",))
    blocked = [wait(aero, resources=(*RUNWAY, "STAND-1")) for _ in range(3)]
    last = wait(heavylift)
    query = offer_freed._IN_LINE.replace("LIMIT 20", "LIMIT 2")
    monkeypatch.setattr(offer_freed, "_IN_LINE", query)
    monkeypatch.setattr(offer_freed, "LOOKS", 2)

    cancel(heavylift, taken[0])
    assert [state_of(entry) for entry in (*blocked, last)] == ["waiting"] * 4
    assert [entry.to_look for entry in (*blocked, last)] == [False, False, True, True]

    look_at_time(now=utc_now())
    assert state_of(last) == "offered"


def test_what_is_free_or_hopeless_is_not_waited_for(aero: Person, heavylift: Person) -> None:
    with pytest.raises(Refused) as caught:
        wait(aero)
    assert codes(caught.value) == ["free_now"]

    a_booking(heavylift, resources=RUNWAY)
    with pytest.raises(Refused) as caught:
        wait(aero, volumes=(volume(square(east_km=80)),))
    assert codes(caught.value) == ["volume_outside_airspace"]

    with pytest.raises(Malformed):
        wait(aero, resources=("NO-SUCH",))


def test_an_organisation_waits_for_so_much_at_once(aero: Person, heavylift: Person) -> None:
    a_booking(heavylift, resources=RUNWAY)
    crew = (a_crew(aero),)
    for _ in range(20):
        wait(aero, crew=crew)

    with pytest.raises(Refused) as caught:
        wait(aero, crew=crew)
    assert codes(caught.value) == ["too_many_waiting"]


def test_what_nobody_waits_for_any_more_is_offered_to_the_next(aero: Person, heavylift: Person) -> None:
    taken = a_booking(heavylift, resources=RUNWAY)
    gone, after = wait(aero), wait(aero)
    assert leave_waiting_list(aero.asker, gone.id).state == "withdrawn"

    cancel(heavylift, taken)

    assert [state_of(gone), state_of(after)] == ["withdrawn", "offered"]
    with pytest.raises(Conflict):
        leave_waiting_list(aero.asker, after.id)
    with pytest.raises(NotFound):
        leave_waiting_list(heavylift.asker, after.id)


def test_an_entry_whose_time_has_passed_expires(aero: Person, heavylift: Person) -> None:
    a_booking(heavylift, resources=RUNWAY)
    entry = wait(aero)

    look_at_time(now=tomorrow(10))

    assert (state_of(entry), entry.reason) == ("expired", "no slot that would do is left")


def test_any_of_a_kind_is_waited_for(aero: Person, heavylift: Person) -> None:
    taken = [a_booking(heavylift, resources=(Want(kind=ResourceKind.STAND),)) for _ in range(3)]
    entry = wait(aero, resources=(Want(kind=ResourceKind.STAND, before_min=30),))

    cancel(heavylift, taken[1])

    assert [booked.resource.code for booked in offer_to(entry).booked_resources.all()] == ["STAND-2"]
