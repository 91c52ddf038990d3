"""The aircraft's state as one would write it first: from pymavlink's messages by their fields' names, at once."""

import datetime as dt
import math
from typing import Any

from telemetry.wire.modes import mode_name

HOLDS_US = 2_000_000
EARLIEST_US, LATEST_US = 1_420_070_400_000_000, 4_102_444_800_000_000


class PlainState:
    """The same rules as `StateBuilder`, for one system; `told` is what a sample says."""

    def __init__(self, system_id: int) -> None:
        self.system_id = system_id
        self.told: dict[str, Any] = {}
        self._autopilot: int | None = None
        self._boot_us: int | None = None
        self._held: dict[str, tuple[int, int]] = {}
        self._now_us = 0

    def feed(self, message: Any, receive_us: int) -> bool:
        """Take a message in; says whether it told something."""
        read = getattr(self, "_" + message.get_type().lower(), None)
        if read is None or message.get_srcSystem() != self.system_id:
            return False
        if message.get_type() == "HEARTBEAT":
            if message.type == 6 or message.autopilot == 8:
                return False
            self._autopilot = self._autopilot or message.get_srcComponent()
        if message.get_srcComponent() != (self._autopilot or 1):
            return False
        self._now_us = receive_us
        read(message)
        return True

    def _set(self, field: str, value: object, rank: int = 0) -> None:
        held, since_us = self._held.get(field, (9, 0))
        if held >= rank or self._now_us - since_us >= HOLDS_US:
            self._held[field] = (rank, self._now_us)
            self.told[field] = value

    def _set_time(self, utc_us: int, rank: int = 0) -> None:
        if EARLIEST_US < utc_us < LATEST_US:
            time = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=utc_us)
            self._set("time", time.isoformat().replace("+00:00", "Z"), rank)

    def _set_boot_time(self, boot_ms: int) -> None:
        if self._boot_us is not None:
            self._set_time(self._boot_us + boot_ms * 1000)

    def _set_height(self, field: str, height_m: float, rank: int = 0) -> None:
        if -1000 <= height_m <= 100_000:
            self._set(field, round(height_m, 3), rank)

    def _set_place(self, m: Any, rank: int) -> None:
        if (m.lat, m.lon) == (0, 0) and self.told.get("gps_fix", 0) < 2:
            return
        if abs(m.lat) <= 900_000_000 and abs(m.lon) <= 1_800_000_000:
            self._set("latitude_deg", m.lat / 1e7, rank)
            self._set("longitude_deg", m.lon / 1e7, rank)
            self._set_height("altitude_amsl_m", m.alt / 1e3, rank)

    def _heartbeat(self, m: Any) -> None:
        self._set("armed", bool(m.base_mode & 0x80))
        self._set("mode", mode_name(m.autopilot, m.type, m.base_mode & 0x7F, m.custom_mode))

    def _system_time(self, m: Any) -> None:
        if EARLIEST_US < m.time_unix_usec < LATEST_US:
            self._boot_us = m.time_unix_usec - m.time_boot_ms * 1000
            self._set_time(m.time_unix_usec)

    def _global_position_int(self, m: Any) -> None:
        self._set_boot_time(m.time_boot_ms)
        self._set_place(m, 0)
        self._set_height("height_above_takeoff_m", m.relative_alt / 1e3)
        if 0x7FFF not in (m.vx, m.vy):
            speed_m_s = math.hypot(m.vx, m.vy) / 100
            self._set("ground_speed_m_s", round(speed_m_s, 2))
            if speed_m_s >= 0.2:
                self._set("track_deg", round(math.degrees(math.atan2(m.vy, m.vx)) % 360, 2))
        if m.vz != 0x7FFF:
            self._set("vertical_speed_m_s", -m.vz / 100)
        if m.hdg <= 36_000:
            self._set("heading_deg", m.hdg / 100)

    def _gps_raw_int(self, m: Any) -> None:
        self._set("gps_fix", min(m.fix_type, 8))
        if m.satellites_visible != 0xFF:
            self._set("satellites", m.satellites_visible)
        self._set_time(m.time_usec, 1)
        if m.fix_type < 2:
            return
        self._set_place(m, 1)
        if m.vel != 0xFFFF:
            self._set("ground_speed_m_s", m.vel / 100, 2)
            if m.cog <= 36_000 and m.vel / 100 >= 0.2:
                self._set("track_deg", m.cog / 100, 1)

    def _attitude(self, m: Any) -> None:
        self._set_boot_time(m.time_boot_ms)
        for field, radians in (("roll_deg", m.roll), ("pitch_deg", m.pitch), ("yaw_deg", m.yaw)):
            if math.isfinite(radians) and abs(radians) <= 2 * math.pi:
                self._set(field, round(math.degrees(radians), 2))

    def _vfr_hud(self, m: Any) -> None:
        if 0 <= m.groundspeed <= 10_000:
            self._set("ground_speed_m_s", round(m.groundspeed, 2), 1)
        self._set_height("altitude_amsl_m", m.alt, 2)
        if abs(m.climb) <= 10_000:
            self._set("vertical_speed_m_s", round(m.climb, 2), 1)
        if 0 <= m.heading <= 360:
            self._set("heading_deg", float(m.heading), 1)

    def _sys_status(self, m: Any) -> None:
        if m.voltage_battery not in (0, 0xFFFF):
            self._set("battery_v", m.voltage_battery / 1e3)
        if 0 <= m.battery_remaining <= 100:
            self._set("battery_pct", float(m.battery_remaining))

    def _battery_status(self, m: Any) -> None:
        known_mv = [mv for mv in m.voltages if mv != 0xFFFF] + [mv for mv in m.voltages_ext if mv not in (0, 0xFFFF)]
        if m.id == 0 and sum(known_mv):
            self._set("battery_v", sum(known_mv) / 1e3, 1)
        if m.id == 0 and 0 <= m.battery_remaining <= 100:
            self._set("battery_pct", float(m.battery_remaining), 1)
