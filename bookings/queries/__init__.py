"""The reads that others may ask for; access checks are inside."""

from bookings.queries.access import access_booking, bookings_of, may_see_flight, needs_to_know
from bookings.queries.flights import Admission, FlightFacts, admissions, flight_facts
from bookings.queries.site import ServedSite, served_site

__all__ = [
    "Admission",
    "FlightFacts",
    "ServedSite",
    "access_booking",
    "admissions",
    "bookings_of",
    "flight_facts",
    "may_see_flight",
    "needs_to_know",
    "served_site",
]
