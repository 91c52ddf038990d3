"""What an opening frame shows: every flight that has not ended, with what is known of it beside its states."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Max

from bookings import queries
from telemetry.bus.feed import FeedReader, FlightState
from telemetry.live.picture import US_PER_S, Picture
from telemetry.live.threads import in_thread
from telemetry.recordings.models import Flight
from telemetry.recordings.phases import Phase
from testcentre.accounts.asker import Asker
from testcentre.foundation.clock import to_rfc3339
from testcentre.foundation.models import FlightPosition

MOST_FLIGHTS = 2000


@dataclass(frozen=True)
class SceneFlight:
    """A flight with what its booking says of it."""

    row: Flight
    facts: queries.FlightFacts

    def shown_to(self, asker: Asker) -> dict[str, Any]:
        """Return the flight as frames tell it; whose it is only to who needs to know it: a system id is known too."""
        row, facts = self.row, self.facts.as_seen_by(asker)
        shown: dict[str, Any] = {
            "id": str(row.id),
            "phase": row.phase,
            "state": facts.state,
            "start": to_rfc3339(facts.start),
            "end": to_rfc3339(facts.end),
            "volumes": facts.volumes,
            "classification": facts.classification,
        }
        if facts.organisation_name is None:
            return shown
        return {
            **shown,
            "system_id": row.system_id,
            "booking": {"id": str(facts.booking_id), "number": facts.booking_number},
            "organisation": {"id": str(facts.organisation_id), "name": facts.organisation_name},
            "aircraft": {"id": str(facts.aircraft_id), "name": facts.aircraft_name, "kind": facts.aircraft_kind},
        }


@dataclass(frozen=True)
class Scene:
    """Everything that an opening frame takes from the database; `more` counts the flights that were left out."""

    site: queries.ServedSite | None
    flights: tuple[SceneFlight, ...]
    more: int


class Scenes:
    """Read scenes, each at most once at a time: who comes during a read waits for the next, and shares it."""

    def __init__(self, states: FeedReader) -> None:
        self._states = states
        self._lock = asyncio.Lock()
        self._begun_s = -1.0
        self._scene: Scene | None = None

    async def read(self, picture: Picture, flight: str | None) -> Scene:
        """Return a scene that reflects at least this moment, and tell the picture what is kept of its flights.

        Raises:
            DatabaseError, Down: an engine does not answer.
        """
        if flight is not None:
            return await self._read(picture, flight)
        asked_s = time.monotonic()
        async with self._lock:
            if self._scene is None or self._begun_s < asked_s:
                begun_s = time.monotonic()
                self._scene = await self._read(picture, None)
                self._begun_s = begun_s
            return self._scene

    async def refresh(self, picture: Picture) -> None:
        """Bring the picture's flights to what the database says, also when nobody asks for a scene."""
        await self.read(picture, None)

    def close(self) -> None:
        """Close the connection to Redis."""
        self._states.close()

    async def _read(self, picture: Picture, flight: str | None) -> Scene:
        begun_us = time.time_ns() // 1000
        scene, kept = await in_thread(lambda: self._load(flight, set(picture.entries)))
        for state in kept:
            picture.recall(state.flight, sample=state.sample, received_us=state.received_us)
        if flight is None:
            picture.keep_only((str(f.row.id) for f in scene.flights), heard_since_us=begun_us - 10 * US_PER_S)
        return scene

    def _load(self, flight: str | None, heard: set[str]) -> tuple[Scene, list[FlightState]]:
        rows, more = _flights(flight)
        facts = queries.flight_facts([row.id for row in rows])
        flights = tuple(SceneFlight(row, facts[row.id]) for row in rows if row.id in facts)
        unheard = [str(row.id) for row in rows if str(row.id) not in heard]
        kept = {str(row.id): _kept_in_database(row) for row in rows if str(row.id) not in heard and row.last_received}
        kept |= self._states.states(unheard)
        return Scene(site=queries.served_site(), flights=flights, more=more), list(kept.values())


def flight_position(flight: str, range_position: int) -> int:
    """Return how far a flight's own count was when the range's count was at a position."""
    places = FlightPosition.objects.filter(flight_id=UUID(flight), announcement__position__lte=range_position)
    return places.aggregate(last=Max("position"))["last"] or 0


def _flights(flight: str | None) -> tuple[list[Flight], int]:
    if flight is not None:
        return list(Flight.objects.filter(pk=UUID(flight))), 0
    unended = Flight.objects.filter(phase__in=[Phase.EXPECTED, Phase.RECORDING])
    rows = list(unended.order_by("admit_from", "id")[: MOST_FLIGHTS + 1])
    more = unended.count() - MOST_FLIGHTS if len(rows) > MOST_FLIGHTS else 0
    return rows[:MOST_FLIGHTS], more


def _kept_in_database(row: Flight) -> FlightState:
    assert row.last_received is not None
    received_us = int(row.last_received.timestamp() * US_PER_S)
    return FlightState(flight=str(row.id), sample=row.last_sample or {}, received_us=received_us)
