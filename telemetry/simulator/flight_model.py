"""The simulated aircraft in motion: wind and demands in, one instant of flight out."""

import math
from dataclasses import dataclass

from telemetry.simulator.airframe import GRAVITY_M_S2, Airframe
from telemetry.simulator.autopilot import PAD, Autopilot, Demand, Phase
from telemetry.simulator.battery import Battery
from telemetry.simulator.place import FIELD_ELEVATION_AMSL_M, from_runway, to_geographic
from telemetry.simulator.wind import Wind

STEP_S = 0.05
VELOCITY_GAIN_PER_S = 1.5
YAW_RATE_DEG_S = 25.0


@dataclass(frozen=True, slots=True)
class Instant:
    """Hold one aircraft at one instant: WGS-84, SI, angles in radians where named so, velocity up positive.

    Heights are AMSL and above the pad. What an autopilot would report beyond position is named as MAVLink has it.
    """

    since_boot_s: float
    phase: Phase
    armed: bool
    latitude_deg: float
    longitude_deg: float
    east_m: float
    north_m: float
    altitude_amsl_m: float
    height_above_takeoff_m: float
    east_m_s: float
    north_m_s: float
    up_m_s: float
    airspeed_m_s: float
    roll_rad: float
    pitch_rad: float
    yaw_rad: float
    yaw_rate_rad_s: float
    throttle_pct: float
    battery_pct: float
    battery_v: float
    battery_a: float
    battery_used_mah: float
    battery_used_wh: float

    @property
    def ground_speed_m_s(self) -> float:
        """Give the horizontal speed over ground."""
        return math.hypot(self.east_m_s, self.north_m_s)


class Flight:
    """Fly one circuit in steps of 50 ms; the same seed and airframe give the same flight, step for step."""

    def __init__(self, seed: int, *, airframe: Airframe | None = None) -> None:
        self.airframe = airframe or Airframe()
        self.wind = Wind(seed)
        self.autopilot = Autopilot(self.airframe)
        self.battery = Battery(self.airframe)
        self._east_m, self._north_m = from_runway(*PAD)
        self._height_m = 0.0
        self._velocity = (0.0, 0.0, 0.0)
        self._heading_deg = math.nan
        self._yaw_rate_deg_s = 0.0

    @property
    def finished(self) -> bool:
        """Say whether the aircraft has landed and rested on the pad."""
        return self.autopilot.finished

    def step(self, since_boot_s: float = 0.0) -> Instant:
        """Advance by one step and return what the aircraft is and does then, at this reading of its boot clock."""
        demand = self.autopilot.step(STEP_S, east_m=self._east_m, north_m=self._north_m, height_m=self._height_m)
        air = self.wind.step(STEP_S)
        relative = tuple(own - moving for own, moving in zip(self._velocity, air, strict=True))
        airspeed_m_s = math.hypot(*relative)
        wanted = self._wanted_acceleration(demand)
        drag_n = self.airframe.drag_n(airspeed_m_s)
        drag = tuple(-drag_n * part / max(airspeed_m_s, 1e-6) / self.airframe.mass_kg for part in relative)
        on_ground = self._height_m <= 0.0 and demand.up_m_s <= 0.0
        specific = self._specific_thrust(wanted, drag, rotors=demand.rotors, on_ground=on_ground)
        self._use_battery(specific, airspeed_m_s, demand, on_ground=on_ground)
        if on_ground:
            self._velocity = (0.0, 0.0, 0.0)
        else:
            self._move(wanted, drag)
        self._turn(demand.heading_deg)
        return self._instant(specific, airspeed_m_s, since_boot_s)

    def _wanted_acceleration(self, demand: Demand) -> tuple[float, float, float]:
        """Give the controller's answer to the velocity error, cut to what the airframe is allowed."""
        wanted = (demand.east_m_s, demand.north_m_s, demand.up_m_s)
        answer = [VELOCITY_GAIN_PER_S * (want - own) for want, own in zip(wanted, self._velocity, strict=True)]
        excess = max(1.0, math.hypot(*answer) / self.airframe.max_acceleration_m_s2)
        return answer[0] / excess, answer[1] / excess, answer[2] / excess

    def _specific_thrust(
        self, wanted: tuple[float, ...], drag: tuple[float, ...], *, rotors: bool, on_ground: bool
    ) -> tuple[float, float, float]:
        """Give thrust over mass: what is wanted, less nine tenths of the drag, which the controller has learned."""
        if on_ground or not rotors:
            return 0.0, 0.0, 0.0
        east, north, up = (want - 0.9 * air for want, air in zip(wanted, drag, strict=True))
        return east, north, up + GRAVITY_M_S2

    def _move(self, wanted: tuple[float, ...], drag: tuple[float, ...]) -> None:
        # A tenth of the drag is not compensated: gusts push the aircraft about.
        east, north, up = (
            own + STEP_S * (want + 0.1 * air) for own, want, air in zip(self._velocity, wanted, drag, strict=True)
        )
        self._east_m += STEP_S * east
        self._north_m += STEP_S * north
        self._height_m = max(0.0, self._height_m + STEP_S * up)
        self._velocity = (east, north, up)

    def _use_battery(
        self, specific: tuple[float, float, float], airspeed_m_s: float, demand: Demand, *, on_ground: bool
    ) -> None:
        thrust_n = math.hypot(*specific) * self.airframe.mass_kg
        climb_m_s = self._velocity[2]
        power_w = self.airframe.power_w(thrust_n=thrust_n, airspeed_m_s=airspeed_m_s, climb_m_s=climb_m_s)
        if on_ground:
            power_w = self.airframe.avionics_w * (4.0 if demand.rotors else 1.0)
        self.battery.draw(power_w, STEP_S)

    def _turn(self, heading_deg: float) -> None:
        if math.isnan(self._heading_deg):
            self._heading_deg = heading_deg
        error_deg = (heading_deg - self._heading_deg + 180.0) % 360.0 - 180.0
        self._yaw_rate_deg_s = max(-YAW_RATE_DEG_S, min(YAW_RATE_DEG_S, 2.0 * error_deg))
        self._heading_deg = (self._heading_deg + STEP_S * self._yaw_rate_deg_s) % 360.0

    def _tilt(self, specific: tuple[float, float, float]) -> tuple[float, float]:
        """Return (roll_rad, pitch_rad), FRD: nose up and right wing down positive, that points the thrust so."""
        east, north, up = specific
        if up <= 0.0:
            return 0.0, 0.0
        yaw = math.radians(self._heading_deg)
        forward = east * math.sin(yaw) + north * math.cos(yaw)
        right = east * math.cos(yaw) - north * math.sin(yaw)
        return math.atan2(right, math.hypot(forward, up)), -math.atan2(forward, up)

    def _instant(self, specific: tuple[float, float, float], airspeed_m_s: float, since_boot_s: float) -> Instant:
        latitude_deg, longitude_deg = to_geographic(self._east_m, self._north_m)
        roll_rad, pitch_rad = self._tilt(specific)
        # Full throttle lifts the whole 75 kg class with a fifth in reserve.
        full_n = 1.2 * GRAVITY_M_S2 * (self.airframe.empty_kg + 75.0)
        return Instant(
            since_boot_s=since_boot_s,
            phase=self.autopilot.phase,
            armed=self.autopilot.armed,
            latitude_deg=latitude_deg,
            longitude_deg=longitude_deg,
            east_m=self._east_m,
            north_m=self._north_m,
            altitude_amsl_m=FIELD_ELEVATION_AMSL_M + self._height_m,
            height_above_takeoff_m=self._height_m,
            east_m_s=self._velocity[0],
            north_m_s=self._velocity[1],
            up_m_s=self._velocity[2],
            airspeed_m_s=airspeed_m_s,
            roll_rad=roll_rad,
            pitch_rad=pitch_rad,
            yaw_rad=(math.radians(self._heading_deg) + math.pi) % (2.0 * math.pi) - math.pi,
            yaw_rate_rad_s=math.radians(self._yaw_rate_deg_s),
            throttle_pct=min(100.0, 100.0 * math.hypot(*specific) * self.airframe.mass_kg / full_n),
            battery_pct=self.battery.left_pct,
            battery_v=self.battery.voltage_v,
            battery_a=self.battery.current_a,
            battery_used_mah=self.battery.used_mah,
            battery_used_wh=self.battery.used_wh,
        )
