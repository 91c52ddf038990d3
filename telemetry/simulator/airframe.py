"""The simulated aircraft's fixed figures, and the power its rotors need."""

import math
from dataclasses import dataclass

GRAVITY_M_S2 = 9.81
AIR_DENSITY_KG_M3 = 1.225


@dataclass(frozen=True, slots=True)
class Airframe:
    """Describe a heavy-lift multicopter: 25 kg empty, made to lift 75 kg (the reference aircraft of this range)."""

    empty_kg: float = 25.0
    payload_kg: float = 30.0
    rotor_disc_m2: float = 3.8
    figure_of_merit: float = 0.65
    drag_area_m2: float = 0.8
    avionics_w: float = 180.0
    battery_wh: float = 3000.0
    battery_cells: int = 14
    battery_ohm: float = 0.012
    max_speed_m_s: float = 15.0
    max_climb_m_s: float = 3.0
    max_sink_m_s: float = 2.0
    max_acceleration_m_s2: float = 2.5

    @property
    def mass_kg(self) -> float:
        """Give the take-off mass."""
        return self.empty_kg + self.payload_kg

    def drag_n(self, airspeed_m_s: float) -> float:
        """Give the drag of body and load at an airspeed."""
        return 0.5 * AIR_DENSITY_KG_M3 * self.drag_area_m2 * airspeed_m_s * airspeed_m_s

    def power_w(self, *, thrust_n: float, airspeed_m_s: float, climb_m_s: float) -> float:
        """Give the electric power of flight.

        Induced power by momentum theory (Glauert's forward-flight form) over the figure of merit, plus drag and climb.
        Hovering in a breeze takes less than in still air, fast flight more: as real rotors have it.
        """
        hover_sq = max(0.0, thrust_n) / (2.0 * AIR_DENSITY_KG_M3 * self.rotor_disc_m2)
        air_sq = airspeed_m_s * airspeed_m_s
        induced_m_s = math.sqrt(max(0.0, math.sqrt(0.25 * air_sq * air_sq + hover_sq * hover_sq) - 0.5 * air_sq))
        induced_w = thrust_n * induced_m_s / self.figure_of_merit
        # A sinking rotor gives nothing back to the battery.
        return self.avionics_w + induced_w + self.drag_n(airspeed_m_s) * airspeed_m_s + thrust_n * max(0.0, climb_m_s)
