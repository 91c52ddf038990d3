"""The flights that this gateway hears: their state, their links, and what of them is to be published."""

from collections import OrderedDict
from collections.abc import Callable, Iterator

from telemetry.bus.feed import FlightState
from telemetry.gateway.link import Link
from telemetry.sample import Sample
from telemetry.wire.framing import Frame
from telemetry.wire.state import StateBuilder

MOST_LINKS = 64
PUBLISH_EVERY_US = 100_000
SOONEST_US = 50_000


class HeardFlight:
    """One flight with its links; of links the 64 heard last."""

    def __init__(self, flight: str, system_id: int) -> None:
        self.flight = flight
        self.links: OrderedDict[str, Link] = OrderedDict()
        self._state = StateBuilder(system_id)
        self._is_changed = False
        self._due_us = self._received_us = 0

    def link(self, name: str, *, forget: Callable[[str, str], None]) -> Link:
        """Return a link, a new one where needed; `forget(flight, link)` is told of the one that had to go."""
        link = self.links.get(name)
        if link is None:
            link = self.links[name] = Link(name)
            if len(self.links) > MOST_LINKS:
                forget(self.flight, self.links.popitem(last=False)[0])
        self.links.move_to_end(name)
        return link

    def feed(self, frame: Frame, now_us: int) -> None:
        """Take a packet of this flight into its state."""
        self._state.feed(frame, now_us)
        self._received_us = now_us
        self._is_changed = True

    def take_sample(self, sample: Sample, now_us: int) -> None:
        """Take a sample of this flight as its state: it came whole, not in messages."""
        self._state.sample = sample
        self._received_us = now_us
        self._is_changed = True

    @property
    def has_news(self) -> bool:
        """Say whether there is a state that was not published yet."""
        return self._is_changed

    def due_state(self, now_us: int, *, source: str) -> FlightState | None:
        """Return the state when there is a new one and its turn has come.

        Ten a second on average, counted by turns and not from the last one: else an aircraft that sends each 100 ms is
        always just too early, and its states wait for nothing. Never two within 50 ms.
        """
        if not self._is_changed or now_us < self._due_us:
            return None
        self._is_changed = False
        self._due_us = max(self._due_us + PUBLISH_EVERY_US, now_us + SOONEST_US)
        return FlightState(
            flight=self.flight,
            sample=self._state.sample.as_dict(),
            received_us=self._received_us,
            system_id=self._state.system_id,
            link=next(reversed(self.links), ""),
            source=source,
            links={name: link.told(now_us) for name, link in self.links.items()},
        )


class HeardFlights:
    """All flights that were heard under a grant that still holds."""

    def __init__(self) -> None:
        self._flights: dict[str, HeardFlight] = {}

    def __iter__(self) -> Iterator[HeardFlight]:
        return iter(list(self._flights.values()))

    def of(self, flight: str, *, system_id: int) -> HeardFlight:
        """Return a flight, a new one at its first packet."""
        if flight not in self._flights:
            self._flights[flight] = HeardFlight(flight, system_id)
        return self._flights[flight]

    def remove(self, flight: str) -> HeardFlight:
        """Take a flight out."""
        return self._flights.pop(flight)
