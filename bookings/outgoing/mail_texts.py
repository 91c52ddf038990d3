"""The words of e-mails: a template per kind and language; its first line is the subject."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template import Context, Engine
from django.utils import formats, translation

from bookings.models import Mail, Paper, Site
from bookings.outgoing.hear import is_classified
from bookings.queries.booking_answer import number_of
from testcentre.foundation.clock import to_rfc3339

TEXTS = Path(__file__).parent / "texts"
MOST_IN_DIGEST = 100
_LONGEST_SUBJECT = 150
_engine = Engine(dirs=[str(TEXTS)], autoescape=False)  # plain text: nothing reads it as HTML


@dataclass(frozen=True, slots=True)
class Text:
    """A subject in one line, and the body."""

    subject: str
    body: str


def text_of(mail: Mail, *, language: str) -> Text:
    """Return what an e-mail says; of a classified booking only that there is something to look at."""
    if mail.booking is not None and is_classified(mail.booking):
        return render("classified", language, {"link": _link(mail)})
    words = _booking_words(mail, language) if mail.booking else _paper_words(mail)
    facts = {"organisation": mail.organisation.name, **mail.facts, **words, "link": _link(mail)}
    return render(mail.kind, language, facts)


def digest_of(mails: list[Mail], *, language: str) -> Text:
    """Return one text for several e-mails: the first 100 subjects with their links, and how many more there are."""
    if len(mails) == 1:
        return text_of(mails[0], language=language)
    shown = [(text_of(mail, language=language).subject, _link(mail)) for mail in mails[:MOST_IN_DIGEST]]
    more = len(mails) - len(shown)
    return render("digest", language, {"entries": shown, "count": len(mails), "more": more, "link": _base()})


def render(kind: str, language: str, facts: Mapping[str, Any]) -> Text:
    """Return the text of a kind in a language."""
    whole = _engine.get_template(f"{kind}.{language}.txt").render(Context(dict(facts), autoescape=False))
    subject, _, body = whole.partition("\n")
    return Text(" ".join(subject.split())[:_LONGEST_SUBJECT], body.strip() + "\n")


def _booking_words(mail: Mail, language: str) -> dict[str, Any]:
    booking = mail.booking
    assert booking is not None
    return {
        "number": number_of(booking),
        "organisation": booking.organisation.name,
        "when": period(booking.start, booking.end, language=language),
        "resources": ", ".join(dict.fromkeys(booked.resource.code for booked in booking.booked_resources.all())),
        "reason": booking.reason,
        "hold_until": instant(booking.hold_until, language=language) if booking.hold_until else "",
    }


def _paper_words(mail: Mail) -> dict[str, Any]:
    paper = Paper.objects.select_related("aircraft", "pilot").filter(pk=mail.facts.get("paper")).first()
    if paper is None:
        return {}
    subject = paper.aircraft or paper.pilot or paper.organisation
    return {"paper": f"{paper.kind} {paper.number}", "subject": subject.name, "valid_until": paper.valid_until}


def instant(moment: dt.datetime, *, language: str) -> str:
    """Return an instant in the site's time and in UTC."""
    zone_name = _zone_name()
    local = moment.astimezone(ZoneInfo(zone_name))
    with translation.override(language):
        day = formats.date_format(local, "l j F Y")
    return f"{day} {local:%H:%M} {zone_name} ({to_rfc3339(moment)})"


def period(start: dt.datetime, end: dt.datetime, *, language: str) -> str:
    """Return a period in the site's time and, so that no stale time zone misleads, in UTC."""
    zone_name = _zone_name()
    zone = ZoneInfo(zone_name)
    begins, ends = start.astimezone(zone), end.astimezone(zone)
    with translation.override(language):
        day = formats.date_format(begins, "l j F Y")
        last = "" if ends.date() == begins.date() else formats.date_format(ends, "l j F Y") + " "
    return f"{day} {begins:%H:%M} – {last}{ends:%H:%M} {zone_name} ({to_rfc3339(start)} – {to_rfc3339(end)})"


def _zone_name() -> str:
    return Site.objects.values_list("timezone", flat=True).first() or "UTC"


def _link(mail: Mail) -> str:
    return f"{_base()}bookings/?booking={mail.booking_id}" if mail.booking_id else _base()


def _base() -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}/"
