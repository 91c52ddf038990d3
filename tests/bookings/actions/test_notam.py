import datetime as dt
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from bookings.actions.cancel_booking import cancel_booking
from bookings.actions.cancel_notam import cancel_notam
from bookings.actions.load_site import load_site
from bookings.actions.publish_notam import publish_notam
from bookings.actions.request_notam import request_notam
from bookings.actions.tell_neighbours import tell_neighbours
from bookings.models import Booking, Notam, NotamState, current_site
from bookings.queries.notices import NotamStanding, notam_answer, notam_standing
from bookings.rules.facts import Classification, VolumeKind
from testcentre.audit.models import Entry
from testcentre.foundation.clock import utc_now
from testcentre.foundation.errors import Conflict, Forbidden, NotFound
from testcentre.foundation.models import Announcement
from tests.factories import a_booking, load_exercise, volume
from tests.people import Person, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site() -> None:
    load_exercise()


@pytest.fixture
def officer() -> Person:
    return person("range/duty_officer")


@pytest.fixture
def booking() -> Booking:
    return a_booking(volumes=(volume(ceiling_ft=900),), purpose="PURPLE HERON")


def standing(booking: Booking) -> NotamStanding:
    fresh = Booking.objects.select_related("organisation").get(pk=booking.pk)
    return notam_standing(fresh, site=current_site().facts, now=utc_now())


def states(booking: Booking) -> list[str]:
    return list(booking.notams.order_by("requested_at").values_list("state", flat=True))


def request(who: Person, booking: Booking) -> None:
    request_notam(who.asker, booking.id, now=utc_now())


def publish(who: Person, booking: Booking, *, number: str = "A1234/27") -> None:
    hour = dt.timedelta(hours=1)
    publish_notam(who.asker, booking.id, number=number, valid=(booking.start - hour, booking.end + hour), now=utc_now())


def cancel(who: Person, booking: Booking) -> None:
    cancel_notam(who.asker, booking.id, now=utc_now(), reason="not flown")


def move(booking: Booking, *, days: int) -> None:
    booking.start += dt.timedelta(days=days)
    booking.end += dt.timedelta(days=days)
    booking.save()


def test_a_notam_goes_from_its_draft_to_its_number(booking: Booking, officer: Person) -> None:
    seen = [(standing(booking).state, standing(booking).due)]
    for step in (request, publish):
        step(officer, booking)
        seen.append((standing(booking).state, standing(booking).due))

    assert seen == [("drafted", "request"), ("requested", "publish"), ("published", None)]
    published = booking.notams.get()
    assert (published.number, published.state) == ("A1234/27", NotamState.PUBLISHED)


def test_every_step_has_its_line_in_the_trail_and_its_announcement(booking: Booking, officer: Person) -> None:
    request(officer, booking)
    publish(officer, booking)
    cancel(officer, booking)

    trail = Entry.objects.filter(subject=f"booking:{booking.id}", action__startswith="notam.").order_by("id")
    assert [(entry.action, entry.reason) for entry in trail] == [
        ("notam.request", ""),
        ("notam.publish", ""),
        ("notam.cancel", "not flown"),
    ]
    told = Announcement.objects.filter(kind="notam_changed").order_by("id")
    assert [announcement.payload["state"] for announcement in told] == ["requested", "published", "cancelled"]


def test_a_moved_booking_shows_the_difference_until_the_next_notam_replaces_the_first(
    booking: Booking, officer: Person
) -> None:
    request(officer, booking)
    publish(officer, booking)
    move(booking, days=1)

    outdated = standing(booking)
    assert (outdated.state, outdated.due) == ("outdated", "request")
    assert [unlike.field for unlike in outdated.differences] == ["C"]

    request(officer, booking)
    assert states(booking) == ["published", "requested"]
    publish(officer, booking, number="A1300/27")
    assert states(booking) == ["replaced", "published"]
    assert (standing(booking).state, standing(booking).due) == ("published", None)


def test_a_later_request_replaces_one_that_nobody_published(booking: Booking, officer: Person) -> None:
    request(officer, booking)
    move(booking, days=1)
    request(officer, booking)

    assert states(booking) == ["replaced", "requested"]


def test_a_published_time_that_holds_the_slot_is_no_difference(booking: Booking, officer: Person) -> None:
    request(officer, booking)
    publish(officer, booking)
    Booking.objects.filter(pk=booking.pk).update(end=booking.end + dt.timedelta(minutes=30))

    # the hour that the NOTAM office added is enough for B and C
    assert [unlike.field for unlike in standing(booking).differences] == []


def test_the_notam_of_a_booking_that_will_not_be_flown_is_due_to_be_cancelled(
    booking: Booking, officer: Person
) -> None:
    request(officer, booking)
    publish(officer, booking)
    cancel_booking(person("aero/booker").asker, booking.id, now=utc_now())

    assert (standing(booking).state, standing(booking).due) == ("outdated", "cancel")
    cancel(officer, booking)
    assert (standing(booking).state, standing(booking).due) == ("cancelled", None)
    with pytest.raises(Conflict):
        request(officer, booking)


def test_a_low_booking_has_a_draft_that_nobody_waits_for() -> None:
    low = a_booking(volumes=(volume(ceiling_ft=500),))

    assert (standing(low).needed, standing(low).state, standing(low).due) == (False, "drafted", None)


def test_a_booking_without_air_has_nothing_to_draft(officer: Person) -> None:
    grounded = a_booking(resources=("HANGAR",), volumes=(volume(kind=VolumeKind.GROUND_RISK_BUFFER),))

    assert (standing(grounded).state, standing(grounded).draft) == ("none", None)
    with pytest.raises(Conflict) as refused:
        request(officer, grounded)
    assert refused.value.refusals[0].code == "wrong_notam_state"


@pytest.mark.parametrize(
    ("before", "step"),
    [((), publish), ((), cancel), ((request,), request), ((request, publish), publish)],
)
def test_a_step_that_the_state_does_not_allow_is_refused(
    booking: Booking, officer: Person, before: tuple[Callable[..., None], ...], step: Callable[..., None]
) -> None:
    for earlier in before:
        earlier(officer, booking)
    kept = states(booking)

    with pytest.raises(Conflict) as refused:
        step(officer, booking)

    assert [refusal.code for refusal in refused.value.refusals] == ["wrong_notam_state"]
    assert states(booking) == kept


@pytest.mark.parametrize("who", ["range/safety", "range/auditor", "range/spectrum", "aero/admin"])
def test_who_does_not_write_notams_writes_none(booking: Booking, who: str) -> None:
    with pytest.raises(Forbidden):
        request(person(who), booking)


def test_a_rival_learns_nothing_of_it(booking: Booking) -> None:
    with pytest.raises(NotFound):
        request(person("heavylift/admin"), booking)


def test_neither_company_nor_purpose_nor_mass_is_told_of_a_classified_booking(officer: Person) -> None:
    secret = a_booking(
        volumes=(volume(ceiling_ft=900),),
        purpose="PURPLE HERON",
        resources=("ILS-23",),
        classification=Classification.DEP_V,
    )
    request(officer, secret)

    fresh = Booking.objects.select_related("organisation").get(pk=secret.pk)
    answer = notam_answer(fresh, site=current_site().facts, now=utc_now())

    text = str(answer).upper()
    assert [word for word in ("PURPLE", "HERON", "AERO", "MTOM", "LIFTER", "PILOT") if word in text] == []
    assert answer["cross_border"][0]["country"] == "GERMANY"


def test_a_neighbour_is_told_once_and_again_when_the_note_changes(officer: Person) -> None:
    approach = a_booking(resources=("ILS-23",))

    def note() -> tuple[str, bool]:
        fresh = Booking.objects.select_related("organisation").get(pk=approach.pk)
        (told,) = notam_answer(fresh, site=current_site().facts, now=utc_now())["cross_border"]
        return told["state"], told["due"]

    seen = [note()]
    tell_neighbours(officer.asker, approach.id, now=utc_now())
    seen.append(note())
    with pytest.raises(Conflict):
        tell_neighbours(officer.asker, approach.id, now=utc_now())
    move(approach, days=1)
    seen.append(note())
    tell_neighbours(officer.asker, approach.id, now=utc_now())
    seen.append(note())

    assert seen == [("drafted", True), ("sent", False), ("outdated", True), ("sent", False)]
    assert Entry.objects.filter(subject=f"booking:{approach.id}", action="notam.tell").count() == 2


def test_too_late_is_said_and_does_not_hinder(officer: Person) -> None:
    booking = a_booking(volumes=(volume(ceiling_ft=900),))
    load_site("ehtw")

    assert standing(booking).late
    request(officer, booking)
    publish(officer, booking)
    assert not standing(booking).late


def test_the_database_keeps_one_open_notam_of_each_kind_and_no_number_without_times(booking: Booking) -> None:
    now = utc_now()
    Notam.objects.create(booking=booking, state=NotamState.REQUESTED, text="x", requested_at=now)
    wrong: list[dict[str, object]] = [
        {"state": NotamState.REQUESTED},
        {"state": NotamState.PUBLISHED},
        {"state": NotamState.CANCELLED, "number": "A1234/27"},
        {"state": NotamState.PUBLISHED, "number": "A1/27", "valid_from": now, "valid_to": now, "published_at": now},
        {"state": "lost"},
    ]
    for columns in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            Notam.objects.create(booking=booking, text="x", requested_at=now, **columns)
