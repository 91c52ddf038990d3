"""The calendar feed as a calendar program reads it, and how its right ends."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from bookings.actions.cancel_booking import cancel_booking
from bookings.models import Booking, CalendarFeed
from bookings.outgoing.calendar_feed import calendar_feed
from bookings.outgoing.feed_tokens import MOST_FEEDS
from bookings.rules.facts import Classification
from testcentre.accounts.actions import create_user, revoke_key
from testcentre.accounts.models import ApiKey, Membership, User
from testcentre.audit.models import Entry
from testcentre.foundation.clock import utc_now
from tests.bookings.api.client import codes, get, post
from tests.bookings.outgoing.cast import confirmed, member, signed_in
from tests.factories import a_booking
from tests.people import Person, person

pytestmark = pytest.mark.usefixtures("site")


def feed(client: Client | Person) -> str:
    """Make a feed and return its token."""
    if isinstance(client, Person):
        answer = post(client, "calendar-feeds", {"name": "planner"})
    else:
        answer = client.post("/api/v1/calendar-feeds", {"name": "planner"}, content_type="application/json")
    assert answer.status_code == 201, answer.content
    token: str = answer.json()["token"]
    assert answer.json()["url"].endswith(f"/api/v1/bookings.ics?token={token}")
    return token


def read(token: str, **headers: str) -> Any:
    return Client(raise_request_exception=False).get(f"/api/v1/bookings.ics?token={token}", headers=headers)


def entries(token: str) -> dict[str, Any]:
    """Return the events of a feed by uid."""
    answer = read(token)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    return {str(entry["UID"]): entry for entry in Calendar.from_ical(answer.content).walk("VEVENT")}


def test_a_booking_is_an_event_in_utc_with_a_stable_id() -> None:
    booker = person("aero/booker")
    booking = a_booking(booker, purpose="Hover; test, with\nwinch 🚁 " + "ü" * 90)
    (entry,) = entries(feed(booker)).values()
    assert str(entry["UID"]) == str(booking.id)
    assert (entry["DTSTART"].dt, entry["DTEND"].dt) == (booking.start, booking.end)
    assert entry["DTSTART"].dt.tzinfo is not None
    assert (str(entry["STATUS"]), int(entry["SEQUENCE"])) == ("TENTATIVE", booking.version)
    assert str(entry["SUMMARY"]) == f"AERO-{booking.serial} {booking.purpose}"
    assert entry["DTSTAMP"].dt == entry["LAST-MODIFIED"].dt
    assert abs(entry["DTSTAMP"].dt - utc_now()) < dt.timedelta(minutes=1)


def test_a_cancellation_stays_under_the_same_id_with_a_higher_sequence() -> None:
    booker = person("aero/booker")
    token, booking = feed(booker), confirmed(booker)
    before = entries(token)[str(booking.id)]
    cancel_booking(booker.asker, booking.id, now=utc_now())
    after = entries(token)[str(booking.id)]
    assert (str(before["STATUS"]), str(after["STATUS"])) == ("CONFIRMED", "CANCELLED")
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])
    assert (str(before["TRANSP"]), str(after["TRANSP"])) == ("OPAQUE", "TRANSPARENT")


def test_a_cancellation_is_kept_for_90_days_and_past_slots_too() -> None:
    booker = person("aero/booker")
    gone, flown = a_booking(booker), confirmed(booker)
    cancel_booking(booker.asker, gone.id, now=utc_now())
    Booking.objects.filter(pk=gone.id).update(end=utc_now() + dt.timedelta(days=400))

    def ids(days: float) -> set[str]:
        calendar = Calendar.from_ical(calendar_feed(booker.asker, now=utc_now() + dt.timedelta(days=days)))
        return {str(entry["UID"]) for entry in calendar.walk("VEVENT")}

    assert ids(89) == {str(gone.id), str(flown.id)}
    assert ids(90.1) == {str(flown.id)}
    assert ids(93) == set()


def test_of_a_classified_booking_only_its_time_and_that_there_is_something_to_look_at() -> None:
    booker = person("aero/booker")
    booking = a_booking(booker, purpose="PURPLE-HERON", classification=Classification.DEP_V)
    for reader in (booker, person("range/security"), person("range/operator")):
        token = feed(reader)
        entry = entries(token)[str(booking.id)]
        assert str(entry["SUMMARY"]) == "Something to look at"
        assert str(entry["CLASS"]) == "CONFIDENTIAL"
        assert not {"LOCATION", "DESCRIPTION"} & set(entry)
        text = read(token).content.decode()
        crew = booking.crew.select_related("aircraft", "pilot").get()
        secrets = ("PURPLE", "DEP", crew.aircraft.name, crew.pilot.name, f"AERO-{booking.serial}")
        assert [word for word in secrets if word in text] == []


def test_one_s_own_organisation_s_bookings_and_no_other_s() -> None:
    aero, rival = person("aero/booker"), person("heavylift/booker")
    ours = a_booking(aero)
    assert set(entries(feed(aero))) == {str(ours.id)}
    assert entries(feed(rival)) == {}
    assert set(entries(feed(person("range/operator")))) == {str(ours.id)}


def test_what_has_not_changed_is_not_sent_again() -> None:
    booker = person("aero/booker")
    token, booking = feed(booker), a_booking(booker)
    first = read(token)
    again = read(token, **{"If-None-Match": first["ETag"]})
    weak = read(token, **{"If-None-Match": f'"other", W/{first["ETag"]}'})
    assert [(a.status_code, a.content, a["ETag"]) for a in (again, weak)] == [(304, b"", first["ETag"])] * 2
    assert first["Cache-Control"] == "private, no-cache"
    cancel_booking(booker.asker, booking.id, now=utc_now())
    changed = read(token, **{"If-None-Match": first["ETag"]})
    assert (changed.status_code, changed["ETag"] != first["ETag"]) == (200, True)


def leave(user: User) -> None:
    Membership.objects.filter(user=user).delete()


def lock_out(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


@pytest.mark.parametrize("end", [leave, lock_out])
def test_a_leaver_s_token_is_dead_at_once(end: Any) -> None:
    user = member("aero/booker")
    token = feed(signed_in(user))
    assert read(token).status_code == 200
    end(user)
    dead, nobody = read(token), read("tcf_" + "x" * 43)
    assert (dead.status_code, dead.content) == (404, nobody.content)


def test_whoever_moves_to_the_rival_takes_no_feed_along() -> None:
    user = member("aero/booker")
    booking, token = a_booking(), feed(signed_in(user))
    assert set(entries(token)) == {str(booking.id)}
    create_user(user.email, slug=person("heavylift/booker").asker.organisation_slug, role="booker", password="")
    Membership.objects.filter(user=user, organisation__slug="aero").delete()
    assert read(token).status_code == 404


def test_a_key_s_feed_ends_with_the_key() -> None:
    booker = person("aero/booker")
    token = feed(booker)
    revoke_key(ApiKey.objects.get(pk=booker.asker.key_id))
    assert read(token).status_code == 404
    other = person("aero/booker")
    token = feed(other)
    ApiKey.objects.filter(pk=other.asker.key_id).update(expires_at=utc_now())
    assert read(token).status_code == 404


def test_a_revoked_feed_is_dead_and_only_one_s_own_can_be_revoked() -> None:
    booker, colleague = person("aero/booker"), person("aero/booker")
    token = feed(booker)
    its_id = get(booker, "calendar-feeds").json()["results"][0]["id"]
    client = Client()
    for who, status in ((colleague, 404), (booker, 204), (booker, 404)):
        assert client.delete(f"/api/v1/calendar-feeds/{its_id}", headers=who.headers).status_code == status
    assert client.delete(f"/api/v1/calendar-feeds/{uuid4()}", headers=booker.headers).status_code == 404
    assert read(token).status_code == 404
    assert get(booker, "calendar-feeds").json()["results"] == []
    actions = Entry.objects.filter(subject=f"calendar_feed:{its_id}").order_by("id").values_list("action", flat=True)
    assert list(actions) == ["calendar_feed.make", "calendar_feed.revoke"]


def test_the_token_is_told_once_and_only_an_hmac_of_it_is_kept() -> None:
    booker = person("aero/booker")
    token = feed(booker)
    assert token not in get(booker, "calendar-feeds").content.decode()
    assert token not in str(vars(CalendarFeed.objects.get()))


@pytest.mark.parametrize("token", ["", "x", "tcf_", "tcf_" + "y" * 500, "tck_wrong", "%00", "é"])
def test_no_token_is_never_more_than_not_found(token: str) -> None:
    assert read(token).status_code in {400, 404}
    assert Client().get("/api/v1/bookings.ics").status_code == 404


def test_ten_feeds_each_and_no_more() -> None:
    booker = person("aero/booker")
    for _ in range(MOST_FEEDS):
        feed(booker)
    refused = post(booker, "calendar-feeds", {})
    assert (refused.status_code, codes(refused)) == (422, ["too_many_feeds"])
    feed(person("aero/booker"))


def test_a_feed_of_many_takes_as_many_queries_as_one_of_one() -> None:
    booker = person("aero/booker")
    counts = []
    for more in (1, 2):
        for _ in range(more):
            a_booking(booker)
        with CaptureQueriesContext(connection) as queries:
            calendar_feed(booker.asker, now=utc_now())
        counts.append(len(queries))
    assert counts[0] == counts[1] < 10
