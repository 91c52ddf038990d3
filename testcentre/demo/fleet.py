"""The demo's aircraft and pilots, with papers that hold: entered as their companies would."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from bookings.actions.add_aircraft import AircraftEntry, add_aircraft
from bookings.actions.add_pilot import add_pilot
from bookings.queries.access import aircraft_of, pilots_of
from bookings.rules.facts import AircraftKind, PaperFacts, PaperKind
from testcentre.accounts.asker import Asker

VALID_UNTIL = date(2099, 12, 31)
"""A demo that begins to refuse its own drone some day would be no demo; real papers end sooner."""

DRONE_SYSTEM_ID = 42

_INSURANCE = PaperFacts(
    kind=PaperKind.INSURANCE,
    number="DEMO-1",
    issuer="Onderlinge Luchtvaart",
    valid_until=VALID_UNTIL,
    cover_sdr=750_000.0,
)
_AUTHORISATION = PaperFacts(
    kind=PaperKind.OPERATIONAL_AUTHORISATION, number="NLD-OAT-DEMO-1", issuer="ILT", valid_until=VALID_UNTIL
)
_LIFTER = AircraftEntry(
    name="Lifter 1",
    kind=AircraftKind.MULTIROTOR,
    serial_number="AERC8LFT00001",
    registration="PH-D01",
    operator_number="NLDaer0carg00012-abc",
    mtom_kg=100.0,
    payload_kg=75.0,
    max_speed_m_s=15.0,
    characteristic_dimension_m=3.2,
    endurance_min=25.0,
    lost_link_procedure="Hold for 30 s, then land at the pad.",
    mavlink_system_id=DRONE_SYSTEM_ID,
    papers=(_INSURANCE, _AUTHORISATION),
)
# The one for `testcentre replay`: most logs are of system id 1, and a log can't be signed anew.
_LIFTER_2 = replace(
    _LIFTER,
    name="Lifter 2",
    serial_number="AERC8LFT00002",
    registration="PH-D02",
    mavlink_system_id=1,
    allowed_sources=("127.0.0.1/32",),
)
_HEAVY = replace(
    _LIFTER,
    name="Heavy One",
    serial_number="HVYS8HLS00001",
    registration="PH-H01",
    operator_number="NLDhvyl1ft000011-abc",
    characteristic_dimension_m=4.5,
    mavlink_system_id=51,
    allowed_sources=("127.0.0.1/32",),
    papers=(replace(_INSURANCE, number="DEMO-2"), replace(_AUTHORISATION, number="NLD-OAT-DEMO-2")),
)


@dataclass(frozen=True)
class Fleet:
    """The demo's crews as (aircraft id, pilot id)."""

    drone: tuple[UUID, UUID]
    replayed: tuple[UUID, UUID]
    competitor: tuple[UUID, UUID]


def ensure_fleet(aero: Asker, heavylift: Asker, *, signing_key: bytes) -> Fleet:
    """Enter the aircraft and pilots that are not there yet; the drone is known by its signature alone."""
    drone = replace(_LIFTER, signing_key=signing_key.hex())
    return Fleet(
        drone=(_aircraft(aero, drone), _pilot(aero, "J. de Vries")),
        replayed=(_aircraft(aero, _LIFTER_2), _pilot(aero, "M. Jansen")),
        competitor=(_aircraft(heavylift, _HEAVY), _pilot(heavylift, "S. Bakker")),
    )


def _aircraft(owner: Asker, entry: AircraftEntry) -> UUID:
    there = aircraft_of(owner).filter(serial_number=entry.serial_number).first()
    return (there or add_aircraft(owner, entry)).id


def _pilot(employer: Asker, name: str) -> UUID:
    proof = PaperFacts(kind="STS", number=f"STS-{name[0]}1", valid_until=VALID_UNTIL)
    there = pilots_of(employer).filter(name=name).first()
    return (there or add_pilot(employer, name=name, remote_pilot_id=f"NLD-RP-{name[0]}1", certificates=[proof])).id
