"""Whatever shapes a booking's own volumes have, it is granted them; a rival is granted none that overlap."""

import math
import random

import pytest

from bookings.geometry import plane_at
from bookings.rules.facts import Ring, VolumeFacts, VolumeKind
from bookings.sora.figures import Airframe, Flight
from bookings.sora.volumes import volumes_of
from testcentre.foundation.errors import Clash
from tests.bookings.claims.squares import ARP
from tests.factories import a_booking, load_exercise

PLANE = plane_at(*ARP)
pytestmark = pytest.mark.django_db


def star(chance: random.Random) -> Ring:
    """Return a random star-shaped outline within a kilometre and a half of the reference point."""
    east_m, north_m, corners = chance.uniform(-500, 500), chance.uniform(-500, 500), chance.randint(3, 30)
    ring = [
        PLANE.to_geographic(
            east_m + radius_m * math.sin(2 * math.pi * i / corners),
            north_m + radius_m * math.cos(2 * math.pi * i / corners),
        )
        for i, radius_m in enumerate(chance.uniform(50, 900) for _ in range(corners))
    ]
    return (*ring, ring[0])


def overlapping(chance: random.Random) -> tuple[VolumeFacts, ...]:
    volumes = []
    for _ in range(6):
        floor_ft = chance.choice([None, 150, 300, 450])
        ceiling_ft = (floor_ft or 115) + chance.choice([50, 150, 300])
        volumes.append(VolumeFacts(outline=star(chance), floor_ft_amsl=floor_ft, ceiling_ft_amsl=ceiling_ft))
    flight = Flight(max_speed_m_s=15, characteristic_dimension_m=4.5, height_m=60, airframe=Airframe.ROTOR)
    planned = volumes_of(flight, flight_geography=star(chance), plane=PLANE, elevation_ft_amsl=115)
    return (*volumes, *planned.all)


@pytest.mark.parametrize("seed", range(6))
def test_a_booking_is_granted_its_own_overlapping_volumes_and_a_rival_none_of_them(seed: int) -> None:
    load_exercise()
    volumes = overlapping(random.Random(seed))

    booking = a_booking(volumes=volumes)

    assert booking.claims.filter(active=True).exists()
    for volume in volumes:
        if volume.kind is VolumeKind.GROUND_RISK_BUFFER:
            a_booking("heavylift/booker", volumes=(volume,))
        elif volume.kind is VolumeKind.FLIGHT_GEOGRAPHY:
            with pytest.raises(Clash):
                a_booking("heavylift/booker", volumes=(volume,))
