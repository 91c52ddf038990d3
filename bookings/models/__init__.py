"""The tables of bookings, and the constraints that decide."""

from bookings.models.approvals import BookingApproval
from bookings.models.booking import BookedResource, Booking, BookingDecision, Crew, NextBlock, Volume
from bookings.models.claim_key import SITE_AIR_KEY, SITE_GROUND_KEY, ClaimKeyField
from bookings.models.claims import NO_OVERLAP, Claim
from bookings.models.closure import PRIORITY_CAUSES, Closure, ClosureCause, ClosureState
from bookings.models.dry_runs import DryRuns
from bookings.models.fleet import Aircraft, Pilot
from bookings.models.gates import BookingGate
from bookings.models.kept_answer import KeptAnswer
from bookings.models.notam import OPEN_STATES, Notam, NotamState, SentNote
from bookings.models.outgoing import CalendarFeed, Delivery, Mail, MailWish, Notifications, Sending, Webhook
from bookings.models.papers import Paper, PaperWarning
from bookings.models.price import BookingPrice, PriceReason
from bookings.models.site import Resource, Site, SiteVersion, current_site, locked_site, site_plane, tariff_of_version
from bookings.models.waiting import IN_LINE, WaitingEntry, WaitingState
from bookings.models.waivers import Waiver

__all__ = [
    "IN_LINE",
    "NO_OVERLAP",
    "OPEN_STATES",
    "PRIORITY_CAUSES",
    "SITE_AIR_KEY",
    "SITE_GROUND_KEY",
    "Aircraft",
    "BookedResource",
    "Booking",
    "BookingApproval",
    "BookingDecision",
    "BookingGate",
    "BookingPrice",
    "CalendarFeed",
    "Claim",
    "ClaimKeyField",
    "Closure",
    "ClosureCause",
    "ClosureState",
    "Crew",
    "Delivery",
    "DryRuns",
    "KeptAnswer",
    "Mail",
    "MailWish",
    "NextBlock",
    "Notam",
    "NotamState",
    "Notifications",
    "Paper",
    "PaperWarning",
    "Pilot",
    "PriceReason",
    "Resource",
    "Sending",
    "SentNote",
    "Site",
    "SiteVersion",
    "Volume",
    "WaitingEntry",
    "WaitingState",
    "Waiver",
    "Webhook",
    "current_site",
    "locked_site",
    "site_plane",
    "tariff_of_version",
]
