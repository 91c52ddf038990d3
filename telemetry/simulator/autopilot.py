"""The simulated autopilot: one circuit along runway 05/23, phase by phase."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from telemetry.simulator.airframe import Airframe
from telemetry.simulator.place import RUNWAY_05_TRUE_COURSE_DEG, from_runway

CIRCUIT_HEIGHT_M = 60.0
CRUISE_M_S = 11.0
START_S = 6.0
HOVER_S = 15.0
REST_S = 20.0
REACHED_M = 12.0

# The ground spot first and last; metres along runway 05 and right of it.
PAD = (-250.0, 0.0)
_CORNERS = ((750.0, 0.0), (750.0, 210.0), (-750.0, 210.0), (-750.0, 0.0), PAD)


class Phase(StrEnum):
    """Name what the aircraft does; also the text that it reports at each change."""

    STARTING = "starting rotors"
    CLIMB = "take-off"
    CIRCUIT = "circuit"
    HOVER = "hover"
    DESCENT = "landing"
    LANDED = "landed"


NEXT = {
    Phase.STARTING: Phase.CLIMB,
    Phase.CLIMB: Phase.CIRCUIT,
    Phase.CIRCUIT: Phase.HOVER,
    Phase.HOVER: Phase.DESCENT,
    Phase.DESCENT: Phase.LANDED,
}
"""The one way through a flight; LANDED is the end, a next flight is a new autopilot."""


@dataclass(frozen=True, slots=True)
class Demand:
    """Say which velocity (m/s) and heading (deg true) the autopilot wants, and whether the rotors turn."""

    east_m_s: float
    north_m_s: float
    up_m_s: float
    heading_deg: float
    rotors: bool


class Autopilot:
    """Lead one flight from a rest on the pad to a rest on the pad."""

    def __init__(self, airframe: Airframe) -> None:
        self._airframe = airframe
        self.phase = Phase.STARTING
        self._phase_s = 0.0
        self._corner = 0
        self._heading_deg = RUNWAY_05_TRUE_COURSE_DEG
        self._lead: dict[Phase, Callable[[float, float, float], Demand]] = {
            Phase.STARTING: self._start,
            Phase.CLIMB: self._climb,
            Phase.CIRCUIT: self._circuit,
            Phase.HOVER: self._hover,
            Phase.DESCENT: self._descend,
            Phase.LANDED: self._rest,
        }

    @property
    def armed(self) -> bool:
        """Say whether the aircraft is armed."""
        return self.phase is not Phase.LANDED

    @property
    def finished(self) -> bool:
        """Say whether the flight is over and the rest on the pad taken."""
        return self.phase is Phase.LANDED and self._phase_s >= REST_S

    def park(self) -> None:
        """Stand on the pad as after a flight, rested."""
        self.phase, self._phase_s = Phase.LANDED, REST_S

    def step(self, step_s: float, *, east_m: float, north_m: float, height_m: float) -> Demand:
        """Advance by `step_s` seconds at this place (height above the pad) and return what is wanted now."""
        self._phase_s += step_s
        return self._lead[self.phase](east_m, north_m, height_m)

    def _enter_next(self) -> None:
        self.phase = NEXT[self.phase]
        self._phase_s = 0.0

    def _start(self, east_m: float, north_m: float, height_m: float) -> Demand:
        if self._phase_s >= START_S:
            self._enter_next()
        return Demand(0.0, 0.0, 0.0, self._heading_deg, rotors=True)

    def _climb(self, east_m: float, north_m: float, height_m: float) -> Demand:
        if height_m >= CIRCUIT_HEIGHT_M - 1.0:
            self._enter_next()
        up_m_s = min(self._airframe.max_climb_m_s, max(0.5, 0.5 * (CIRCUIT_HEIGHT_M - height_m)))
        return self._hold(PAD, east_m, north_m, up_m_s=up_m_s)

    def _circuit(self, east_m: float, north_m: float, height_m: float) -> Demand:
        target_east_m, target_north_m = from_runway(*_CORNERS[self._corner])
        to_east_m, to_north_m = target_east_m - east_m, target_north_m - north_m
        distance_m = math.hypot(to_east_m, to_north_m)
        if distance_m < REACHED_M:
            if self._corner + 1 == len(_CORNERS):
                self._enter_next()
            else:
                self._corner += 1
        # Slows down towards a corner, so that it is rounded inside the volume.
        speed_m_s = max(1.5, min(CRUISE_M_S, 0.25 * distance_m))
        if distance_m > REACHED_M:
            self._heading_deg = math.degrees(math.atan2(to_east_m, to_north_m)) % 360.0
        share = speed_m_s / max(distance_m, 1e-6)
        up_m_s = self._level(height_m)
        return Demand(to_east_m * share, to_north_m * share, up_m_s, self._heading_deg, rotors=True)

    def _hover(self, east_m: float, north_m: float, height_m: float) -> Demand:
        if self._phase_s >= HOVER_S:
            self._enter_next()
        return self._hold(PAD, east_m, north_m, up_m_s=self._level(height_m))

    def _descend(self, east_m: float, north_m: float, height_m: float) -> Demand:
        if height_m <= 0.0:
            self._enter_next()
            return Demand(0.0, 0.0, 0.0, self._heading_deg, rotors=False)
        up_m_s = -min(self._airframe.max_sink_m_s, max(0.4, 0.25 * height_m))
        return self._hold(PAD, east_m, north_m, up_m_s=up_m_s)

    def _rest(self, east_m: float, north_m: float, height_m: float) -> Demand:
        return Demand(0.0, 0.0, 0.0, self._heading_deg, rotors=False)

    def _hold(self, spot: tuple[float, float], east_m: float, north_m: float, *, up_m_s: float) -> Demand:
        spot_east_m, spot_north_m = from_runway(*spot)
        east_m_s, north_m_s = 0.4 * (spot_east_m - east_m), 0.4 * (spot_north_m - north_m)
        excess = max(1.0, math.hypot(east_m_s, north_m_s) / 3.0)
        return Demand(east_m_s / excess, north_m_s / excess, up_m_s, self._heading_deg, rotors=True)

    def _level(self, height_m: float) -> float:
        return max(-1.0, min(1.0, 0.5 * (CIRCUIT_HEIGHT_M - height_m)))
