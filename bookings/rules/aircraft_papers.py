"""Aircraft's papers: insurance, airworthiness, operational authorisation, as the site's policy asks for them.

A paper of the organisation counts for each of its aircraft: a fleet's insurance, or an operational authorisation.
"""

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


def aircraft_papers_not_valid(facts: BookingFacts) -> Iterable[Refusal]:
    """Refuse every paper that an aircraft needs and that does not hold on the flight date."""
    day = flight_date(facts)
    for aircraft, _, place in crew_with_fields(facts):
        papers = (*aircraft.papers, *facts.organisation.papers)
        holder = f"Aircraft {aircraft.name} ({aircraft.mtom_kg:g} kg)"
        for need in needs_of(facts, aircraft, of="aircraft"):
            yield from not_held(need, papers, holder=holder, day=day, field=f"{place}aircraft")
