"""What telemetry asks of bookings: which links to admit, and what a flight belongs to."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any
from uuid import UUID

from django.db import connection

from bookings.models import Crew
from bookings.queries.access import needs_to_know
from bookings.queries.booking_answer import number_of
from bookings.rules.states import BookingState
from testcentre.accounts.asker import Asker

ADMIT_BEFORE = dt.timedelta(minutes=60)
ADMIT_AFTER = dt.timedelta(minutes=30)
# how far ahead grants are handed out: they are asked for again long before
LOOK_AHEAD = dt.timedelta(hours=24)
ADMITTED_STATES = (BookingState.CONFIRMED, BookingState.CHECKED_IN, BookingState.ACTIVE)


@dataclass(frozen=True, slots=True)
class Admission:
    """One aircraft's links may bring data to one flight within `[admit_from, admit_until)`, margins applied."""

    flight_id: UUID
    booking_id: UUID
    organisation_id: UUID
    aircraft_id: UUID
    aircraft_name: str
    system_id: int
    signing_key_encrypted: str | None
    allowed_sources: tuple[str, ...]
    admit_from: dt.datetime
    admit_until: dt.datetime


# neighbours in time of the same aircraft: the earlier slot's data ends where the later slot begins
_ADMISSIONS = """
    WITH slot AS (
        SELECT crew.flight_id, crew.booking_id, crew.organisation_id, crew.aircraft_id,
               booking.start AS starts, booking."end" AS ends,
               lag(booking."end") OVER same_aircraft AS ended_before,
               lead(booking.start) OVER same_aircraft AS starts_next
        FROM bookings_crew AS crew JOIN bookings_booking AS booking ON booking.id = crew.booking_id
        WHERE booking.state = ANY(%(states)s) AND crew.flight_id IS NOT NULL
          AND booking."end" > %(now)s - 2 * %(after)s AND booking.start < %(now)s + %(ahead)s + %(before)s
        WINDOW same_aircraft AS (PARTITION BY crew.aircraft_id ORDER BY booking.start)
    ), admission AS (
        SELECT slot.*,
               greatest(starts - %(before)s,
                        CASE WHEN ended_before IS NOT NULL THEN least(ended_before + %(after)s, starts) END
               ) AS admit_from,
               least(ends + %(after)s, starts_next) AS admit_until
        FROM slot
    )
    SELECT admission.flight_id, admission.booking_id, admission.organisation_id, admission.aircraft_id, aircraft.name,
           aircraft.mavlink_system_id, aircraft.signing_key_encrypted, aircraft.allowed_sources,
           admission.admit_from, admission.admit_until
    FROM admission JOIN bookings_aircraft AS aircraft ON aircraft.id = admission.aircraft_id
    WHERE admission.admit_until > %(now)s
    ORDER BY admission.admit_from, admission.flight_id
"""


def admissions(now: dt.datetime) -> list[Admission]:
    """Return whose links are to be admitted now or within the next 24 hours.

    Bookings that are confirmed, checked in or active admit from 60 min before to 30 min after the slot; of two slots of
    one aircraft the earlier ends where the later begins, and the later begins where the earlier ends.
    """
    parameters: dict[str, Any] = {
        "states": [str(state) for state in ADMITTED_STATES],
        "now": now,
        "before": ADMIT_BEFORE,
        "after": ADMIT_AFTER,
        "ahead": LOOK_AHEAD,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ADMISSIONS, parameters)
        return [_admission(*row) for row in cursor.fetchall()]


def _admission(*columns: Any) -> Admission:
    told = dict(zip((field.name for field in fields(Admission)), columns, strict=True))
    return Admission(**{**told, "allowed_sources": tuple(told["allowed_sources"])})


@dataclass(frozen=True, slots=True)
class FlightFacts:
    """What a flight belongs to; what range staff without need to know may not read is None after `as_seen_by`."""

    flight_id: UUID
    booking_id: UUID
    booking_number: str | None
    organisation_id: UUID
    organisation_slug: str | None
    organisation_name: str | None
    aircraft_id: UUID
    aircraft_name: str | None
    aircraft_kind: str
    purpose: str | None
    classification: str
    start: dt.datetime
    end: dt.datetime
    state: str
    volumes: tuple[dict[str, Any], ...]

    def as_seen_by(self, asker: Asker) -> "FlightFacts":
        """Return the facts without name, company and purpose, where the asker has no need to know them."""
        if needs_to_know(asker, organisation_id=self.organisation_id, classification=self.classification):
            return self
        return replace(
            self, booking_number=None, organisation_slug=None, organisation_name=None, aircraft_name=None, purpose=None
        )


def flight_facts(flight_ids: Iterable[UUID]) -> dict[UUID, FlightFacts]:
    """Return the facts of these flights, in two queries; unknown ids are left out.

    Whoever shows them to somebody calls `as_seen_by` first.
    """
    rows = Crew.objects.select_related("booking__organisation", "aircraft").prefetch_related("booking__volumes")
    return {facts.flight_id: facts for crew in rows.filter(flight_id__in=list(flight_ids)) for facts in _facts(crew)}


def _facts(crew: Crew) -> Iterable[FlightFacts]:
    if crew.flight_id is None:
        return
    booking = crew.booking
    yield FlightFacts(
        flight_id=crew.flight_id,
        booking_id=booking.id,
        booking_number=number_of(booking),
        organisation_id=booking.organisation_id,
        organisation_slug=booking.organisation.slug,
        organisation_name=booking.organisation.name,
        aircraft_id=crew.aircraft_id,
        aircraft_name=crew.aircraft.name,
        aircraft_kind=crew.aircraft.kind,
        purpose=booking.purpose,
        classification=booking.classification,
        start=booking.start,
        end=booking.end,
        state=booking.state,
        volumes=tuple(
            {
                "polygon": volume.polygon,
                "floor_ft_amsl": volume.floor_ft_amsl,
                "ceiling_ft_amsl": volume.ceiling_ft_amsl,
                "kind": volume.kind,
            }
            for volume in booking.volumes.all()
        ),
    )
