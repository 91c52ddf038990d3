"""The simulated aircraft as a whole: flight after flight, each step as the MAVLink messages that are due."""

from collections.abc import Callable

from pymavlink.dialects.v20.all import MAVLink_message as Message

from telemetry.simulator.airframe import Airframe
from telemetry.simulator.autopilot import Phase
from telemetry.simulator.flight_model import STEP_S, Flight, Instant
from telemetry.simulator.packets import due, status_text

LONGEST_FLIGHT_S = 450.0
"""From the start of the rotors to the end of the rest on the pad, whatever the wind."""
_ASK_EVERY_STEPS = round(1.0 / STEP_S)

Ready = Callable[[], bool]


class Aircraft:
    """Fly again and again; the same seed says the same, message for message, but for the clock.

    Before each take-off `ready` is asked once a second; while it says no, the aircraft stands on its pad and says so.
    Each flight has a wind of its own and a full battery.
    """

    def __init__(self, seed: int, *, ready: Ready = lambda: True, airframe: Airframe | None = None) -> None:
        self._seed = seed
        self._ready = ready
        self._airframe = airframe or Airframe()
        self._step = 0
        self._told: Phase | None = None
        self.flights = 0
        self._flight = self._next_flight()
        self._flight.autopilot.park()

    def step(self, unix_us: int) -> list[Message]:
        """Advance by `STEP_S` and return what the aircraft says; `unix_us` is what its clock shows."""
        if self._step % _ASK_EVERY_STEPS == 0 and self._flight.finished and self._ready():
            self.flights += 1
            self._flight = self._next_flight()
        instant = self._flight.step(self._step * STEP_S)
        messages = [*due(instant, step=self._step, unix_us=unix_us), *self._news(instant)]
        self._step += 1
        return messages

    def _next_flight(self) -> Flight:
        return Flight(self._seed * 1000 + self.flights, airframe=self._airframe)

    def _news(self, instant: Instant) -> list[Message]:
        if instant.phase is self._told:
            return []
        self._told = instant.phase
        return [status_text(f"{instant.phase}, battery {instant.battery_pct:.0f} %")]
