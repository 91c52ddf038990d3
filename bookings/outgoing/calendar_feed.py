"""An asker's bookings as an iCalendar feed (RFC 5545, RFC 7986): UTC, stable ids, cancellations kept."""

import datetime as dt
from collections.abc import Iterator

from django.conf import settings
from django.db.models import Max

from bookings.models import Booking, Site
from bookings.outgoing import icalendar as ical
from bookings.outgoing.hear import is_classified
from bookings.queries.access import bookings_of, needs_to_know
from bookings.queries.booking_answer import number_of, with_parts
from bookings.rules.states import BookingState
from testcentre.accounts.asker import Asker
from testcentre.audit.models import Entry

LOOK_BACK = dt.timedelta(days=90)
MOST_EVENTS = 2000
_TENTATIVE = frozenset({BookingState.HELD, BookingState.REQUESTED})
_CONFIRMED = frozenset({BookingState.CONFIRMED, BookingState.CHECKED_IN, BookingState.ACTIVE, BookingState.COMPLETED})


def calendar_feed(asker: Asker, *, now: dt.datetime) -> bytes:
    """Return the bookings that the asker may know of, from 90 days ago on; at most 2,000, the latest ones.

    What is cancelled, refused, expired, displaced or unused stays as CANCELLED until 90 days after that. A classified
    booking shows its time and that there is something to look at, and no more. Equal bookings give equal bytes.
    """
    rows = bookings_of(asker).filter(end__gt=now - LOOK_BACK).exclude(state=BookingState.DRAFT)
    bookings = list(with_parts(rows).order_by("-start", "-id")[:MOST_EVENTS])[::-1]
    changed = _changed_at(bookings)
    site = Site.objects.first()
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Test centre//Bookings//EN", "CALSCALE:GREGORIAN"]
    title = ical.text(f"{site.name if site else 'Test centre'}: {asker.organisation_name}")
    lines += [
        f"NAME:{title}",
        f"X-WR-CALNAME:{title}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT15M",
        "X-PUBLISHED-TTL:PT15M",
    ]
    for booking in bookings:
        moment = changed.get(booking.id, booking.created_at)
        if _status(booking) != "CANCELLED" or moment > now - LOOK_BACK:
            lines += _event(asker, booking, changed_at=moment, place=site.name if site else "")
    return ical.document([*lines, "END:VCALENDAR"])


def _event(asker: Asker, booking: Booking, *, changed_at: dt.datetime, place: str) -> Iterator[str]:
    status = _status(booking)
    yield "BEGIN:VEVENT"
    yield f"UID:{booking.id}"
    yield f"SEQUENCE:{booking.version}"
    yield f"DTSTAMP:{ical.instant(changed_at)}"  # 3.8.7.2: without a METHOD the same as LAST-MODIFIED
    yield f"LAST-MODIFIED:{ical.instant(changed_at)}"
    yield f"CREATED:{ical.instant(booking.created_at)}"
    yield f"DTSTART:{ical.instant(booking.start)}"
    yield f"DTEND:{ical.instant(booking.end)}"
    yield f"STATUS:{status}"
    yield f"TRANSP:{'TRANSPARENT' if status == 'CANCELLED' else 'OPAQUE'}"
    yield f"URL:{settings.PUBLIC_URL.rstrip('/')}/bookings/?booking={booking.id}"
    knows = needs_to_know(asker, organisation_id=booking.organisation_id, classification=booking.classification)
    if is_classified(booking) or not knows:
        yield "CLASS:CONFIDENTIAL"
        yield "SUMMARY:Something to look at"
    else:
        yield "CLASS:PRIVATE"
        yield f"SUMMARY:{ical.text(f'{number_of(booking)} {booking.purpose}')}"
        yield f"LOCATION:{ical.text(_location(booking, place))}"
        yield f"DESCRIPTION:{ical.text(_description(booking))}"
    yield "END:VEVENT"


def _location(booking: Booking, place: str) -> str:
    return ", ".join(dict.fromkeys([place, *(booked.resource.code for booked in booking.booked_resources.all())]))


def _description(booking: Booking) -> str:
    flown = ", ".join(f"{crew.aircraft.name} ({crew.pilot.name})" for crew in booking.crew.all())
    return f"{booking.organisation.name}\n{booking.state}\n{flown}"


def _status(booking: Booking) -> str:
    if booking.state in _TENTATIVE:
        return "TENTATIVE"
    return "CONFIRMED" if booking.state in _CONFIRMED else "CANCELLED"


def _changed_at(bookings: list[Booking]) -> dict[object, dt.datetime]:
    """Return when each booking last changed: the trail has a row of every change."""
    subjects = {f"booking:{booking.id}": booking.id for booking in bookings}
    rows = Entry.objects.filter(subject__in=subjects).values_list("subject").annotate(at=Max("at"))
    return {subjects[subject]: moment for subject, moment in rows}
