"""The tables of bookings, and the constraints that decide."""

from bookings.models.booking import BookedResource, Booking, Crew, NextBlock, Volume
from bookings.models.claim_key import SITE_AIR_KEY, SITE_GROUND_KEY, ClaimKeyField
from bookings.models.claims import NO_OVERLAP, Claim
from bookings.models.fleet import Aircraft, AircraftKind, Certificate, Pilot
from bookings.models.kept_answer import KeptAnswer
from bookings.models.site import Resource, Site, SiteVersion, current_site, lock_site, site_plane

__all__ = [
    "NO_OVERLAP",
    "SITE_AIR_KEY",
    "SITE_GROUND_KEY",
    "Aircraft",
    "AircraftKind",
    "BookedResource",
    "Booking",
    "Certificate",
    "Claim",
    "ClaimKeyField",
    "Crew",
    "KeptAnswer",
    "NextBlock",
    "Pilot",
    "Resource",
    "Site",
    "SiteVersion",
    "Volume",
    "current_site",
    "lock_site",
    "site_plane",
]
