import datetime as dt
from dataclasses import replace
from typing import cast
from uuid import uuid4

import pytest

from bookings.actions.load_site import load_site
from bookings.actions.plan import Wish
from bookings.actions.request_booking import request_booking, try_booking
from bookings.models import Booking, Claim, Site
from bookings.rules.facts import Classification, VolumeKind
from testcentre.accounts.actions import create_key, create_organisation
from testcentre.accounts.asker import Asker
from testcentre.accounts.authenticate import asker_of_key
from testcentre.audit.models import Entry
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Clash, DomainError, Forbidden, Malformed, Refused
from testcentre.foundation.models import Announcement
from tests.factories import a_booking, a_crew, aircraft_of, load_exercise, pilot_of, square, tomorrow, volume, wish_of
from tests.people import Person, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site() -> None:
    load_exercise()


@pytest.fixture
def aero() -> Person:
    return person("aero/booker")


@pytest.fixture
def heavylift() -> Person:
    return person("heavylift/booker")


def refused(asker: Asker, wish: Wish) -> DomainError:
    with pytest.raises(DomainError) as caught:
        request_booking(asker, wish, now=utc_now())
    return caught.value


def codes(error: DomainError) -> list[str]:
    return [refusal.code for refusal in error.refusals]


def test_a_granted_request_has_a_number_of_its_organisation_claims_a_trail_and_an_announcement(aero: Person) -> None:
    first = a_booking(aero, resources=("RWY-05-23",), volumes=(volume(),))
    second = a_booking(aero, start=tomorrow(12))

    assert (first.state, first.serial, second.serial) == ("requested", 1, 2)
    # runway, aircraft, pilot, volume, and a lane of each hazard that is shared
    assert first.claims.filter(active=True).count() >= 5
    assert Entry.objects.filter(action="booking.request", subject=f"booking:{first.id}").count() == 1
    assert [a.payload["booking"] for a in Announcement.objects.filter(kind="booking_requested").order_by("id")] == [
        str(first.id),
        str(second.id),
    ]


def test_numbers_count_for_each_organisation_apart(aero: Person, heavylift: Person) -> None:
    a_booking(aero)

    assert a_booking(heavylift).serial == 1


def test_the_same_resource_twice_is_a_clash_that_names_nobody(aero: Person, heavylift: Person) -> None:
    a_booking(aero, resources=("RWY-05-23",), purpose="secret purpose")

    error = refused(heavylift.asker, wish_of(heavylift, resources=("RWY-05-23",)))

    assert isinstance(error, Clash)
    assert codes(error) == ["resource_busy"]
    assert error.refusals[0].field == "resources[0]"
    assert "secret" not in str([r.as_dict() for r in error.refusals])
    assert "Aero" not in str([r.as_dict() for r in error.refusals])


def test_every_clash_is_a_refusal_of_its_own(aero: Person) -> None:
    crew = (a_crew(aero),)
    a_booking(aero, crew=crew, resources=("RWY-05-23", "STAND-1"), volumes=(volume(),))

    error = refused(aero.asker, wish_of(aero, crew=crew, resources=("RWY-05-23", "STAND-1"), volumes=(volume(),)))

    assert isinstance(error, Clash)
    assert sorted({*codes(error)}) == ["aircraft_busy", "pilot_busy", "resource_busy", "volume_busy"]
    assert {r.field for r in error.refusals if r.code == "resource_busy"} >= {"resources[0]", "resources[1]"}


def test_rules_and_clashes_are_told_together(aero: Person, heavylift: Person) -> None:
    a_booking(aero, resources=("RWY-05-23",))

    error = refused(
        heavylift.asker,
        wish_of(heavylift, resources=("RWY-05-23",), classification=Classification.SECRET),
    )

    assert isinstance(error, Refused)
    assert codes(error) == ["classification_too_high", "resource_busy"]


def test_a_refusal_stores_nothing(aero: Person) -> None:
    refused(aero.asker, wish_of(aero, classification=Classification.SECRET))

    assert (
        Booking.objects.count(),
        Claim.objects.count(),
        Announcement.objects.filter(kind__startswith="booking").count(),
    ) == (0, 0, 0)


def test_touching_slots_do_not_clash(aero: Person, heavylift: Person) -> None:
    a_booking(aero, start=tomorrow(10), minutes=30, volumes=(volume(),))

    assert a_booking(heavylift, start=tomorrow(10.5), minutes=30, volumes=(volume(),)).serial == 1


def test_set_up_and_clear_up_times_keep_neighbours_apart(aero: Person, heavylift: Person) -> None:
    a_booking(aero, start=tomorrow(10), minutes=60, resources=("STAND-1",))

    error = refused(heavylift.asker, wish_of(heavylift, start=tomorrow(11), resources=("STAND-1",)))
    later = a_booking(heavylift, start=tomorrow(11.5), resources=("STAND-1",))  # 15 min clear-up, 15 min set-up

    assert codes(error) == ["resource_busy"]
    assert later.state == "requested"


def test_a_hangar_of_four_bays_takes_four_and_not_five(aero: Person) -> None:
    for _ in range(4):
        a_booking(aero, resources=("HANGAR",))

    assert codes(refused(aero.asker, wish_of(aero, resources=("HANGAR",)))) == ["resource_busy"]


def test_a_freed_bay_in_the_middle_is_taken_again(aero: Person) -> None:
    bays = [a_booking(aero, resources=("HANGAR",)) for _ in range(4)]
    Claim.objects.filter(booking=bays[1]).update(active=False)

    assert a_booking(aero, resources=("HANGAR",)).state == "requested"


def test_volumes_at_separate_levels_do_not_clash(aero: Person, heavylift: Person) -> None:
    a_booking(aero, volumes=(volume(floor_ft=150, ceiling_ft=450),))

    assert a_booking(heavylift, volumes=(volume(floor_ft=450, ceiling_ft=700),)).state == "requested"


def test_volumes_that_share_an_edge_do_not_clash(aero: Person, heavylift: Person) -> None:
    ring = square()
    east = tuple((longitude + 0.2 / 68.2, latitude) for longitude, latitude in ring)
    a_booking(aero, volumes=(volume(ring),))

    assert a_booking(heavylift, volumes=(volume(east),)).state == "requested"


def test_overlapping_volumes_clash_and_one_from_the_ground_reaches_down_without_bound(
    aero: Person, heavylift: Person
) -> None:
    a_booking(aero, volumes=(volume(floor_ft=None, ceiling_ft=300),))

    error = refused(heavylift.asker, wish_of(heavylift, volumes=(volume(floor_ft=-100, ceiling_ft=120),)))

    assert codes(error) == ["volume_busy"]


def test_soft_volumes_of_rivals_may_overlap_a_hard_one_and_a_soft_one_not(aero: Person, heavylift: Person) -> None:
    outer = square(east_km=-0.1, north_km=-0.1, side_km=0.4)
    a_booking(aero, volumes=(volume(), volume(outer, kind=VolumeKind.CONTINGENCY)))
    beside = square(east_km=0.25)

    soft = a_booking(heavylift, volumes=(volume(beside, kind=VolumeKind.CONTINGENCY),))
    error = refused(heavylift.asker, wish_of(heavylift, volumes=(volume(beside),)))

    assert soft.state == "requested"
    assert codes(error) == ["volume_busy"]


def test_a_booking_does_not_clash_with_its_own_volumes(aero: Person) -> None:
    ring = square()
    booking = a_booking(
        aero,
        volumes=(
            volume(ring, ceiling_ft=400),
            volume(square(east_km=0.1), floor_ft=None, ceiling_ft=300),
            volume(square(east_km=-0.1, side_km=0.5), kind=VolumeKind.CONTINGENCY),
            volume(square(east_km=-0.2, side_km=0.7), kind=VolumeKind.GROUND_RISK_BUFFER, floor_ft=None),
        ),
    )

    assert booking.state == "requested"


def test_a_ground_risk_buffer_clashes_with_an_occupied_stand_and_not_with_air_traffic(
    aero: Person, heavylift: Person
) -> None:
    stand = a_booking(aero, resources=("STAND-1",)).resources.get()
    over = stand.facts.outline
    assert over is not None

    error = refused(
        heavylift.asker, wish_of(heavylift, volumes=(volume(over, kind=VolumeKind.GROUND_RISK_BUFFER, floor_ft=None),))
    )
    above = a_booking(heavylift, volumes=(volume(over),))

    assert codes(error) == ["volume_busy"]
    assert above.state == "requested"


def test_a_jamming_test_has_the_gnss_band_alone_and_flights_share_it(aero: Person, heavylift: Person) -> None:
    create_organisation("luchtmacht", name="Luchtmacht", kind="defence")
    key = create_key("luchtmacht", role="booker")[1]
    unit = Person(asker=cast("Asker", asker_of_key(key)), key=key)
    a_booking(aero)
    a_booking(heavylift)

    error = refused(unit.asker, wish_of(unit, resources=("GNSS-BAND",)))
    alone = a_booking(unit, start=tomorrow(15), resources=("GNSS-BAND",))
    flight = refused(aero.asker, wish_of(aero, start=tomorrow(15)))

    assert codes(error) == ["resource_busy"]
    assert alone.state == "requested"
    assert codes(flight) == ["resource_busy"]


def test_foreign_and_unknown_aircraft_and_pilots_are_told_alike(aero: Person, heavylift: Person) -> None:
    theirs = a_crew(heavylift)
    nobody = (uuid4(), uuid4())
    told = []
    for crew in (theirs, nobody):
        error = refused(aero.asker, wish_of(aero, crew=(crew,)))
        assert isinstance(error, Malformed)
        told.append([(r.code, r.field, r.message.replace(str(r.got), "ID")) for r in error.refusals])

    assert told[0] == told[1]
    assert [code for code, _, _ in told[0]] == ["unknown_aircraft", "unknown_pilot"]


def test_documents_count_on_the_flight_date(aero: Person) -> None:
    crew = ((aircraft_of(aero, insured_until=utc_now().date()).id, pilot_of(aero).id),)

    assert codes(refused(aero.asker, wish_of(aero, crew=crew, start=tomorrow(34)))) == ["document_expired"]


def test_alternatives_are_the_nearest_slots_that_are_granted(aero: Person, heavylift: Person) -> None:
    a_booking(aero, start=tomorrow(10), minutes=60, resources=("RWY-05-23",))
    wish = wish_of(heavylift, start=tomorrow(10), minutes=60, resources=("RWY-05-23",))

    error = refused(heavylift.asker, wish)

    assert error.alternatives
    nearest = error.alternatives[0]
    assert set(nearest) >= {"start", "end", "resources", "why"}
    start, end = (dt.datetime.fromisoformat(nearest[name]) for name in ("start", "end"))
    again = wish_of(heavylift, start=start, minutes=60, resources=("RWY-05-23",))
    assert end - start == dt.timedelta(hours=1)
    assert request_booking(heavylift.asker, again, now=utc_now()).state == "requested"


def test_alternatives_avoid_what_clashes_in_the_air_and_in_the_crew(aero: Person) -> None:
    crew = (a_crew(aero),)
    a_booking(aero, crew=crew, start=tomorrow(10), minutes=60, volumes=(volume(),))
    a_booking("heavylift/booker", start=tomorrow(11), minutes=60, volumes=(volume(),))

    error = refused(aero.asker, wish_of(aero, crew=crew, start=tomorrow(10), minutes=60, volumes=(volume(),)))

    free = {alternative["start"] for alternative in error.alternatives}
    assert free
    for alternative in error.alternatives:
        start, end = (dt.datetime.fromisoformat(alternative[name]) for name in ("start", "end"))
        assert end <= tomorrow(10) or start >= tomorrow(12)


def test_no_alternative_is_offered_where_no_slot_would_help(aero: Person) -> None:
    assert refused(aero.asker, wish_of(aero, classification=Classification.SECRET)).alternatives == ()


def test_a_trial_says_the_same_and_stores_nothing(aero: Person, heavylift: Person) -> None:
    a_booking(aero, resources=("RWY-05-23",))
    wish = wish_of(heavylift, resources=("RWY-05-23",), classification=Classification.SECRET)

    trial = try_booking(heavylift.asker, wish, now=utc_now())
    error = refused(heavylift.asker, wish)

    assert (trial.would, trial.refusals) == ("refuse", error.refusals)
    assert try_booking(heavylift.asker, wish_of(heavylift, start=tomorrow(14)), now=utc_now()).would == "request"
    assert Booking.objects.count() == 1


def test_range_staff_book_for_a_company_with_its_aircraft(aero: Person) -> None:
    staff = person("range/manager")
    wish = wish_of(aero, organisation_id=aero.organisation_id)

    booking = request_booking(staff.asker, wish, now=utc_now())

    assert booking.organisation_id == aero.organisation_id


@pytest.mark.parametrize("who", ["aero/viewer", "aero/pilot", "aero/engineer", "range/auditor", "range/safety"])
def test_roles_without_the_right_do_not_book(aero: Person, who: str) -> None:
    with pytest.raises(Forbidden):
        request_booking(person(who).asker, wish_of(aero), now=utc_now())


def test_a_company_does_not_book_for_another(aero: Person, heavylift: Person) -> None:
    with pytest.raises(Forbidden):
        request_booking(aero.asker, wish_of(heavylift, organisation_id=heavylift.organisation_id), now=utc_now())


def test_range_staff_waive_a_rule_with_a_reason_that_is_kept(aero: Person) -> None:
    load_site("ehtw")
    now = dt.datetime(2027, 6, 15, 9, 0, tzinfo=dt.UTC)  # a Tuesday, with opening hours until 18:00
    soon = wish_of(
        aero, start=now + dt.timedelta(hours=2), resources=("RWY-05-23",), organisation_id=aero.organisation_id
    )
    waived = replace(soon, waive=frozenset({"lead_time_too_short"}), waiver_reason="the aircraft is here already")
    operator, manager = person("range/operator").asker, person("range/manager").asker

    with pytest.raises(Refused) as caught:
        request_booking(operator, soon, now=now)
    booking = request_booking(manager, waived, now=now)

    assert codes(caught.value) == ["lead_time_too_short"]
    assert (booking.waived, booking.waiver_reason) == (["lead_time_too_short"], "the aircraft is here already")
    assert Entry.objects.get(action="booking.request").details["waived"] == ["lead_time_too_short"]


def test_a_site_that_confirms_at_once_does_so_in_the_same_transaction(aero: Person) -> None:
    site = Site.objects.get()
    site.facts_data["confirm_at_once"] = True
    site.save()

    booking = a_booking(aero)

    assert booking.state == "confirmed"
    assert booking.crew.get().flight_id is not None
    assert list(
        Announcement.objects.filter(kind__startswith="booking").order_by("id").values_list("kind", flat=True)
    ) == [
        "booking_requested",
        "booking_confirmed",
    ]
