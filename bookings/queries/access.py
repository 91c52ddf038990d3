"""Whose things an asker may reach: the one place that answers it for bookings, aircraft and pilots."""

from uuid import UUID

from django.db.models import QuerySet

from bookings.models import Aircraft, Booking, Paper, Pilot
from bookings.rules.facts import Classification
from testcentre.accounts.asker import Asker
from testcentre.accounts.roles import Permission
from testcentre.foundation.errors import NotFound


def bookings_of(asker: Asker) -> "QuerySet[Booking]":
    """Return the bookings that the asker may know of: all for range staff, the own organisation's for others."""
    asker.require(Permission.SEE_BOOKINGS)
    everything = Booking.objects.all()
    return everything if asker.is_range else everything.filter(organisation_id=asker.organisation_id)


def access_booking(asker: Asker, booking_id: UUID) -> Booking:
    """Return a booking that the asker may know of.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    booking = bookings_of(asker).select_related("organisation").filter(pk=booking_id).first()
    if booking is None:
        raise NotFound(detail="There is no such booking.")
    return booking


def aircraft_of(asker: Asker) -> "QuerySet[Aircraft]":
    """Return the own organisation's aircraft, retired ones too, with their papers."""
    asker.require(Permission.SEE_BOOKINGS)
    return Aircraft.objects.filter(organisation_id=asker.organisation_id).prefetch_related("papers")


def access_aircraft(asker: Asker, aircraft_id: UUID) -> Aircraft:
    """Return an aircraft of the own organisation.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    aircraft = aircraft_of(asker).filter(pk=aircraft_id).first()
    if aircraft is None:
        raise NotFound(detail="There is no such aircraft.")
    return aircraft


def pilots_of(asker: Asker) -> "QuerySet[Pilot]":
    """Return the own organisation's pilots, retired ones too, with their papers."""
    asker.require(Permission.SEE_BOOKINGS)
    return Pilot.objects.filter(organisation_id=asker.organisation_id).prefetch_related("papers")


def access_pilot(asker: Asker, pilot_id: UUID) -> Pilot:
    """Return a pilot of the own organisation.

    Raises:
        NotFound: there is none, or somebody else employs them.
    """
    pilot = pilots_of(asker).filter(pk=pilot_id).first()
    if pilot is None:
        raise NotFound(detail="There is no such pilot.")
    return pilot


def papers_of(asker: Asker) -> "QuerySet[Paper]":
    """Return the papers of the own organisation, its aircraft and its pilots."""
    asker.require(Permission.SEE_BOOKINGS)
    return Paper.objects.filter(organisation_id=asker.organisation_id).select_related("aircraft", "pilot")


def access_paper(asker: Asker, paper_id: UUID) -> Paper:
    """Return a paper of the own organisation.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    paper = papers_of(asker).filter(pk=paper_id).first()
    if paper is None:
        raise NotFound(detail="There is no such paper.")
    return paper


def may_see_flight(asker: Asker, organisation_id: UUID) -> bool:
    """Say whether the asker may see the flights of an organisation: its own people and range staff may."""
    return asker.may(Permission.SEE_FLIGHTS) and (asker.is_range or asker.organisation_id == organisation_id)


def needs_to_know(asker: Asker, *, organisation_id: UUID, classification: str) -> bool:
    """Say whether name, company and purpose are for the asker: always one's own, restricted ones only by role."""
    return (
        asker.organisation_id == organisation_id
        or classification == Classification.UNCLASSIFIED
        or asker.may(Permission.SEE_RESTRICTED)
    )
