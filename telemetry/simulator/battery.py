"""The flight battery: energy out, voltage and current as the aircraft would report them."""

from dataclasses import dataclass

from telemetry.simulator.airframe import Airframe

CELL_FULL_V = 4.15
CELL_EMPTY_V = 3.45


@dataclass(slots=True)
class Battery:
    """Count the energy taken from a full battery; it never fills in flight."""

    airframe: Airframe
    used_wh: float = 0.0
    used_mah: float = 0.0
    current_a: float = 0.0
    voltage_v: float = 0.0

    def __post_init__(self) -> None:
        self.voltage_v = self._open_circuit_v()

    @property
    def left_pct(self) -> float:
        """Give the share of the energy that is left, 0 to 100."""
        return max(0.0, 100.0 * (1.0 - self.used_wh / self.airframe.battery_wh))

    def draw(self, power_w: float, step_s: float) -> None:
        """Take `power_w` for `step_s` seconds; voltage sags with the current."""
        open_v = self._open_circuit_v()
        # I = P / (U - I·R), solved for the small root; a battery asked for more than it can give stays at its knee.
        root = max(0.0, open_v * open_v - 4.0 * self.airframe.battery_ohm * power_w)
        self.current_a = (open_v - root**0.5) / (2.0 * self.airframe.battery_ohm)
        self.voltage_v = open_v - self.current_a * self.airframe.battery_ohm
        self.used_wh += power_w * step_s / 3600.0
        self.used_mah += self.current_a * step_s / 3.6

    def _open_circuit_v(self) -> float:
        left = self.left_pct / 100.0
        return self.airframe.battery_cells * (CELL_EMPTY_V + left * (CELL_FULL_V - CELL_EMPTY_V))
