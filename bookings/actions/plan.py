"""From a wish to a plan: all that it names, as the rules see it and as the ledger needs it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from bookings.claims.hazards import hazards_shared
from bookings.claims.needs import Need, crew_needs, hazard_needs, volume_needs, want_need
from bookings.models import Aircraft, Booking, Pilot, Resource, Site, current_site, site_plane
from bookings.queries.fleet_kept import fleet_of
from bookings.queries.holds import held_before
from bookings.queries.quota import booked_before
from bookings.queries.references import find_candidates, find_crew
from bookings.queries.waivers import waived_codes
from bookings.rules.facts import (
    BookedBefore,
    BookingFacts,
    Classification,
    Period,
    VolumeFacts,
)
from bookings.rules.hazard_details import HazardDetails
from bookings.rules.wants import Want
from testcentre.accounts.asker import Asker
from testcentre.accounts.models import Organisation
from testcentre.foundation.errors import Malformed


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody asks for; `crew` is (aircraft id, pilot id), times are UTC.

    `resources` are codes for the slot, or wants. `organisation_id` is None for the asker's own; `waive` are rule codes
    that range staff waive, and why. `may_rechoose` lets the range give another resource of a kind later, to make room.
    `separation_m` and `separation_ft` are what several aircraft keep between them within the volume that they share.
    """

    crew: tuple[tuple[UUID, UUID], ...]
    purpose: str
    start: dt.datetime
    end: dt.datetime
    resources: tuple[str | Want, ...] = ()
    volumes: tuple[VolumeFacts, ...] = ()
    classification: Classification = Classification.UNCLASSIFIED
    organisation_id: UUID | None = None
    waive: frozenset[str] = frozenset()
    waiver_reason: str = ""
    waive_until: dt.datetime | None = None
    may_rechoose: bool = False
    separation_m: float | None = None
    separation_ft: float | None = None
    series: UUID | None = None
    hazard_details: HazardDetails | None = None

    @property
    def slot(self) -> Period:
        """The period that is asked for."""
        return self.start, self.end

    @property
    def wants(self) -> tuple[Want, ...]:
        """What is asked for of the site's resources; a code is a want for the slot."""
        return tuple(Want(code=wanted) if isinstance(wanted, str) else wanted for wanted in self.resources)


@dataclass(frozen=True, slots=True)
class Plan:
    """A wish with all that it names, as the rules see it and as the ledger needs it.

    `candidates` are the resources that would meet each want; the first needs are those of the wants, in order. `beside`
    is the booking that it would change, whose own claims don't count against it. `asked_by` is the asker's identity.
    """

    wish: Wish
    organisation: Organisation
    site: Site
    candidates: list[list[Resource]]
    crew: list[tuple[Aircraft, Pilot]]
    facts: BookingFacts
    needs: list[Need]
    block: int
    beside: UUID | None = None
    asked_by: str = ""
    asked_by_name: str = ""

    def facts_at(self, slot: Period) -> BookingFacts:
        """Return the facts of the same wish in a slot."""
        return replace(self.facts, start=slot[0], end=slot[1])

    def with_booked(self, slot: Period) -> "Plan":
        """Return the same plan for an organisation that has this slot ahead too."""
        before = self.facts.booked_before
        if before is None:
            return self
        hours = (slot[1] - slot[0]).total_seconds() / 3600
        return replace(
            self, facts=replace(self.facts, booked_before=BookedBefore(before.bookings + 1, before.hours + hours))
        )


def make_plan(
    asker: Asker, wish: Wish, *, block: int, now: dt.datetime, beside: Booking | None = None, hold: bool = False
) -> Plan:
    """Read all that a wish names; with `hold` as a slot to be held while papers are finished.

    `beside` is the booking that is changed: its claims don't count, and within its slot its waivers hold.

    Raises:
        Malformed: it names resources, aircraft or pilots that are not there, or not the organisation's own.
        Unavailable: no site is loaded.
    """
    read = _read(asker, wish, now=now, beside=beside, hold=hold)
    needs = _needs(read.site, read.facts, wish.wants, read.candidates, read.crew, block=block)
    return Plan(
        wish=wish,
        organisation=read.organisation,
        site=read.site,
        candidates=read.candidates,
        crew=read.crew,
        facts=read.facts,
        needs=needs,
        block=block,
        beside=beside.id if beside else None,
        asked_by=asker.identity,
        asked_by_name=asker.label,
    )


def still_true(plan: Plan, asker: Asker, *, now: dt.datetime, hold: bool = False) -> bool:
    """Say whether the facts of a new booking's plan are what they were; what the ledger holds is not looked at.

    Raises:
        Malformed, Unavailable: as `make_plan`.
    """
    return _read(asker, plan.wish, now=now, beside=None, hold=hold).facts == plan.facts


@dataclass(frozen=True, slots=True)
class _Read:
    """All that a wish names, and the facts that the rules judge."""

    site: Site
    organisation: Organisation
    candidates: list[list[Resource]]
    crew: list[tuple[Aircraft, Pilot]]
    facts: BookingFacts


def _read(asker: Asker, wish: Wish, *, now: dt.datetime, beside: Booking | None, hold: bool) -> _Read:
    site = current_site()
    fleet = fleet_of(wish.organisation_id or asker.organisation_id, wish.crew)
    organisation = fleet.organisation
    candidates, faults = find_candidates(site, wish.wants)
    crew, more_faults = find_crew(fleet, wish.crew)
    if faults or more_faults:
        raise Malformed(*faults, *more_faults)
    facts = BookingFacts(
        now=now,
        start=wish.start,
        end=wish.end,
        site=site.facts,
        organisation=fleet.facts,
        crew=tuple((aircraft.facts, pilot.facts) for aircraft, pilot in crew),
        volumes=wish.volumes,
        classification=wish.classification,
        waivers=wish.waive,
        asker_role=asker.role,
        held_before=held_before(organisation.id, site=site.facts, now=now, beside=beside) if hold else None,
        booked_before=booked_before(organisation.id, site=site.facts, now=now, beside=beside),
        granted=_granted(beside, wish, now=now),
        hazard_details=wish.hazard_details,
    )
    return _Read(site, organisation, candidates, crew, facts)


def _granted(booking: Booking | None, wish: Wish, *, now: dt.datetime) -> frozenset[str]:
    """Return what the range waived for a booking, where the wish stays within its slot."""
    if booking is None or wish.start < booking.start or wish.end > booking.end:
        return frozenset()
    return waived_codes(booking, now=now)


def _needs(
    site: Site,
    facts: BookingFacts,
    wants: Sequence[Want],
    candidates: list[list[Resource]],
    crew: list[tuple[Aircraft, Pilot]],
    *,
    block: int,
) -> list[Need]:
    """Return the needs of the wants first, in order; whoever may be chosen shares the hazards that it would reach."""
    plane = site_plane(facts.site)
    reached = [resource.facts for choices in candidates for resource in choices]
    return [
        *(
            want_need(want, choices, place=place, site=facts.site, plane=plane, block=block)
            for place, (want, choices) in enumerate(zip(wants, candidates, strict=True))
        ),
        *hazard_needs(hazards_shared(site, reached, facts.volumes), block=block),
        *crew_needs(crew),
        *volume_needs(facts.volumes, plane=plane, block=block),
    ]
