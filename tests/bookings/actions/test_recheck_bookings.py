import datetime as dt
from typing import Any

import pytest

from bookings import tasks
from bookings.actions import recheck_bookings
from bookings.actions.cancel_booking import cancel_booking
from bookings.actions.change_aircraft import change_aircraft
from bookings.actions.change_pilot import change_pilot
from bookings.actions.keep_papers import add_paper, change_paper, remove_paper
from bookings.actions.load_site import load_site
from bookings.actions.recheck_bookings import recheck_all
from bookings.models import Booking, Paper
from bookings.queries.booking_answer import answer_of
from bookings.rules.facts import Classification, PaperFacts, PaperKind
from bookings.rules.states import CLAIMING_STATES, BookingState
from testcentre.audit.models import Entry
from testcentre.foundation.clock import utc_now
from testcentre.foundation.models import Announcement
from tests.factories import FAR, a_booking, load_exercise, tomorrow
from tests.people import Person, person

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
STARTS = tomorrow(10) + 90 * DAY
FLIGHT_DAY = STARTS.date()


@pytest.fixture
def aero() -> Person:
    load_exercise()
    return person("aero/booker")


def booked(who: Person, **changes: Any) -> Booking:
    return a_booking(who, start=STARTS, **changes)


def attention(booking: Booking) -> list[str]:
    booking.refresh_from_db()
    return [refusal["code"] for refusal in booking.attention]


def told() -> list[str]:
    kinds = ("booking_needs_attention", "booking_attention_cleared")
    return list(Announcement.objects.filter(kind__in=kinds).order_by("id").values_list("kind", flat=True))


def spoil(booking: Booking) -> None:
    """Let the insurance end before the flight, past every door."""
    Paper.objects.filter(kind=PaperKind.INSURANCE, aircraft=booking.crew.get().aircraft_id).update(
        valid_until=FLIGHT_DAY - DAY
    )


def test_a_booking_whose_paper_no_longer_holds_needs_attention_and_stands(aero: Person) -> None:
    booking, other = booked(aero), booked(aero)
    spoil(booking)

    assert recheck_all(now=utc_now()) == 1

    assert (attention(booking), attention(other)) == (["document_expired"], [])
    assert (booking.state, booking.version, other.version) == (BookingState.REQUESTED, 2, 1)
    assert booking.attention[0]["expected"] == f"insurance valid on {FLIGHT_DAY}"
    assert told() == ["booking_needs_attention"]
    entry = Entry.objects.get(action="booking.recheck")
    assert (entry.subject, entry.details) == (f"booking:{booking.id}", {"attention": ["document_expired"]})


def test_a_second_look_changes_nothing(aero: Person) -> None:
    booking = booked(aero)
    spoil(booking)
    recheck_all(now=utc_now())

    assert recheck_all(now=utc_now()) == 0
    tasks.look_at_papers()

    assert attention(booking) == ["document_expired"]
    assert (booking.version, told()) == (2, ["booking_needs_attention"])


def test_the_task_looks_at_bookings_and_at_papers(aero: Person) -> None:
    booking = booked(aero)
    spoil(booking)
    Paper.objects.filter(kind="STS").update(valid_until=utc_now().date() + 5 * DAY)

    tasks.look_at_papers()

    assert attention(booking) == ["document_expired", "document_expired"]
    assert Announcement.objects.filter(kind="paper_expires").count() == 1


def test_without_a_site_the_task_has_nothing_to_do() -> None:
    tasks.look_at_papers()

    assert not Announcement.objects.exists()


def test_an_event_tells_ids_and_no_content(aero: Person) -> None:
    booking = booked(aero)
    spoil(booking)

    recheck_all(now=utc_now())

    payload = Announcement.objects.get(kind="booking_needs_attention").payload
    assert set(payload) == {"booking", "organisation", "state", "start", "end", "flights"}


@pytest.mark.parametrize("state", list(BookingState))
def test_bookings_that_stand_and_are_not_yet_flown_are_judged(aero: Person, state: BookingState) -> None:
    booking = booked(aero)
    spoil(booking)
    Booking.objects.filter(pk=booking.pk).update(state=state, hold_until=booking.end)

    recheck_all(now=utc_now())

    judged = state in CLAIMING_STATES - {BookingState.ACTIVE}
    assert attention(booking) == ["document_expired"] * judged


def test_what_is_over_is_left_alone(aero: Person) -> None:
    booking = booked(aero)
    spoil(booking)

    recheck_all(now=booking.end)

    assert attention(booking) == []


def test_all_bookings_are_looked_at_in_batches(aero: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recheck_bookings, "BATCH", 2)
    bookings = [booked(aero) for _ in range(5)]
    for booking in bookings:
        spoil(booking)

    assert recheck_all(now=utc_now()) == 5


def test_a_renewed_insurance_heals_in_the_same_transaction(aero: Person) -> None:
    booking = booked(aero)
    spoil(booking)
    recheck_all(now=utc_now())
    aircraft = booking.crew.get().aircraft
    renewed = PaperFacts(PaperKind.INSURANCE, "P-9", FAR, cover_sdr=3e6)

    change_aircraft(aero.asker, aircraft.id, {"insurance": renewed}, now=utc_now(), version=aircraft.version)

    assert attention(booking) == []
    assert (booking.version, told()) == (3, ["booking_needs_attention", "booking_attention_cleared"])
    by = Entry.objects.filter(action="booking.recheck").order_by("id").values_list("key_id", flat=True)
    assert list(by) == [None, aero.asker.key_id]


def test_a_renewed_paper_heals_too(aero: Person) -> None:
    booking = booked(aero)
    spoil(booking)
    recheck_all(now=utc_now())
    paper = Paper.objects.get(kind=PaperKind.INSURANCE)

    change_paper(aero.asker, paper.id, {"valid_until": FLIGHT_DAY}, now=utc_now(), version=paper.version)

    assert attention(booking) == []


def test_a_heavier_aircraft_needs_a_better_insurance_at_once(aero: Person) -> None:
    booking, other = booked(aero), booked(aero)

    change_aircraft(aero.asker, booking.crew.get().aircraft_id, {"mtom_kg": 2_700.0}, now=utc_now(), version=None)

    assert (attention(booking), attention(other)) == (["insurance_cover_too_low"], [])


def test_a_pilot_without_certificates_leaves_the_bookings_in_want_of_one(aero: Person) -> None:
    booking = booked(aero)

    change_pilot(aero.asker, booking.crew.get().pilot_id, {"certificates": []}, now=utc_now(), version=None)

    assert attention(booking) == ["document_missing"]


def test_removing_a_paper_is_felt_by_the_bookings_that_need_it(aero: Person) -> None:
    booking, other = booked(aero), booked(aero)
    paper = Paper.objects.get(kind=PaperKind.INSURANCE, aircraft=booking.crew.get().aircraft_id)

    remove_paper(aero.asker, paper.id, now=utc_now(), version=None)

    assert (attention(booking), attention(other)) == (["document_missing"], [])


def test_a_paper_of_the_organisation_heals_all_of_its_bookings_and_nobody_elses(aero: Person) -> None:
    heavylift = person("heavylift/booker")
    ours, theirs = [booked(aero), booked(aero)], booked(heavylift)
    for booking in (*ours, theirs):
        spoil(booking)
    recheck_all(now=utc_now())

    add_paper(aero.asker, PaperFacts(PaperKind.INSURANCE, "FLEET", FAR, cover_sdr=3e6), now=utc_now())

    assert [attention(booking) for booking in (*ours, theirs)] == [[], [], ["document_expired"]]


def test_another_policy_of_the_site_is_felt_by_the_next_look(aero: Person) -> None:
    booking = booked(aero)
    Paper.objects.filter(kind=PaperKind.OPERATIONAL_AUTHORISATION).delete()
    assert recheck_all(now=utc_now()) == 0

    load_site("ehtw")

    assert recheck_all(now=utc_now()) == 1
    assert attention(booking) == ["document_missing"]


def test_only_who_needs_to_know_reads_what_is_wrong(aero: Person) -> None:
    booking = booked(aero, classification=Classification.DEP_V)
    spoil(booking)
    recheck_all(now=utc_now())
    booking.refresh_from_db()
    name = booking.crew.get().aircraft.name

    read = {who: answer_of(person(who).asker, booking, now=utc_now()) for who in ("aero/viewer", "range/operator")}

    assert name in str(read["aero/viewer"]["attention"])
    assert [one["code"] for one in read["range/operator"]["attention"]] == ["document_expired"]
    assert name not in str(read["range/operator"])


def test_a_cancelled_booking_asks_for_no_attention(aero: Person) -> None:
    booking = booked(aero)
    spoil(booking)
    recheck_all(now=utc_now())

    cancelled = cancel_booking(aero.asker, booking.id, now=utc_now())

    assert answer_of(aero.asker, cancelled, now=utc_now())["attention"] == []
