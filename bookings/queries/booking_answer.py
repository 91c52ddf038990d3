"""A booking as one asker may read it."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from bookings.models import BookedResource, Booking, Crew
from bookings.queries.access import needs_to_know
from bookings.queries.approvals import step_body, waits_for
from bookings.queries.possible import possible_actions
from bookings.queries.prices import NEWEST_PRICES, kept_price_body
from bookings.queries.waivers import waivers_body
from bookings.rules.states import CLAIMING_STATES, BookingState
from testcentre.accounts.asker import Asker
from testcentre.foundation.clock import to_rfc3339

_PARTS = (
    Prefetch("crew", Crew.objects.select_related("aircraft", "pilot")),
    Prefetch("booked_resources", BookedResource.objects.select_related("resource")),
    "volumes",
    "approvals",
    "waivers",
    NEWEST_PRICES,
)


def number_of(booking: Booking) -> str:
    """Return the number that people say: it counts per organisation."""
    return number_words(booking.organisation.slug, booking.serial)


def number_words(organisation_slug: str, serial: int) -> str:
    """Return the number of an organisation's booking."""
    return f"{organisation_slug.upper()}-{serial}"


def with_parts(bookings: "QuerySet[Booking]") -> "QuerySet[Booking]":
    """Return the bookings with all that an answer needs, in seven queries however many they are."""
    return bookings.select_related("organisation").prefetch_related(*_PARTS)


def answer_of(asker: Asker, booking: Booking, *, now: dt.datetime) -> dict[str, Any]:
    """Return one booking as the asker may read it; of a restricted one what range control needs, and no more."""
    prefetch_related_objects([booking], *_PARTS)
    return _answer(asker, booking, now=now)


def answers_of(asker: Asker, bookings: Iterable[Booking], *, now: dt.datetime) -> list[dict[str, Any]]:
    """Return bookings as the asker may read them; the parts are read together."""
    rows = list(bookings)
    prefetch_related_objects(rows, *_PARTS)
    return [_answer(asker, booking, now=now) for booking in rows]


def _answer(asker: Asker, booking: Booking, *, now: dt.datetime) -> dict[str, Any]:
    crew = list(booking.crew.all())
    knows = needs_to_know(asker, organisation_id=booking.organisation_id, classification=booking.classification)
    # an aircraft's id would lead to its other bookings, and so to whose it is
    flights = [{"id": str(c.flight_id), "aircraft": str(c.aircraft_id) if knows else None} for c in crew if c.flight_id]
    return {
        "id": str(booking.id),
        "number": number_of(booking) if knows else "",
        "organisation": booking.organisation.slug if knows else None,
        "organisation_name": booking.organisation.name if knows else None,
        "restricted": not knows,
        "state": booking.state,
        "version": booking.version,
        "aircraft": str(crew[0].aircraft_id) if knows else None,
        "pilot": str(crew[0].pilot_id) if knows else None,
        "crew": [_crew(c, knows) for c in crew],
        "purpose": booking.purpose if knows else "",
        "start": to_rfc3339(booking.start),
        "end": to_rfc3339(booking.end),
        "resources": [booked.resource.code for booked in booking.booked_resources.all()],
        "wants": [_want(booked) for booked in booking.booked_resources.all()],
        "may_rechoose": booking.may_rechoose,
        "separation_m": booking.separation_m,
        "separation_ft": booking.separation_ft,
        "series": str(booking.series) if booking.series and knows else None,
        "hold_until": to_rfc3339(booking.hold_until) if booking.hold_until else None,
        "offer": booking.offered and booking.state == BookingState.HELD,
        "replaces": str(booking.replaces_id) if booking.replaces_id else None,
        "volumes": [
            {
                "polygon": volume.polygon,
                "floor_ft_amsl": volume.floor_ft_amsl,
                "ceiling_ft_amsl": volume.ceiling_ft_amsl,
                "kind": volume.kind,
            }
            for volume in booking.volumes.all()
        ],
        "hazard_details": booking.hazard_details if knows else None,
        "classification": booking.classification,
        "flight": flights[0]["id"] if flights else None,
        "flights": flights,
        "waived": list(booking.waived),
        "waivers": waivers_body(asker, booking, knows=knows),
        "waiver_reason": booking.waiver_reason if knows else "",
        "reason": booking.reason if knows else "",
        "attention": _attention(booking, knows),
        "ended_at": to_rfc3339(booking.ended_at) if booking.ended_at else None,
        "created_at": to_rfc3339(booking.created_at),
        "price": kept_price_body(next(iter(booking.newest_prices), None)) if knows else None,  # type: ignore[attr-defined]
        "approvals": [step_body(asker, step, now=now, knows=knows) for step in booking.approvals.all()],
        "waits_for": waits_for(booking),
        "actions": possible_actions(asker, booking, now=now),
    }


def _want(booked: BookedResource) -> dict[str, Any]:
    """Return what was asked for, what it is met by, and for how long."""
    period = {"start": to_rfc3339(booked.start), "end": to_rfc3339(booked.end)}
    return {**booked.want, "resource": booked.resource.code, **period}


def _attention(booking: Booking, knows: bool) -> list[dict[str, Any]]:
    """Return what the rules of papers refuse by now; whoever has no need to know reads codes and no content."""
    if booking.state not in CLAIMING_STATES:
        return []
    hidden = {} if knows else {"message": "", "expected": None, "got": None}
    return [refusal | hidden for refusal in booking.attention]


def _crew(crew: Crew, knows: bool) -> dict[str, Any]:
    return {
        "aircraft": str(crew.aircraft_id) if knows else None,
        "aircraft_name": crew.aircraft.name if knows else None,
        "pilot": str(crew.pilot_id) if knows else None,
        "pilot_name": crew.pilot.name if knows else None,
        "flight": str(crew.flight_id) if crew.flight_id else None,
    }
