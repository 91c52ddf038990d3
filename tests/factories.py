"""Makers of the things that tests need, through the product's own actions."""

import datetime as dt
from dataclasses import replace
from itertools import count
from typing import Any

from bookings.actions.add_aircraft import AircraftEntry, add_aircraft
from bookings.actions.add_pilot import add_pilot
from bookings.actions.plan import Wish
from bookings.actions.request_booking import request_booking
from bookings.models import Aircraft, Booking, Pilot
from bookings.rules.facts import AircraftKind, PaperFacts, PaperKind, Ring, VolumeFacts, VolumeKind
from testcentre.foundation.clock import utc_now
from tests import kept_site
from tests.people import Person, person

_numbers = count(1)
FAR = dt.date(2035, 12, 31)


def load_exercise() -> None:
    """Load the site that is open day and night, without lead times."""
    kept_site.put_back()


def aircraft_of(who: Person, *, insured_until: dt.date = FAR, **changes: Any) -> Aircraft:
    """Enter a heavy-lift multirotor of somebody's organisation, with all papers that a site may ask for."""
    number = next(_numbers)
    entry = AircraftEntry(
        name=f"Lifter {number}",
        kind=AircraftKind.MULTIROTOR,
        serial_number=f"TESTC{number:012d}",
        mtom_kg=100,
        max_speed_m_s=15,
        characteristic_dimension_m=4.5,
        mavlink_system_id=(number - 1) % 250 + 1,
        allowed_sources=("127.0.0.1/32",),
        papers=(
            PaperFacts(
                kind=PaperKind.INSURANCE,
                number=f"P-{number}",
                issuer="Onderlinge",
                valid_until=insured_until,
                cover_sdr=3_000_000,
            ),
            PaperFacts(kind=PaperKind.OPERATIONAL_AUTHORISATION, number=f"OAT-{number}", valid_until=FAR),
        ),
    )
    return add_aircraft(who.asker, replace(entry, **changes))


def pilot_of(who: Person, *, valid_until: dt.date = FAR) -> Pilot:
    """Enter a pilot of somebody's organisation, with an STS certificate."""
    number = next(_numbers)
    return add_pilot(
        who.asker,
        name=f"Pilot {number}",
        remote_pilot_id=f"NLD-RP-{number}",
        certificates=[PaperFacts(kind="STS", number=f"STS-{number}", valid_until=valid_until)],
    )


def a_crew(who: Person, **changes: Any) -> tuple[Any, Any]:
    """Enter an aircraft and a pilot; returns their ids."""
    return aircraft_of(who, **changes).id, pilot_of(who).id


def square(*, east_km: float = 0.0, north_km: float = 0.0, side_km: float = 0.2) -> Ring:
    """Return a square with its south-west corner so far from the reference point."""
    west, south = 6.8891667 + east_km / 68.2, 52.2758333 + north_km / 111.3
    east, north = west + side_km / 68.2, south + side_km / 111.3
    return ((west, south), (east, south), (east, north), (west, north), (west, south))


def volume(
    ring: Ring | None = None,
    *,
    floor_ft: int | None = 150,
    ceiling_ft: int = 450,
    kind: VolumeKind = VolumeKind.FLIGHT_GEOGRAPHY,
) -> VolumeFacts:
    """Return a volume; by default a square near the reference point."""
    return VolumeFacts(outline=ring or square(), floor_ft_amsl=floor_ft, ceiling_ft_amsl=ceiling_ft, kind=kind)


def tomorrow(hour: float = 10) -> dt.datetime:
    """Return an hour of tomorrow, UTC."""
    midnight = utc_now().replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + dt.timedelta(days=1, hours=hour)


def wish_of(who: Person, **changes: Any) -> Wish:
    """Return a wish that nothing refuses: half an hour tomorrow with a new crew, and nothing named."""
    crew = changes.pop("crew", None) or (a_crew(who),)
    start = changes.pop("start", None) or tomorrow()
    minutes = changes.pop("minutes", 30)
    wish = Wish(crew=crew, purpose="cargo hover test", start=start, end=start + dt.timedelta(minutes=minutes))
    return replace(wish, **changes)


def a_booking(who: Person | str = "aero/booker", **changes: Any) -> Booking:
    """Request a booking; needs a site (`load_exercise`)."""
    asks = person(who) if isinstance(who, str) else who
    return request_booking(asks.asker, wish_of(asks, **changes), now=utc_now())
