"""Flights, states and heartbeats for the tests of the live picture."""

import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

from bookings.models import Aircraft, Booking, Crew, Pilot, Volume
from bookings.models.booking import NextBlock
from telemetry.bus.feed import FlightState, Heartbeat, LinkFigures, Unadmitted
from telemetry.recordings.models import Flight
from testcentre.foundation.clock import utc_now
from tests.people import organisation


def flight(slug: str, *, classification: str = "ongerubriceerd", **more: Any) -> Flight:
    """Return a flight of an active booking of that company."""
    company, now, serial = organisation(slug), utc_now(), Booking.objects.count() + 1
    aircraft = Aircraft.objects.create(
        organisation=company,
        name=f"Lifter of {slug}",
        kind="multirotor",
        serial_number=f"T{serial}",
        mtom_kg=100,
        max_speed_m_s=15,
        characteristic_dimension_m=4.5,
        mavlink_system_id=7,
    )
    booking = Booking.objects.create(
        organisation=company,
        serial=serial,
        block=NextBlock(),
        state="active",
        purpose="hover",
        start=now,
        end=now + timedelta(hours=1),
        classification=classification,
    )
    pilot = Pilot.objects.create(organisation=company, name="Pilot")
    crew = Crew.objects.create(
        booking=booking, organisation=company, aircraft=aircraft, pilot=pilot, flight_id=uuid4(), place=0
    )
    polygon = {"type": "Polygon", "coordinates": [[[6.88, 52.27], [6.89, 52.27], [6.89, 52.28], [6.88, 52.27]]]}
    Volume.objects.create(booking=booking, kind="flight_geography", polygon=polygon, ceiling_ft_amsl=400, place=0)
    row = {
        "id": crew.flight_id,
        "booking_id": booking.id,
        "organisation_id": company.id,
        "aircraft_id": aircraft.id,
        "system_id": 7,
        "admit_from": now,
        "admit_until": now + timedelta(hours=1),
    }
    Flight.objects.filter(pk=crew.flight_id).delete()
    return Flight.objects.create(**{**row, **more})


def state(of: Flight, *, age_s: float = 0.0, **sample: Any) -> FlightState:
    """Return a state of a flight that arrived `age_s` ago."""
    received_us = time.time_ns() // 1000 - int(age_s * 1_000_000)
    figures = LinkFigures(packets=3, signed=True, last_us=received_us)
    return FlightState(
        flight=str(of.id), sample=sample, received_us=received_us, link="udp 1", links={"udp 1": figures}
    )


def heartbeat(name: str = "gateway-1", *unadmitted: Unadmitted) -> Heartbeat:
    """Return a gateway's heartbeat of now."""
    return Heartbeat(
        name=name, time_us=time.time_ns() // 1000, counters={"packets": 5}, refused=[], unadmitted=list(unadmitted)
    )
