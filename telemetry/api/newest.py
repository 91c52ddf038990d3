"""The newest state of flights: from the feed's memory, and from the database where that has none or does not answer."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from telemetry.bus.connection import Down, Full
from telemetry.bus.feed import FeedReader, FlightState
from telemetry.live.link_state import link_state
from telemetry.recordings.models import Flight

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Newest:
    """A flight's newest sample by the contract's names, or None, and what its age says about the link."""

    sample: dict[str, Any] | None
    link: str | None


def newest_of(flights: Sequence[Flight], *, now: datetime) -> dict[str, Newest]:
    """Return the newest state of each flight by its id."""
    states = _states([str(flight.id) for flight in flights])
    return {str(flight.id): _newest(flight, states.get(str(flight.id)), now) for flight in flights}


def _states(flight_ids: list[str]) -> dict[str, FlightState]:
    reader = FeedReader(settings.REDIS_URL)
    try:
        return reader.states(flight_ids)
    except (Down, Full) as problem:
        log.warning("newest states come from the database: %s", problem)
        return {}
    finally:
        reader.close()


def _newest(flight: Flight, state: FlightState | None, now: datetime) -> Newest:
    sample, received = flight.last_sample, flight.last_received
    if state is not None:
        state_received = datetime.fromtimestamp(state.received_us / 1e6, UTC)
        if received is None or state_received >= received:
            sample, received = state.sample, state_received
    age_s = None if received is None else (now - received).total_seconds()
    link = link_state(age_s)
    return Newest(sample, None if link is None else str(link))
