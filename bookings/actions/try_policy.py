"""Try a policy before it is put in force: what would it say of every booking that stands? Reads only.

Each booking's kept decision is judged again under another site file, or under the present one with today's time-zone
data: with the papers, waivers and time that it was decided on, so that only what the site says makes a difference.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from bookings.actions.load_site import resource_columns
from bookings.models import Booking, BookingDecision, Resource, current_site
from bookings.queries.booking_answer import number_of
from bookings.queries.papers import standing_bookings
from bookings.rules import judge_with_waivers
from bookings.rules.code import RuleCode
from bookings.rules.facts import (
    AircraftFacts,
    BookingFacts,
    Classification,
    OrganisationFacts,
    Period,
    PilotFacts,
    ResourceFacts,
    SiteFacts,
    VolumeFacts,
)
from bookings.rules.hazard_details import HazardDetails
from bookings.rules.states import BookingState
from bookings.site_file import SiteFile, read_site_file
from bookings.site_file.facts import site_facts
from testcentre.foundation.errors import Refusal

BATCH = 500
RESOURCE_GONE = RuleCode("resource_gone", "The booking has a resource that the site file does not name.")


@dataclass(frozen=True, slots=True)
class Changed:
    """A booking that the policy would judge otherwise: what it would refuse, and which waivers it would not need."""

    booking: Booking
    refusals: tuple[Refusal, ...]
    no_longer: tuple[str, ...]

    @property
    def number(self) -> str:
        """The booking's number as people say it."""
        return number_of(self.booking)


@dataclass(frozen=True, slots=True)
class PolicyTrial:
    """What a policy would change, and how many bookings were looked at; `bookings` are in the order of their starts."""

    code: str
    looked_at: int
    bookings: tuple[Changed, ...]


class _Kept(msgspec.Struct):
    """The kept facts of a decision, as `booking_rows.keep_decision` writes them."""

    start: dt.datetime
    end: dt.datetime
    organisation: OrganisationFacts
    asker_role: str
    classification: Classification
    crew: tuple[tuple[AircraftFacts, PilotFacts], ...]
    volumes: tuple[VolumeFacts, ...]
    now: dt.datetime | None = None
    hazard_details: HazardDetails | None = None


def try_policy(source: str | Path | None, *, now: dt.datetime) -> PolicyTrial:
    """Judge all bookings that stand by a site file; None: by the present site, with the present time-zone data.

    What has to do with other bookings (clashes, quotas, holds before) is not asked again.

    Raises:
        Malformed: the file's faults, all at once.
        Unavailable: no site is loaded.
    """
    site = current_site()
    file = read_site_file(source).site if source is not None else msgspec.convert(site.data, SiteFile)
    facts = site_facts(file)
    resources = {
        table.code: Resource(code=table.code, site=site, **resource_columns(file, table)).facts
        for table in file.resources
    }
    ids = list(standing_bookings(now=now).order_by("start", "id").values_list("id", flat=True))
    changed: list[Changed] = []
    for first in range(0, len(ids), BATCH):
        for booking, decision in _decided(ids[first : first + BATCH]):
            found = _judged(booking, decision, site=facts, resources=resources)
            if found.refusals or found.no_longer:
                changed.append(found)
    return PolicyTrial(file.code, len(ids), tuple(changed))


def _decided(ids: Sequence[Any]) -> Iterator[tuple[Booking, BookingDecision]]:
    """Yield the bookings with their newest decisions."""
    newest = BookingDecision.objects.filter(booking__in=ids).order_by("booking_id", "-id").distinct("booking_id")
    decisions = {decision.booking_id: decision for decision in newest}
    rows = Booking.objects.filter(id__in=ids).select_related("organisation")
    bookings = rows.prefetch_related("booked_resources__resource").in_bulk()
    for its_id in ids:
        if its_id in bookings and its_id in decisions:
            yield bookings[its_id], decisions[its_id]


def _judged(
    booking: Booking, decision: BookingDecision, *, site: SiteFacts, resources: dict[str, ResourceFacts]
) -> Changed:
    kept = msgspec.convert(decision.facts, _Kept)
    booked = [(row.resource.code, (row.start, row.end)) for row in booking.booked_resources.all()]
    named = {code: resources[code] for code, _ in booked if code in resources}
    periods: dict[Any, Period] = {resources[code].id: period for code, period in booked if code in resources}
    judgement = judge_with_waivers(
        BookingFacts(
            now=kept.now or decision.decided_at,
            start=kept.start,
            end=kept.end,
            site=site,
            organisation=kept.organisation,
            resources=tuple(named.values()),
            crew=kept.crew,
            volumes=kept.volumes,
            classification=kept.classification,
            asker_role=kept.asker_role,
            own_periods=periods,
            held_before=() if booking.state == BookingState.HELD else None,
            granted=frozenset(decision.waived),
            hazard_details=kept.hazard_details,
        )
    )
    gone = [_gone(code) for code in dict.fromkeys(code for code, _ in booked) if code not in resources]
    still = {refusal.code for refusal in judgement.waived}
    return Changed(booking, (*gone, *judgement.refusals), tuple(sorted(set(decision.waived) - still)))


def _gone(code: str) -> Refusal:
    return RESOURCE_GONE.refuse(
        f"The site file does not name {code}.",
        field="resources",
        expected="a resource of the site file",
        got=code,
        remedy="Name it, or move the booking first.",
    )
