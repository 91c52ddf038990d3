"""A booking that every rule accepts, to be spoilt one fact at a time.

Wednesday 2027-03-03, asked for by Aero Cargo BV six weeks ahead: runway 05/23 and a low volume north of it.
"""

import datetime as dt
from dataclasses import replace
from functools import cache
from typing import Any
from uuid import UUID

from bookings.rules import judge
from bookings.rules.facts import (
    AircraftFacts,
    BookingFacts,
    OrganisationFacts,
    PaperFacts,
    PaperKind,
    PilotFacts,
    ResourceFacts,
    SiteFacts,
    VolumeFacts,
)
from bookings.rules.hazard_details import HazardDetails, JammingDetails, Sector
from bookings.site_file import read_site_file
from bookings.site_file.facts import resource_hours, resource_limits, site_facts

NOW = dt.datetime(2027, 1, 20, 9, 30, 12, tzinfo=dt.UTC)
START = dt.datetime(2027, 3, 3, 10, 0, tzinfo=dt.UTC)
AERO = OrganisationFacts(id=UUID(int=1), slug="aero", kind="company")
RING = ((6.8800, 52.2810), (6.8850, 52.2810), (6.8850, 52.2840), (6.8800, 52.2840), (6.8800, 52.2810))
FAR = dt.date(2031, 12, 31)
SECTOR = Sector(azimuth_from_deg=85, azimuth_to_deg=125, elevation_from_deg=0, elevation_to_deg=30)
JAMMER = HazardDetails(
    unit="Joint unit 7",
    stop_procedure="Off within 5 s at the word STOP on 119.955.",
    jamming=JammingDetails(frequencies_mhz=(1575.42,), power_w=2, sector=SECTOR),
)


@cache
def site(code: str = "ehtw") -> SiteFacts:
    return site_facts(read_site_file(code).site)


@cache
def resource(code: str, *, of: str = "ehtw") -> ResourceFacts:
    file = read_site_file(of).site
    number, table = next((i, table) for i, table in enumerate(file.resources) if table.code == code)
    return ResourceFacts(
        id=UUID(int=1000 + number),
        code=code,
        name=table.name,
        kind=table.kind,
        capacity=table.capacity,
        exclusive=table.exclusive,
        hazard=table.hazard,
        organisation_kinds=frozenset(table.organisation_kinds),
        hours=resource_hours(file, table),
        limits=resource_limits(file, table),
        outline=tuple(table.polygon) if table.polygon else None,
        floor_ft_amsl=table.floor_ft_amsl,
        ceiling_ft_amsl=table.ceiling_ft_amsl,
        qualifications=frozenset(table.qualifications),
        needs=frozenset(table.needs),
        needs_officer=table.needs_officer,
    )


def all_resources() -> list[ResourceFacts]:
    return [resource(table.code) for table in read_site_file("ehtw").site.resources]


def insurance(cover_sdr: float = 3_000_000, valid_until: dt.date = FAR, **changes: Any) -> PaperFacts:
    return PaperFacts(PaperKind.INSURANCE, "P-1", valid_until, cover_sdr=cover_sdr, **changes)


def authorisation(valid_until: dt.date = FAR, **changes: Any) -> PaperFacts:
    return PaperFacts(PaperKind.OPERATIONAL_AUTHORISATION, "OAT-1", valid_until, **changes)


def aircraft(*papers: PaperFacts, **changes: Any) -> AircraftFacts:
    """Return an aircraft; without papers named it has an insurance, and always an operational authorisation."""
    has = (*(papers or (insurance(),)), authorisation())
    return replace(
        AircraftFacts(id=UUID(int=21), name="Lifter 1", mtom_kg=100, kind="multirotor", papers=has), **changes
    )


def without_papers(**changes: Any) -> AircraftFacts:
    return aircraft(**{"papers": (authorisation(),), **changes})


def pilot(*valid_until: dt.date) -> PilotFacts:
    papers = tuple(PaperFacts("STS", f"STS-{i}", day) for i, day in enumerate(valid_until))
    return PilotFacts(id=UUID(int=31), name="Noor", papers=papers)


def volume(**changes: Any) -> VolumeFacts:
    return replace(VolumeFacts(outline=RING, floor_ft_amsl=150, ceiling_ft_amsl=450), **changes)


def booking(**changes: Any) -> BookingFacts:
    fine = BookingFacts(
        now=NOW,
        start=START,
        end=START + dt.timedelta(minutes=30),
        site=site(),
        organisation=AERO,
        resources=(resource("RWY-05-23"),),
        crew=((aircraft(), pilot(FAR)),),
        volumes=(volume(),),
    )
    return replace(fine, **changes)


def lasting(minutes: int, *, start: dt.datetime = START, **changes: Any) -> BookingFacts:
    return booking(start=start, end=start + dt.timedelta(minutes=minutes), **changes)


def codes(facts: BookingFacts) -> list[str]:
    return [refusal.code for refusal in judge(facts)]
