"""E-mails through a real mail server: who, in which language, once, and never what is classified."""

import datetime as dt
import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from pytest_django import Settings

from bookings.actions.cancel_booking import cancel_booking
from bookings.actions.refuse_booking import refuse_booking
from bookings.models import Mail, MailWish, Sending
from bookings.outgoing.hear import next_day, next_span
from bookings.outgoing.mails import CLAIM, claim_due, send_due
from bookings.outgoing.preferences import Preferences, choose
from bookings.outgoing.retry import MAIL_DELAYS_S
from bookings.outgoing.sweep import KEPT, sweep
from bookings.rules.facts import Classification
from testcentre.accounts.models import Membership, User
from testcentre.audit.models import Entry
from testcentre.foundation.clock import utc_now
from tests.bookings.api.client import get
from tests.bookings.outgoing.cast import asker_of, confirmed, member, signed_in
from tests.factories import a_booking
from tests.people import person

pytestmark = pytest.mark.usefixtures("site")
QUARTER = dt.timedelta(minutes=15)


class Post:
    """What the mail server got; `refusals` are answered first."""

    def __init__(self) -> None:
        self.got: list[tuple[list[str], EmailMessage]] = []
        self.refusals: list[str] = []
        self.refuses_recipients = False

    async def handle_RCPT(  # noqa: N802 — the name that aiosmtpd calls
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.refuses_recipients:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.refusals:
            return self.refusals.pop(0)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.got.append((list(envelope.rcpt_tos), message))
        return "250 taken"

    def to(self, user: User) -> list[tuple[str, str]]:
        """Return subject and body of what somebody got."""
        return [(str(m["Subject"]), m.get_content()) for tos, m in self.got if tos == [user.email]]


@pytest.fixture
def post(settings: Settings) -> Iterator[Post]:
    handler = Post()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.PUBLIC_URL = "https://range.example"
    yield handler
    controller.stop()


def drain(now: dt.datetime | None = None) -> None:
    while send_due(now or utc_now()):
        pass


def test_everybody_who_may_book_is_told_in_their_own_language(post: Post) -> None:
    english, dutch = member("aero/booker"), member("aero/admin", language="nl")
    others = [member(who) for who in ("aero/viewer", "aero/pilot", "heavylift/booker", "range/operator")]
    booking = confirmed(person("aero/booker"))
    drain()

    ((subject, body),) = post.to(english)
    assert subject == f"AERO-{booking.serial} is confirmed"
    assert f"https://range.example/bookings/?booking={booking.id}" in body
    ((onderwerp, tekst),) = post.to(dutch)
    assert onderwerp == f"AERO-{booking.serial} is bevestigd"
    assert "Kies onder Meldingen" in tekst
    assert f"{booking.start:%Y-%m-%dT%H:%M:%SZ}" in body
    assert "Europe/Amsterdam" in tekst
    assert [post.to(user) for user in others] == [[]] * 4
    assert {m["Auto-Submitted"] for _, m in post.got} == {"auto-generated"}
    assert set(Mail.objects.filter(kind="booking_confirmed").values_list("state", flat=True)) == {Sending.DONE}


def test_nobody_is_told_twice(post: Post) -> None:
    booker = member("aero/booker")
    confirmed(person("aero/booker"))
    for _ in range(3):
        drain()
    assert len(post.to(booker)) == 1


def test_a_refusal_says_why(post: Post) -> None:
    booker = member("aero/booker")
    booking = a_booking(person("aero/booker"))
    refuse_booking(person("range/safety").asker, booking.id, now=utc_now(), reason="Crane in the circuit.")
    drain()
    ((subject, body),) = post.to(booker)
    assert subject == f"AERO-{booking.serial} is refused"
    assert "Reason: Crane in the circuit." in body


def test_approvers_get_the_requests_of_a_quarter_of_an_hour_in_one_mail(post: Post) -> None:
    approver, _ = member("range/safety"), member("range/auditor")
    first, second = a_booking(person("aero/booker")), a_booking(person("heavylift/booker"))
    decided = a_booking(person("aero/booker"))
    refuse_booking(person("range/safety").asker, decided.id, now=utc_now())
    drain()
    assert post.to(approver) == []
    drain(utc_now() + QUARTER)
    ((subject, body),) = post.to(approver)
    assert subject == "2 things to look at"
    assert all(f"{number} is requested" in body for number in (f"AERO-{first.serial}", f"HEAVYLIFT-{second.serial}"))
    assert f"AERO-{decided.serial} is" not in body
    assert len(post.got) == 1


@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_classified_booking_is_never_named(post: Post, language: str) -> None:
    users = [member("aero/booker", language=language), member("range/security", language=language)]
    approver = member("range/manager", language=language)
    booker = person("aero/booker")
    booking = confirmed(booker, purpose="PURPLE-HERON", classification=Classification.DEP_V)
    a_booking(booker, purpose="PURPLE-HERON", classification=Classification.DEP_V)
    cancel_booking(booker.asker, booking.id, now=utc_now(), reason="PURPLE-HERON")
    drain(utc_now() + QUARTER)

    something = {"en": "There is something to look at", "nl": "Er is iets te bekijken"}[language]
    assert {subject for subject, _ in post.to(users[0])} == {something}
    assert [subject for subject, _ in post.to(approver)] == [something]
    crew = booking.crew.select_related("aircraft").get()
    secrets = ("PURPLE", "AERO", "Aero", crew.aircraft.name, "confirmed", "bevestigd", "cancel", "annul", "UTC")
    for _, message in post.got:
        whole = str(message["Subject"]) + message.get_content()
        assert [word for word in secrets if word in whole] == []


def test_none_means_none_and_daily_means_one_at_five(post: Post) -> None:
    quiet, daily = member("aero/booker"), member("aero/booker")
    choose(asker_of(quiet), Preferences(MailWish.NONE, "en"))
    choose(asker_of(daily), Preferences(MailWish.DAILY, "nl"))
    booker = person("aero/booker")
    booking = confirmed(booker)
    cancel_booking(booker.asker, booking.id, now=utc_now())
    drain()
    assert post.got == []
    drain(next_day(utc_now()))
    assert post.to(quiet) == []
    ((subject, body),) = post.to(daily)
    assert subject == "2 zaken te bekijken"
    assert f"- AERO-{booking.serial} is bevestigd" in body
    assert f"- AERO-{booking.serial} is geannuleerd" in body


def test_who_leaves_or_says_no_before_it_is_sent_is_not_told(post: Post) -> None:
    leaver, quiet = member("aero/booker"), member("aero/booker")
    confirmed(person("aero/booker"))
    Membership.objects.filter(user=leaver).delete()
    choose(asker_of(quiet), Preferences(MailWish.NONE, "en"))
    drain()
    assert post.got == []
    assert set(Mail.objects.filter(kind="booking_confirmed").values_list("state", flat=True)) == {Sending.DROPPED}


def test_a_server_that_fails_is_tried_again_under_the_same_id(post: Post) -> None:
    booker = member("aero/booker")
    post.refusals = ["451 later", "451 later"]
    confirmed(person("aero/booker"))
    mail = Mail.objects.get(kind="booking_confirmed")
    now = utc_now()
    for _ in range(3):
        send_due(now)
        mail.refresh_from_db()
        now = mail.due_at or now
    assert (mail.state, mail.tried, len(post.to(booker))) == (Sending.DONE, 3, 1)
    assert post.got[0][1]["Message-ID"] == f"<{mail.id}@testcentre>"


def test_after_a_day_it_is_given_up(post: Post) -> None:
    member("aero/booker")
    post.refusals = ["451 later"] * 20
    confirmed(person("aero/booker"))
    mail, now = Mail.objects.get(kind="booking_confirmed"), utc_now()
    for _ in range(len(MAIL_DELAYS_S) + 1):
        assert send_due(now) >= 1
        mail.refresh_from_db()
        now = mail.due_at or now
    assert (mail.state, mail.tried) == (Sending.FAILED, len(MAIL_DELAYS_S) + 1)
    assert "451" in mail.error


def test_a_mailbox_that_is_not_there_is_given_up_at_once(post: Post) -> None:
    member("aero/booker")
    post.refuses_recipients = True
    confirmed(person("aero/booker"))
    drain()
    mail = Mail.objects.get(kind="booking_confirmed")
    assert (mail.state, mail.tried) == (Sending.FAILED, 1)


def test_a_dead_sender_s_mails_are_sent_by_another_after_its_claim(post: Post) -> None:
    booker = member("aero/booker")
    confirmed(person("aero/booker"))
    now = utc_now()
    assert len(claim_due(now)) == 1
    assert send_due(now) == 0
    assert send_due(now + CLAIM) == 1
    assert len(post.to(booker)) == 1


def test_without_a_mail_server_mails_go_to_files_that_are_swept_after_30_days(mail_folder: Path) -> None:
    member("aero/booker")
    confirmed(person("aero/booker"))
    drain()
    (file,) = mail_folder.iterdir()
    assert "is confirmed" in file.read_text()
    assert sweep(utc_now()) == 0
    assert sweep(utc_now() + KEPT + dt.timedelta(hours=1)) == 1
    assert list(mail_folder.iterdir()) == []


def test_a_name_with_line_breaks_adds_no_header(post: Post) -> None:
    booker = member("aero/booker")
    booking = a_booking(person("aero/booker"))
    reason = "no\nBcc: everybody@rival.example"
    refuse_booking(person("range/safety").asker, booking.id, now=utc_now(), reason=reason)
    drain()
    assert len(post.to(booker)) == 1
    assert post.got[0][1]["Bcc"] is None


def test_somebody_chooses_and_it_stands_in_the_trail() -> None:
    user = member("aero/booker")
    client = signed_in(user)
    assert client.get("/api/v1/me/notifications").json() == {"mail": "each", "language": "en"}
    wanted = {"mail": "daily", "language": "nl"}
    answer = client.put("/api/v1/me/notifications", wanted, content_type="application/json")
    assert (answer.status_code, answer.json()) == (200, wanted)
    assert client.get("/api/v1/me/notifications").json() == wanted
    assert Entry.objects.get(action="notifications.choose").details == wanted


@pytest.mark.parametrize("body", [{}, {"mail": "often", "language": "nl"}, {"mail": "none", "language": "de"}])
def test_other_choices_are_refused(body: dict[str, str]) -> None:
    answer = signed_in(member("aero/booker")).put("/api/v1/me/notifications", body, content_type="application/json")
    assert answer.status_code == 400


def test_a_key_has_no_e_mails() -> None:
    assert get(person("aero/booker"), "me/notifications").status_code == 404


def test_the_day_s_mail_goes_at_five_and_the_quarter_s_at_its_end() -> None:
    at = dt.datetime(2027, 3, 3, 4, 59, 59, tzinfo=dt.UTC)
    assert next_day(at) == dt.datetime(2027, 3, 3, 5, tzinfo=dt.UTC)
    assert next_day(dt.datetime(2027, 3, 3, 5, tzinfo=dt.UTC)) == dt.datetime(2027, 3, 4, 5, tzinfo=dt.UTC)
    assert next_span(at, QUARTER) == dt.datetime(2027, 3, 3, 5, tzinfo=dt.UTC)
    five = dt.datetime(2027, 3, 3, 5, tzinfo=dt.UTC)
    assert next_span(five, QUARTER) == five + QUARTER
