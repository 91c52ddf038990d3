"""Keep the newest sample of one aircraft from its MAVLink messages; units are converted here and nowhere else.

Source: mavlink.io/en/messages/common.html. A value that a message marks as unknown leaves the sample as it was. Where
two messages tell the same, the better one (lower rank) holds for 2 s before the other may replace it.
"""

import math
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, ClassVar

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
_LOWEST_MM, _HIGHEST_MM = -1_000_000, 100_000_000
_SLOWEST_TRACK_M_S = 0.2  # below, the direction is noise
_FIRST_AUTOPILOT = 1
_HEARTBEAT = dialect.HEARTBEAT
_TURN = 2 * math.pi
# of fields that are made with more decimals than they tell; what has no more is not changed by rounding
_DECIMALS = {
    "altitude_amsl_m": 3,
    **dict.fromkeys(("ground_speed_m_s", "vertical_speed_m_s", "track_deg", "heading_deg"), 2),
}
_ANGLES = ("roll_deg", "pitch_deg", "yaw_deg")
# of VFR_HUD: field, rank, and from where to where it is believed
_HUD = (
    ("ground_speed_m_s", 1, 0, 10_000),
    ("altitude_amsl_m", 2, -1000, 100_000),
    ("vertical_speed_m_s", 1, -10_000, 10_000),
    ("heading_deg", 1, 0, 360),
)
_OF_WHOLE = ("latitude_deg", "longitude_deg", *(field for field, *_ in _HUD))
# what several messages tell
_CONTESTED = (*_OF_WHOLE, "track_deg", "battery_v", "battery_pct")

_Values = tuple[Any, ...]  # as struct unpacks them, in wire order, without those that nobody needs
_Reader = Callable[[Any, _Values, int], None]  # of a builder, at a time of receipt


class StateBuilder:
    """Build the state of the aircraft with one system id from all its links.

    What only the reader of a sample needs, rounded decimals and the time as a datetime, is made when it is read: a busy
    link tells the same many times between two readings.
    """

    def __init__(self, system_id: int) -> None:
        self.system_id = system_id
        self._sample = Sample()
        self._unrounded: set[str] = set()
        self._unread_us: int | None = None  # the newest time, where the sample does not have it yet
        self._autopilot = _FIRST_AUTOPILOT
        self._has_heartbeat = False
        self._boot_us: int | None = None  # UTC of the aircraft's boot, by its SYSTEM_TIME
        self._unread_angles: _Values | None = None
        self._time_holds_us = 0  # until then the GPS's time waits for the autopilot's
        self._best_holds_us = 0  # until then a GLOBAL_POSITION_INT that knew all holds all that it and VFR_HUD tell
        self._held = dict.fromkeys(_CONTESTED, (0, 0))  # rank of the message that set it, and until when that holds

    @property
    def sample(self) -> Sample:
        """Return the newest sample, always the same object: it is whole until the next frame is fed."""
        sample = self._sample
        for field in self._unrounded:
            setattr(sample, field, round(getattr(sample, field), _DECIMALS[field]))
        self._unrounded.clear()
        if self._unread_us is not None:
            sample.time = datetime.fromtimestamp(self._unread_us / 1e6, UTC)
            self._unread_us = None
        self._read_angles()
        return sample

    @sample.setter
    def sample(self, sample: Sample) -> None:
        self._sample, self._unread_us, self._unread_angles = sample, None, None
        self._unrounded.clear()

    def feed(self, frame: Frame, receive_us: int) -> bool:
        """Take a frame in; says whether it told something of the aircraft's state.

        Other systems are ignored, and so are the aircraft's other components (camera, gimbal) and a ground station that
        uses the aircraft's id.
        """
        message_id = frame.message_id
        reader = _READERS.get(message_id)
        if reader is None or frame.system_id != self.system_id:
            return False
        wire, read = reader
        if frame.payload_length >= wire.size:
            values = wire.unpack_from(frame.data, frame.payload_start)
        else:
            values = wire.unpack(frame.payload.ljust(wire.size, b"\0"))
        if message_id == _HEARTBEAT:
            if values[1] == _GCS or values[2] == _NO_AUTOPILOT:
                return False
            if not self._has_heartbeat:
                self._has_heartbeat, self._autopilot = True, frame.component_id
        if frame.component_id != self._autopilot:
            return False
        read(self, values, receive_us)
        return True

    def _read_angles(self) -> None:
        if self._unread_angles is not None:
            for field, radians in zip(_ANGLES, self._unread_angles[1:4], strict=True):
                setattr(self._sample, field, round(math.degrees(radians), 2))
            self._unread_angles = None

    def _set(self, field: str, value: float, rank: int, now_us: int) -> None:
        """Set a field of the sample unless a better message holds it."""
        held_by, until_us = self._held[field]
        if held_by >= rank or now_us >= until_us:
            self._held[field] = (rank, now_us + BETTER_HOLDS_US)
            setattr(self._sample, field, value)

    def _hold_singly(self) -> None:
        """Note for each field what was noted for all of a whole position message, as others may set some now."""
        if self._best_holds_us:
            self._held.update(dict.fromkeys(_OF_WHOLE, (0, self._best_holds_us)))
            self._best_holds_us = 0

    def _is_place(self, latitude: int, longitude: int) -> bool:
        """Say whether these 1e-7 degrees are a position: 0/0 without a fix is none."""
        if latitude == longitude == 0:
            fix = self._sample.gps_fix
            return fix is not UNSET and fix >= _FIX_2D
        return -900_000_000 <= latitude <= 900_000_000 and -1_800_000_000 <= longitude <= 1_800_000_000

    def _set_place(self, latitude: int, longitude: int, altitude_mm: int, rank: int, now_us: int) -> None:
        """Set the position from 1e-7 degrees and mm AMSL."""
        if self._is_place(latitude, longitude):
            self._set("latitude_deg", latitude / 1e7, rank, now_us)
            self._set("longitude_deg", longitude / 1e7, rank, now_us)
            if _LOWEST_MM <= altitude_mm <= _HIGHEST_MM:
                self._set("altitude_amsl_m", altitude_mm / 1e3, rank, now_us)

    def _set_time(self, utc_us: int, now_us: int) -> None:
        """Set the aircraft's own time when it can be one: autopilots without a clock send their time since boot."""
        if _EARLIEST_US < utc_us < _LATEST_US:
            self._unread_us, self._time_holds_us = utc_us, now_us + BETTER_HOLDS_US

    def _heartbeat(self, values: _Values, _now_us: int) -> None:
        custom_mode, vehicle, autopilot, base_mode = values
        self._sample.armed = bool(base_mode & ARMED)
        self._sample.mode = mode_name(autopilot, vehicle, base_mode & ~ARMED, custom_mode)

    def _system_time(self, values: _Values, now_us: int) -> None:
        utc_us, boot_ms = values
        if _EARLIEST_US < utc_us < _LATEST_US:
            self._boot_us = utc_us - boot_ms * 1000
            self._set_time(utc_us, now_us)

    def _global_position(self, values: _Values, now_us: int) -> None:
        boot_ms, latitude, longitude, altitude_mm, height_mm, north_cm_s, east_cm_s, down_cm_s, heading_cdeg = values
        if self._boot_us is not None:
            self._set_time(self._boot_us + boot_ms * 1000, now_us)
        sample = self._sample
        if _LOWEST_MM <= height_mm <= _HIGHEST_MM:
            sample.height_above_takeoff_m = height_mm / 1e3
        is_placed = self._is_place(latitude, longitude) and _LOWEST_MM <= altitude_mm <= _HIGHEST_MM
        if is_placed and _I16 not in values[5:8] and heading_cdeg <= 36_000:
            self._best_holds_us = now_us + BETTER_HOLDS_US
            sample.latitude_deg, sample.longitude_deg = latitude / 1e7, longitude / 1e7
            sample.altitude_amsl_m = altitude_mm / 1e3
            sample.vertical_speed_m_s = -down_cm_s / 100
            sample.heading_deg = heading_cdeg / 100
            sample.ground_speed_m_s = speed_m_s = math.hypot(north_cm_s, east_cm_s) / 100
        else:
            self._hold_singly()
            self._set_place(latitude, longitude, altitude_mm, 0, now_us)
            if down_cm_s != _I16:
                self._set("vertical_speed_m_s", -down_cm_s / 100, 0, now_us)
            if heading_cdeg <= 36_000:
                self._set("heading_deg", heading_cdeg / 100, 0, now_us)
            if _I16 in (north_cm_s, east_cm_s):
                return
            speed_m_s = math.hypot(north_cm_s, east_cm_s) / 100
            self._set("ground_speed_m_s", speed_m_s, 0, now_us)
        self._unrounded.add("ground_speed_m_s")
        if speed_m_s >= _SLOWEST_TRACK_M_S:
            self._set("track_deg", math.degrees(math.atan2(east_cm_s, north_cm_s)) % 360, 0, now_us)
            self._unrounded.add("track_deg")

    def _gps_raw(self, values: _Values, now_us: int) -> None:
        utc_us, latitude, longitude, altitude_mm, speed_cm_s, course_cdeg, fix, satellites = values
        self._sample.gps_fix = min(fix, 8)
        if satellites != _U8:
            self._sample.satellites = satellites
        if _EARLIEST_US < utc_us < _LATEST_US and now_us >= self._time_holds_us:
            self._unread_us, self._time_holds_us = utc_us, 0
        if fix < _FIX_2D:
            return
        if now_us >= self._best_holds_us:
            self._hold_singly()
            self._set_place(latitude, longitude, altitude_mm, 1, now_us)
        if speed_cm_s != _U16:
            if now_us >= self._best_holds_us:
                self._set("ground_speed_m_s", speed_cm_s / 100, 2, now_us)
            if course_cdeg <= 36_000 and speed_cm_s / 100 >= _SLOWEST_TRACK_M_S:
                self._set("track_deg", course_cdeg / 100, 1, now_us)

    def _attitude(self, values: _Values, now_us: int) -> None:
        boot_ms, roll, pitch, yaw = values
        if self._boot_us is not None:
            self._set_time(self._boot_us + boot_ms * 1000, now_us)
        # what is no number is not within the limits either
        if -_TURN <= roll <= _TURN and -_TURN <= pitch <= _TURN and -_TURN <= yaw <= _TURN:
            self._unread_angles = values
            return
        self._read_angles()
        for field, radians in zip(_ANGLES, values[1:4], strict=True):
            if -_TURN <= radians <= _TURN:
                setattr(self._sample, field, round(math.degrees(radians), 2))

    def _vfr_hud(self, values: _Values, now_us: int) -> None:
        if now_us < self._best_holds_us:
            return
        self._hold_singly()
        held = self._held
        for (field, rank, lowest, highest), value in zip(_HUD, values, strict=True):
            held_by, until_us = held[field]
            if (held_by >= rank or now_us >= until_us) and lowest <= value <= highest:
                held[field] = (rank, now_us + BETTER_HOLDS_US)
                setattr(self._sample, field, float(value))
                self._unrounded.add(field)

    def _sys_status(self, values: _Values, now_us: int) -> None:
        voltage_mv, remaining_pct = values
        if voltage_mv not in (0, _U16):
            self._set("battery_v", voltage_mv / 1e3, 0, now_us)
        if 0 <= remaining_pct <= 100:
            self._set("battery_pct", float(remaining_pct), 0, now_us)

    def _battery(self, values: _Values, now_us: int) -> None:
        cells_mv, battery, remaining_pct = values[3:13], values[14], values[17]
        if battery != 0:  # the first is the one that flies; the others are told in the recording
            return
        known_mv = [mv for mv in cells_mv if mv != _U16] + [mv for mv in values[20:24] if mv not in (0, _U16)]
        if sum(known_mv):
            self._set("battery_v", sum(known_mv) / 1e3, 1, now_us)
        if 0 <= remaining_pct <= 100:
            self._set("battery_pct", float(remaining_pct), 1, now_us)

    readers: ClassVar[dict[int, tuple[struct.Struct, _Reader]]] = {
        dialect.HEARTBEAT: (struct.Struct("<IBBB2x"), _heartbeat),
        dialect.SYSTEM_TIME: (struct.Struct("<QI"), _system_time),
        dialect.GLOBAL_POSITION_INT: (struct.Struct("<IiiiihhhH"), _global_position),
        dialect.GPS_RAW_INT: (struct.Struct("<Qiii4xHHBB"), _gps_raw),
        dialect.ATTITUDE: (struct.Struct("<Ifff12x"), _attitude),
        dialect.VFR_HUD: (struct.Struct("<4xfffh2x"), _vfr_hud),
        dialect.SYS_STATUS: (struct.Struct("<14xH14xb"), _sys_status),
        dialect.BATTERY_STATUS: (struct.Struct("<iih10HhBBBbiB4H"), _battery),
    }


_READERS = StateBuilder.readers
