"""Pilots' papers: certificates and other proofs of competence, as the site's policy asks for them."""

from collections.abc import Iterable

from bookings.rules.documents import (
    DOCUMENT_EXPIRED,
    DOCUMENT_MISSING,
    DOCUMENT_NOT_YET_VALID,
    crew_with_fields,
    flight_date,
    needs_of,
    not_held,
)
from bookings.rules.facts import BookingFacts
from testcentre.foundation.errors import Refusal

CODES = (DOCUMENT_MISSING, DOCUMENT_EXPIRED, DOCUMENT_NOT_YET_VALID)


def pilot_papers_not_valid(facts: BookingFacts) -> Iterable[Refusal]:
    """Refuse every paper that a pilot needs for the aircraft and that does not hold on the flight date."""
    day = flight_date(facts)
    for aircraft, pilot, place in crew_with_fields(facts):
        for need in needs_of(facts, aircraft, of="pilot"):
            yield from not_held(need, pilot.papers, holder=f"Pilot {pilot.name}", day=day, field=f"{place}pilot")
