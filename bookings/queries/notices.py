"""What a booking says to the NOTAM office, over the border and as geozones; drafts are written anew at each reading."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import prefetch_related_objects

from bookings.models import OPEN_STATES, Booking, Notam, NotamState
from bookings.notices.border import BorderNote, border_notes
from bookings.notices.notam_draft import (
    Deadlines,
    Difference,
    NoticeFacts,
    deadlines_of,
    differences,
    draft_notam,
    is_notam_needed,
)
from bookings.notices.notam_text import NotamText, write_notam
from bookings.rules.facts import Classification, SiteFacts, VolumeFacts, VolumeKind
from bookings.rules.states import BookingState
from testcentre.foundation.clock import to_rfc3339

MOST_HISTORY = 20
# what will not be flown: its NOTAM is to be cancelled
CALLED_OFF = frozenset(
    {
        BookingState.REFUSED,
        BookingState.CANCELLED,
        BookingState.EXPIRED,
        BookingState.NO_SHOW,
        BookingState.DISPLACED,
    }
)


@dataclass(frozen=True, slots=True)
class NotamStanding:
    """How a booking and its NOTAMs stand; `state` and `due` as docs/reference/notam.md lists them.

    `latest` is the one that was asked for last and is still open, `published` the one in force.
    """

    needed: bool
    state: str
    due: str | None
    late: bool
    deadlines: Deadlines | None
    draft: NotamText | None
    latest: Notam | None
    published: Notam | None
    differences: tuple[Difference, ...]
    border: tuple[BorderNote, ...]


def notice_facts(booking: Booking) -> NoticeFacts:
    """Return what notices may look at; company and purpose are left behind here."""
    prefetch_related_objects([booking], "crew__aircraft", "volumes", "booked_resources__resource")
    return NoticeFacts(
        periods=((booking.start, booking.end),),
        volumes=tuple(
            VolumeFacts(
                outline=tuple((corner[0], corner[1]) for corner in volume.polygon["coordinates"][0]),
                ceiling_ft_amsl=volume.ceiling_ft_amsl,
                floor_ft_amsl=volume.floor_ft_amsl,
                kind=VolumeKind(volume.kind),
            )
            for volume in booking.volumes.all()
        ),
        masses_kg=tuple(member.aircraft.mtom_kg for member in booking.crew.all()),
        resources=tuple(booked.resource.code for booked in booking.booked_resources.all()),
        classification=Classification(booking.classification),
    )


def notam_standing(booking: Booking, *, site: SiteFacts, now: dt.datetime) -> NotamStanding:
    """Return how the booking's NOTAM stands now."""
    facts = notice_facts(booking)
    zone = ZoneInfo(site.timezone)
    day = booking.start.astimezone(zone).date()
    flies = booking.state not in CALLED_OFF
    draft = draft_notam(facts, site=site) if flies else None
    # all of them, so that whoever prefetched them for many bookings asks no more
    still_open = {notam.state: notam for notam in booking.notams.all() if notam.state in OPEN_STATES}
    published = still_open.get(NotamState.PUBLISHED)
    latest = still_open.get(NotamState.REQUESTED) or published
    unlike = tuple(_differences(latest, draft)) if latest else ()
    needed = flies and is_notam_needed(facts, site=site)
    due = _due(latest, needed=needed, has_draft=draft is not None, outdated=bool(unlike), now=now)
    deadlines = deadlines_of(booking.start, day=day, site=site)
    return NotamStanding(
        needed=needed,
        state=_state(booking, latest, has_draft=draft is not None, outdated=bool(unlike)),
        due=due,
        late=deadlines is not None
        and (
            (due == "request" and now.astimezone(zone).date() > deadlines.request_by)
            or (due in {"request", "publish"} and now > deadlines.publish_by)
        ),
        deadlines=deadlines,
        draft=draft,
        latest=latest,
        published=published,
        differences=unlike,
        border=tuple(border_notes(facts, day=day, site=site)) if flies else (),
    )


def notam_answer(booking: Booking, *, site: SiteFacts, now: dt.datetime) -> dict[str, Any]:
    """Return the NOTAM of a booking as the API answers it to everybody who may read the booking."""
    standing = notam_standing(booking, site=site, now=now)
    deadlines = standing.deadlines
    return {
        "booking": str(booking.id),
        "needed": standing.needed,
        "state": standing.state,
        "due": standing.due,
        "late": standing.late,
        "request_by": deadlines.request_by.isoformat() if deadlines else None,
        "publish_by": to_rfc3339(deadlines.publish_by) if deadlines else None,
        "draft": _draft(standing.draft, site=site),
        "notam": _row(standing.latest) if standing.latest else None,
        "published": _row(standing.published) if standing.published else None,
        "differences": [
            {"field": unlike.field, "published": unlike.published, "draft": unlike.draft}
            for unlike in standing.differences
        ],
        "cross_border": _border(booking, standing.border, today=now.astimezone(ZoneInfo(site.timezone)).date()),
        "history": [_row(notam) for notam in booking.notams.all()[:MOST_HISTORY]],
    }


def _state(booking: Booking, latest: Notam | None, *, has_draft: bool, outdated: bool) -> str:
    if latest is not None:
        return "outdated" if outdated else latest.state
    if has_draft:
        return "drafted"
    return "cancelled" if any(notam.state == NotamState.CANCELLED for notam in booking.notams.all()) else "none"


def _due(latest: Notam | None, *, needed: bool, has_draft: bool, outdated: bool, now: dt.datetime) -> str | None:
    """Return what the range has to do next: request, publish or cancel; None: nothing."""
    if latest is None:
        return "request" if needed else None
    if not has_draft:
        return "cancel" if latest.valid_to is None or latest.valid_to > now else None
    if outdated:
        return "request"
    return "publish" if latest.state == NotamState.REQUESTED else None


def _differences(notam: Notam, draft: NotamText | None) -> Sequence[Difference]:
    """Return where a NOTAM differs from the draft; its own times, once it has some, only have to hold the slot."""
    unlike = differences(notam.text, draft)
    if draft is None or notam.valid_from is None or notam.valid_to is None:
        return unlike
    rest = [difference for difference in unlike if difference.field not in "BC"]
    times = []
    if notam.valid_from > draft.begins:
        times.append(Difference("B", f"{notam.valid_from:%y%m%d%H%M}", draft.fields()["B"]))
    if notam.valid_to < draft.ends:
        times.append(Difference("C", f"{notam.valid_to:%y%m%d%H%M}", draft.fields()["C"]))
    return [*times, *rest]


def _draft(draft: NotamText | None, *, site: SiteFacts) -> dict[str, Any] | None:
    if draft is None:
        return None
    header = "EXERCISE - DRAFT - NOT FOR PUBLICATION" if site.exercise else "DRAFT - NOT PUBLISHED"
    return {"header": header, "text": write_notam(draft), "fields": draft.fields()}


def _border(booking: Booking, notes: Sequence[BorderNote], *, today: dt.date) -> list[dict[str, Any]]:
    sent = {note.country: note for note in booking.sent_notes.all()}
    answers = []
    for note in notes:
        last = sent.get(note.country)
        is_due = last is None or last.text != note.text
        answers.append(
            {
                "country": note.country,
                "tell": note.tell,
                "tell_by": note.tell_by.isoformat(),
                "reaches": list(note.reaches),
                "text": note.text,
                "state": "drafted" if last is None else "outdated" if is_due else "sent",
                "sent_at": to_rfc3339(last.sent_at) if last else None,
                "due": is_due,
                "late": is_due and today > note.tell_by,
            }
        )
    return answers


def _row(notam: Notam) -> dict[str, Any]:
    return {
        "id": str(notam.id),
        "state": notam.state,
        "number": notam.number,
        "series": notam.number[0] if notam.number else None,
        "from": to_rfc3339(notam.valid_from) if notam.valid_from else None,
        "to": to_rfc3339(notam.valid_to) if notam.valid_to else None,
        "text": notam.text,
        "requested_at": to_rfc3339(notam.requested_at),
        "published_at": to_rfc3339(notam.published_at) if notam.published_at else None,
        "ended_at": to_rfc3339(notam.ended_at) if notam.ended_at else None,
    }
