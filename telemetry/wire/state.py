"""Keep the newest sample of one aircraft from its MAVLink messages; units are converted here and nowhere else.

Source: mavlink.io/en/messages/common.html. A value that a message marks as unknown leaves the sample as it was. Where
two messages tell the same, the better one (lower rank) holds for 2 s before the other may replace it.
"""

import math
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from msgspec import UNSET

from telemetry.sample import Sample
from telemetry.wire import dialect
from telemetry.wire.framing import Frame
from telemetry.wire.modes import mode_name

ARMED = 0x80
BETTER_HOLDS_US = 2_000_000
_GCS, _NO_AUTOPILOT = 6, 8
_U8, _U16, _I16 = 0xFF, 0xFFFF, 0x7FFF  # how messages mark what they do not know
_FIX_2D = 2
_EARLIEST_US, _LATEST_US = 1_420_070_400_000_000, 4_102_444_800_000_000  # 2015 and 2100: what may be a UTC time
_LOWEST_M, _HIGHEST_M = -1000, 100_000
_SLOWEST_TRACK_M_S = 0.2  # below, the direction is noise
_FIRST_AUTOPILOT = 1

_Values = tuple[Any, ...]  # as struct unpacks them, in wire order


class StateBuilder:
    """Build the state of the aircraft with one system id from all its links."""

    def __init__(self, system_id: int) -> None:
        self.system_id = system_id
        self.sample = Sample()
        self._autopilot = _FIRST_AUTOPILOT
        self._has_heartbeat = False
        self._boot_us: int | None = None  # UTC of the aircraft's boot, by its SYSTEM_TIME
        self._set_by: dict[str, tuple[int, int]] = {}
        self._now_us = 0

    def feed(self, frame: Frame, receive_us: int) -> bool:
        """Take a frame in; says whether it told something of the aircraft's state.

        Other systems are ignored, and so are the aircraft's other components (camera, gimbal) and a ground station that
        uses the aircraft's id.
        """
        read = _READERS.get(frame.message_id)
        if read is None or frame.system_id != self.system_id:
            return False
        wire, reader = read
        values = wire.unpack(frame.payload.ljust(wire.size, b"\0")[: wire.size])
        if frame.message_id == dialect.HEARTBEAT:
            if values[1] == _GCS or values[2] == _NO_AUTOPILOT:
                return False
            if not self._has_heartbeat:
                self._has_heartbeat, self._autopilot = True, frame.component_id
        if frame.component_id != self._autopilot:
            return False
        self._now_us = receive_us
        reader(self, values)
        return True

    def set(self, field: str, value: object, *, rank: int = 0) -> None:
        """Set a field of the sample unless a better message holds it."""
        held = self._set_by.get(field)
        if held and held[0] < rank and self._now_us - held[1] < BETTER_HOLDS_US:
            return
        self._set_by[field] = (rank, self._now_us)
        setattr(self.sample, field, value)

    def set_place(self, latitude: int, longitude: int, altitude_mm: int, *, rank: int) -> None:
        """Set the position from 1e-7 degrees and mm AMSL; 0/0 without a fix is no position."""
        fix = self.sample.gps_fix
        is_nowhere = latitude == longitude == 0 and (fix is UNSET or fix < _FIX_2D)
        if is_nowhere or abs(latitude) > 900_000_000 or abs(longitude) > 1_800_000_000:
            return
        self.set("latitude_deg", latitude / 1e7, rank=rank)
        self.set("longitude_deg", longitude / 1e7, rank=rank)
        self.set_height("altitude_amsl_m", altitude_mm / 1e3, rank=rank)

    def set_height(self, field: str, height_m: float, *, rank: int = 0) -> None:
        """Set a height or altitude, unless it is none that an aircraft can have."""
        if math.isfinite(height_m) and _LOWEST_M <= height_m <= _HIGHEST_M:
            self.set(field, round(height_m, 3), rank=rank)

    def set_time(self, utc_us: int, *, rank: int) -> None:
        """Set the aircraft's own time when it can be one: autopilots without a clock send their time since boot."""
        if _EARLIEST_US < utc_us < _LATEST_US:
            self.set("time", datetime.fromtimestamp(utc_us / 1e6, UTC), rank=rank)

    def set_boot_time(self, boot_ms: int) -> None:
        """Set the aircraft's own time from its time since boot, once its SYSTEM_TIME told when that was."""
        if self._boot_us is not None:
            self.set_time(self._boot_us + boot_ms * 1000, rank=0)

    def learn_boot(self, utc_us: int, boot_ms: int) -> None:
        """Keep when the aircraft booted."""
        if _EARLIEST_US < utc_us < _LATEST_US:
            self._boot_us = utc_us - boot_ms * 1000
            self.set_time(utc_us, rank=0)


def _heartbeat(state: StateBuilder, values: _Values) -> None:
    custom_mode, vehicle, autopilot, base_mode = values[:4]
    state.set("armed", bool(base_mode & ARMED))
    state.set("mode", mode_name(autopilot, vehicle, base_mode & ~ARMED, custom_mode))


def _system_time(state: StateBuilder, values: _Values) -> None:
    state.learn_boot(*values)


def _global_position(state: StateBuilder, values: _Values) -> None:
    boot_ms, latitude, longitude, altitude_mm, height_mm, north_cm_s, east_cm_s, down_cm_s, heading_cdeg = values
    state.set_boot_time(boot_ms)
    state.set_place(latitude, longitude, altitude_mm, rank=0)
    state.set_height("height_above_takeoff_m", height_mm / 1e3)
    if _I16 not in (north_cm_s, east_cm_s):
        speed_m_s = math.hypot(north_cm_s, east_cm_s) / 100
        state.set("ground_speed_m_s", round(speed_m_s, 2))
        if speed_m_s >= _SLOWEST_TRACK_M_S:
            state.set("track_deg", round(math.degrees(math.atan2(east_cm_s, north_cm_s)) % 360, 2))
    if down_cm_s != _I16:
        state.set("vertical_speed_m_s", -down_cm_s / 100)
    if heading_cdeg <= 36_000:
        state.set("heading_deg", heading_cdeg / 100)


def _gps_raw(state: StateBuilder, values: _Values) -> None:
    utc_us, latitude, longitude, altitude_mm, _, _, speed_cm_s, course_cdeg, fix, satellites = values
    state.set("gps_fix", min(fix, 8))
    if satellites != _U8:
        state.set("satellites", satellites)
    state.set_time(utc_us, rank=1)
    if fix < _FIX_2D:
        return
    state.set_place(latitude, longitude, altitude_mm, rank=1)
    if speed_cm_s != _U16:
        state.set("ground_speed_m_s", speed_cm_s / 100, rank=2)
        if course_cdeg <= 36_000 and speed_cm_s / 100 >= _SLOWEST_TRACK_M_S:
            state.set("track_deg", course_cdeg / 100, rank=1)


def _attitude(state: StateBuilder, values: _Values) -> None:
    state.set_boot_time(int(values[0]))
    for field, radians in zip(("roll_deg", "pitch_deg", "yaw_deg"), values[1:4], strict=True):
        if math.isfinite(radians) and abs(radians) <= 2 * math.pi:
            state.set(field, round(math.degrees(radians), 2))


def _vfr_hud(state: StateBuilder, values: _Values) -> None:
    _, speed_m_s, altitude_m, climb_m_s, heading_deg, _ = values
    if math.isfinite(speed_m_s) and 0 <= speed_m_s <= 10_000:
        state.set("ground_speed_m_s", round(speed_m_s, 2), rank=1)
    state.set_height("altitude_amsl_m", altitude_m, rank=2)
    if math.isfinite(climb_m_s) and abs(climb_m_s) <= 10_000:
        state.set("vertical_speed_m_s", round(climb_m_s, 2), rank=1)
    if 0 <= heading_deg <= 360:
        state.set("heading_deg", float(heading_deg), rank=1)


def _sys_status(state: StateBuilder, values: _Values) -> None:
    voltage_mv, remaining_pct = values[4], values[12]
    if voltage_mv not in (0, _U16):
        state.set("battery_v", voltage_mv / 1e3)
    if 0 <= remaining_pct <= 100:
        state.set("battery_pct", float(remaining_pct))


def _battery(state: StateBuilder, values: _Values) -> None:
    cells_mv, battery, remaining_pct = values[3:13], values[14], values[17]
    if battery != 0:  # the first is the one that flies; the others are told in the recording
        return
    known_mv = [mv for mv in cells_mv if mv != _U16] + [mv for mv in values[20:24] if mv not in (0, _U16)]
    if sum(known_mv):
        state.set("battery_v", sum(known_mv) / 1e3, rank=1)
    if 0 <= remaining_pct <= 100:
        state.set("battery_pct", float(remaining_pct), rank=1)


_READERS: dict[int, tuple[struct.Struct, Callable[[StateBuilder, _Values], None]]] = {
    dialect.HEARTBEAT: (struct.Struct("<IBBBBB"), _heartbeat),
    dialect.SYSTEM_TIME: (struct.Struct("<QI"), _system_time),
    dialect.GLOBAL_POSITION_INT: (struct.Struct("<IiiiihhhH"), _global_position),
    dialect.GPS_RAW_INT: (struct.Struct("<QiiiHHHHBB"), _gps_raw),
    dialect.ATTITUDE: (struct.Struct("<Iffffff"), _attitude),
    dialect.VFR_HUD: (struct.Struct("<ffffhH"), _vfr_hud),
    dialect.SYS_STATUS: (struct.Struct("<IIIHHhHHHHHHb"), _sys_status),
    dialect.BATTERY_STATUS: (struct.Struct("<iih10HhBBBbiB4H"), _battery),
}
