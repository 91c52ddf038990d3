"""Papers as the rules of a stored booking see them, and which bookings those rules are asked for again."""

import datetime as dt
from uuid import UUID

from django.db.models import Q, QuerySet

from bookings.models import Booking, Crew, Paper
from bookings.rules import judge_papers
from bookings.rules.facts import BookingFacts, OrganisationFacts, SiteFacts
from bookings.rules.states import BookingState
from testcentre.accounts.models import Organisation
from testcentre.foundation.errors import Refusal

# A booking that stands but is not yet flown: what its papers are worth on the flight date still matters.
STANDING_STATES = (BookingState.HELD, BookingState.REQUESTED, BookingState.CONFIRMED, BookingState.CHECKED_IN)


def organisation_facts(organisation: Organisation) -> OrganisationFacts:
    """Return an organisation as rules see it, with the papers that hold for all of its aircraft."""
    papers = Paper.objects.filter(organisation=organisation, aircraft=None, pilot=None)
    return OrganisationFacts(
        id=organisation.id,
        slug=organisation.slug,
        kind=organisation.kind,
        papers=tuple(paper.facts for paper in papers),
    )


def of_subject(*, organisation_id: UUID, aircraft_id: UUID | None, pilot_id: UUID | None) -> Q:
    """Return which papers are of an aircraft, a pilot, or (neither) of the organisation as a whole."""
    return Q(organisation_id=organisation_id, aircraft_id=aircraft_id, pilot_id=pilot_id)


def standing_bookings(*, now: dt.datetime) -> "QuerySet[Booking]":
    """Return the bookings that stand and are not over."""
    return Booking.objects.filter(state__in=STANDING_STATES, end__gt=now)


def bookings_with(*, organisation_id: UUID, aircraft_id: UUID | None = None, pilot_id: UUID | None = None) -> Q:
    """Return which bookings a paper of an aircraft, a pilot, or else the organisation counts for."""
    of_its_own = Q(organisation_id=organisation_id)
    if aircraft_id is None and pilot_id is None:
        return of_its_own
    crew = Crew.objects.filter(Q(aircraft_id=aircraft_id) | Q(pilot_id=pilot_id))
    return of_its_own & Q(id__in=crew.values("booking_id"))


def papers_refuse(booking: Booking, *, site: SiteFacts, organisation: OrganisationFacts) -> list[Refusal]:
    """Return what the rules of papers refuse of a stored booking; it has its crew with their papers prefetched."""
    return judge_papers(
        BookingFacts(
            now=booking.created_at,
            start=booking.start,
            end=booking.end,
            site=site,
            organisation=organisation,
            crew=tuple((member.aircraft.facts, member.pilot.facts) for member in booking.crew.all()),
        )
    )
