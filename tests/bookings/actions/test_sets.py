"""Any of a kind, own periods, and whole answers: what is offered is granted."""

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings.actions.plan import Wish
from bookings.actions.request_booking import request_booking, try_booking
from bookings.actions.search_slots import Search, search_slots
from bookings.models import Booking, BookingDecision, Claim
from bookings.rules import RULES_VERSION
from bookings.rules.facts import ResourceKind
from bookings.rules.wants import Want
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Clash, DomainError, Malformed
from tests.factories import a_booking, a_crew, load_exercise, pilot_of, square, tomorrow, volume, wish_of
from tests.people import Person, person

pytestmark = pytest.mark.django_db

ANY_OFFICER = Want(kind=ResourceKind.SAFETY_OFFICER)
LASER_OFFICER = Want(kind=ResourceKind.SAFETY_OFFICER, qualification="laser_class_4")
BAY_FROM_THE_DAY_BEFORE = Want(kind=ResourceKind.HANGAR_BAY, days_before=1)


@pytest.fixture(autouse=True)
def _site(monkeypatch: pytest.MonkeyPatch) -> None:
    load_exercise()
    monkeypatch.setattr("bookings.actions.search_slots.TIME_LIMIT_S", 30)  # a busy machine must not cut a search


@pytest.fixture
def aero() -> Person:
    return person("aero/booker")


def had(booking: Booking) -> list[str]:
    return [booked.resource.code for booked in booking.booked_resources.all()]


def test_any_of_a_kind_is_chosen_among_those_that_are_free(aero: Person) -> None:
    for _ in range(2):
        a_booking("heavylift/booker", resources=("SAFETY-OFFICER",))

    assert had(a_booking(aero, resources=(ANY_OFFICER,))) == ["LASER-OFFICER"]


def test_two_officers_one_of_them_qualified_are_never_one_person(aero: Person) -> None:
    booking = a_booking(aero, resources=(ANY_OFFICER, LASER_OFFICER))

    assert had(booking) == ["SAFETY-OFFICER", "LASER-OFFICER"]


def test_two_of_a_kind_may_be_two_lanes_of_one_resource(aero: Person) -> None:
    two = a_booking(aero, resources=(Want(kind=ResourceKind.HANGAR_BAY), Want(kind=ResourceKind.HANGAR_BAY)))

    assert had(two) == ["HANGAR", "HANGAR"]
    key = two.booked_resources.first().resource.claim_key  # type: ignore[union-attr]
    assert Claim.objects.filter(booking=two, key__contains=key).count() == 2


def test_when_all_of_a_kind_are_taken_the_refusal_says_so_once(aero: Person) -> None:
    for _ in range(3):
        a_booking("heavylift/booker", resources=(ANY_OFFICER,))

    with pytest.raises(Clash) as caught:
        request_booking(aero.asker, wish_of(aero, resources=(ANY_OFFICER,)), now=utc_now())

    (refusal,) = caught.value.refusals
    assert (refusal.code, refusal.field) == ("resource_busy", "resources[0]")
    assert refusal.message.startswith("any safety officer is not free")


def test_what_is_named_and_wanted_any_of_is_called_busy_and_not_named_twice(aero: Person) -> None:
    for _ in range(2):
        a_booking("heavylift/booker", resources=("SAFETY-OFFICER",))
    a_booking("heavylift/booker", resources=("LASER-OFFICER",))

    with pytest.raises(Clash) as caught:
        a_booking(aero, resources=(ANY_OFFICER, "SAFETY-OFFICER"))

    assert [(one.code, one.field) for one in caught.value.refusals] == [
        ("resource_busy", "resources[0]"),
        ("resource_busy", "resources[1]"),
    ]


def test_a_hazard_is_never_chosen_for_somebody(aero: Person) -> None:
    with pytest.raises(Malformed) as caught:
        a_booking(aero, resources=(Want(kind=ResourceKind.ILS_CRITICAL_AREA),))

    assert [r.code for r in caught.value.refusals] == ["kind_not_choosable"]


def test_a_bay_from_the_day_before_is_claimed_from_noon(aero: Person) -> None:
    start = tomorrow(34)
    booking = a_booking(aero, start=start, resources=("RWY-05-23", BAY_FROM_THE_DAY_BEFORE))

    runway, bay = booking.booked_resources.all()
    assert (runway.start, runway.end) == (booking.start, booking.end)
    assert bay.start.date() == (start - dt.timedelta(days=1)).date()
    assert bay.start.astimezone(dt.UTC).hour in {10, 11}  # noon in Amsterdam
    claim = Claim.objects.get(booking=booking, key__contains=bay.resource.claim_key)
    assert claim.period.lower == bay.start - dt.timedelta(minutes=30)


def test_what_is_had_the_day_before_clashes_the_day_before(aero: Person) -> None:
    start = tomorrow(34)
    for _ in range(4):
        a_booking("heavylift/booker", start=start - dt.timedelta(hours=20), resources=("HANGAR",))

    with pytest.raises(Clash):
        request_booking(aero.asker, wish_of(aero, start=start, resources=(BAY_FROM_THE_DAY_BEFORE,)), now=utc_now())


def test_a_stand_of_ones_choice_keeps_ground_risk_buffers_off_it_alone(aero: Person) -> None:
    any_stand = a_booking(aero, resources=(Want(kind=ResourceKind.STAND),))

    assert had(any_stand) == ["STAND-1"]
    assert had(a_booking("heavylift/booker", resources=(Want(kind=ResourceKind.STAND),))) == ["STAND-2"]


def test_the_facts_of_a_decision_are_kept_with_the_versions_that_judged_it(aero: Person) -> None:
    booking = a_booking(aero, resources=("RWY-05-23",), volumes=(volume(),))

    decision = BookingDecision.objects.get(booking=booking)
    assert (decision.action, decision.site_version, decision.rules_version) == ("request", 1, RULES_VERSION)
    assert decision.facts["resources"] == ["RWY-05-23"]
    assert decision.facts["crew"][0][0]["mtom_kg"] == 100


def search(who: Person, wish: Wish, *, days: int = 3, **changes: object) -> Search:
    return replace(Search(wish=wish, period=(tomorrow(0), tomorrow(24 * days))), **changes)  # type: ignore[arg-type]


def test_a_search_answers_slots_in_which_the_whole_set_is_free(aero: Person) -> None:
    a_booking("heavylift/booker", start=tomorrow(9), minutes=120, resources=("RWY-05-23",))
    wish = wish_of(aero, start=tomorrow(10), minutes=60, resources=("RWY-05-23", ANY_OFFICER))

    found = search_slots(aero.asker, search(aero, wish), now=utc_now())

    assert [r.code for r in found.refusals] == ["resource_busy"]
    assert found.granted
    assert all(
        decision.slot[1] <= tomorrow(9) or decision.slot[0] >= tomorrow(11) + dt.timedelta(minutes=5)
        for decision in found.granted
    )


def test_a_search_keeps_to_weekdays_and_hours(aero: Person) -> None:
    wish = wish_of(aero, start=tomorrow(10), minutes=60, resources=("RWY-05-23",))
    asked = search(aero, wish, days=10, weekdays=frozenset({2, 4}), earliest=dt.time(9), latest=dt.time(15))

    found = search_slots(aero.asker, asked, now=utc_now())

    locals_ = [(d.slot[0], d.slot[1]) for d in found.granted]
    zone = ZoneInfo("Europe/Amsterdam")
    assert locals_
    assert {start.astimezone(zone).isoweekday() for start, _ in locals_} <= {2, 4}
    assert all(
        start.astimezone(zone).hour >= 9 and end.astimezone(zone).time() <= dt.time(15) for start, end in locals_
    )


def test_another_pilot_is_tried_where_the_named_one_may_not_fly(aero: Person) -> None:
    aircraft, _ = a_crew(aero)
    expired = pilot_of(aero, valid_until=dt.date(2020, 1, 1))
    wish = wish_of(aero, crew=((aircraft, expired.id),))

    without = search_slots(aero.asker, search(aero, wish), now=utc_now())
    found = search_slots(aero.asker, search(aero, wish, any_pilot=True), now=utc_now())

    assert without.granted == []
    assert {decision.plan.wish.crew[0][1] for decision in found.granted}.isdisjoint({expired.id})
    assert [r.code for r in found.refusals] == ["document_expired"]


wants = st.lists(
    st.sampled_from(
        [
            "RWY-05-23",
            "TEST-N",
            "STAND-1",
            "HANGAR",
            ANY_OFFICER,
            LASER_OFFICER,
            BAY_FROM_THE_DAY_BEFORE,
            Want(kind=ResourceKind.STAND, before_min=60),
            Want(code="GROUND-STATION", after_min=30),
        ]
    ),
    max_size=3,
    unique=True,
)
slots = st.tuples(st.integers(24, 60), st.sampled_from([30, 60, 90, 240]))


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(taken=st.lists(st.tuples(wants, slots, st.booleans()), max_size=6), wanted=wants, slot=slots)
def test_what_is_offered_is_never_refused_for_a_reason_that_was_known(
    taken: list[tuple[list[str | Want], tuple[int, int], bool]],
    wanted: list[str | Want],
    slot: tuple[int, int],
) -> None:
    aero, rival = person("aero/booker"), person("heavylift/booker")
    for resources, (hour, minutes), flies in taken:
        volumes = (volume(square(side_km=1.0)),) if flies else ()
        theirs = wish_of(rival, start=tomorrow(hour), minutes=minutes, resources=tuple(resources), volumes=volumes)
        try:
            request_booking(rival.asker, theirs, now=utc_now())
        except DomainError:
            continue
    wish = wish_of(aero, start=tomorrow(slot[0]), minutes=slot[1], resources=tuple(wanted), volumes=(volume(),))

    trial = try_booking(aero.asker, wish, now=utc_now())
    found = search_slots(aero.asker, search(aero, wish), now=utc_now())

    assert (trial.would == "refuse") == bool(found.refusals)
    offers = [(dt.datetime.fromisoformat(o["start"]), dt.datetime.fromisoformat(o["end"])) for o in trial.alternatives]
    for start, end in [*offers, *(decision.slot for decision in found.granted[:3])]:
        again = try_booking(aero.asker, replace(wish, start=start, end=end), now=utc_now())
        assert again.refusals == ()
