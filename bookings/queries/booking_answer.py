"""A booking as one asker may read it."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from bookings.models import BookedResource, Booking, Crew
from bookings.queries.access import needs_to_know
from bookings.queries.possible import possible_actions
from testcentre.accounts.asker import Asker
from testcentre.foundation.clock import to_rfc3339

_PARTS = (
    Prefetch("crew", Crew.objects.select_related("aircraft", "pilot")),
    Prefetch("booked_resources", BookedResource.objects.select_related("resource")),
    "volumes",
)


def number_of(booking: Booking) -> str:
    """Return the number that people say: it counts per organisation."""
    return f"{booking.organisation.slug.upper()}-{booking.serial}"


def with_parts(bookings: "QuerySet[Booking]") -> "QuerySet[Booking]":
    """Return the bookings with all that an answer needs, in four queries however many they are."""
    return bookings.select_related("organisation").prefetch_related(*_PARTS)


def answer_of(asker: Asker, booking: Booking, *, now: dt.datetime) -> dict[str, Any]:
    """Return one booking as the asker may read it; of a restricted one what range control needs, and no more."""
    prefetch_related_objects([booking], *_PARTS)
    crew = list(booking.crew.all())
    knows = needs_to_know(asker, organisation_id=booking.organisation_id, classification=booking.classification)
    flights = [{"id": str(c.flight_id), "aircraft": str(c.aircraft_id)} for c in crew if c.flight_id]
    return {
        "id": str(booking.id),
        "number": number_of(booking) if knows else "",
        "organisation": booking.organisation.slug if knows else None,
        "organisation_name": booking.organisation.name if knows else None,
        "restricted": not knows,
        "state": booking.state,
        "version": booking.version,
        "aircraft": str(crew[0].aircraft_id),
        "pilot": str(crew[0].pilot_id) if knows else None,
        "crew": [_crew(c, knows) for c in crew],
        "purpose": booking.purpose if knows else "",
        "start": to_rfc3339(booking.start),
        "end": to_rfc3339(booking.end),
        "resources": [booked.resource.code for booked in booking.booked_resources.all()],
        "volumes": [
            {
                "polygon": volume.polygon,
                "floor_ft_amsl": volume.floor_ft_amsl,
                "ceiling_ft_amsl": volume.ceiling_ft_amsl,
                "kind": volume.kind,
            }
            for volume in booking.volumes.all()
        ],
        "classification": booking.classification,
        "flight": flights[0]["id"] if flights else None,
        "flights": flights,
        "waived": list(booking.waived),
        "waiver_reason": booking.waiver_reason if knows else "",
        "reason": booking.reason if knows else "",
        "ended_at": to_rfc3339(booking.ended_at) if booking.ended_at else None,
        "created_at": to_rfc3339(booking.created_at),
        "actions": possible_actions(asker, booking, now=now),
    }


def answers_of(asker: Asker, bookings: Iterable[Booking], *, now: dt.datetime) -> list[dict[str, Any]]:
    """Return bookings as the asker may read them; the parts are read together."""
    rows = list(bookings)
    prefetch_related_objects(rows, *_PARTS)
    return [answer_of(asker, booking, now=now) for booking in rows]


def _crew(crew: Crew, knows: bool) -> dict[str, Any]:
    return {
        "aircraft": str(crew.aircraft_id),
        "aircraft_name": crew.aircraft.name if knows else None,
        "pilot": str(crew.pilot_id) if knows else None,
        "pilot_name": crew.pilot.name if knows else None,
        "flight": str(crew.flight_id) if crew.flight_id else None,
    }
