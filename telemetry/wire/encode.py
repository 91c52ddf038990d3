"""Make MAVLink 2 packets as an aircraft does; pymavlink packs and signs."""

import math
from typing import Any

from pymavlink.dialects.v20 import all as dialect

_UNKNOWN_U16 = 0xFFFF


class Encoder:
    """Be one sender: count packets, and sign them when there is a 32-byte key.

    All values are SI and degrees, as in a sample; each method returns one packet.
    """

    def __init__(
        self, system_id: int, *, component_id: int = 1, signing_key: bytes | None = None, link_id: int = 0
    ) -> None:
        self._link = dialect.MAVLink(None, srcSystem=system_id, srcComponent=component_id)
        if signing_key is not None:
            self._link.signing.secret_key = signing_key
            self._link.signing.link_id = link_id
            self._link.signing.sign_outgoing = True

    def pack(self, message: Any, *, now_us: int) -> bytes:
        """Return a pymavlink message of this dialect as a packet; `now_us` (UTC) dates its signature."""
        signing = self._link.signing
        signing.timestamp = max(signing.timestamp, (now_us - 1_420_070_400_000_000) // 10)
        packet = bytes(message.pack(self._link))
        self._link.seq = (self._link.seq + 1) % 256
        return packet

    def heartbeat(self, *, now_us: int, armed: bool, custom_mode: int, vehicle: int = 2, autopilot: int = 3) -> bytes:
        """Encode HEARTBEAT; a quadrotor under ArduPilot unless said otherwise."""
        base_mode = 0x01 | (0x80 if armed else 0)
        return self.pack(
            dialect.MAVLink_heartbeat_message(vehicle, autopilot, base_mode, custom_mode, 4, 3), now_us=now_us
        )

    def system_time(self, *, now_us: int, boot_ms: int) -> bytes:
        """Encode SYSTEM_TIME."""
        return self.pack(dialect.MAVLink_system_time_message(now_us, boot_ms), now_us=now_us)

    def global_position(  # noqa: PLR0913 — the message has so many fields
        self,
        *,
        now_us: int,
        boot_ms: int,
        latitude_deg: float,
        longitude_deg: float,
        altitude_amsl_m: float,
        height_above_takeoff_m: float,
        north_m_s: float,
        east_m_s: float,
        up_m_s: float,
        heading_deg: float | None,
    ) -> bytes:
        """Encode GLOBAL_POSITION_INT."""
        place = (round(latitude_deg * 1e7), round(longitude_deg * 1e7))
        heights = (round(altitude_amsl_m * 1e3), round(height_above_takeoff_m * 1e3))
        speeds = (round(north_m_s * 100), round(east_m_s * 100), round(-up_m_s * 100))
        heading = _UNKNOWN_U16 if heading_deg is None else round(heading_deg % 360 * 100) % 36_000
        return self.pack(
            dialect.MAVLink_global_position_int_message(boot_ms, *place, *heights, *speeds, heading), now_us=now_us
        )

    def gps_raw(  # noqa: PLR0913 — the message has so many fields
        self,
        *,
        now_us: int,
        latitude_deg: float,
        longitude_deg: float,
        altitude_amsl_m: float,
        ground_speed_m_s: float,
        track_deg: float | None,
        gps_fix: int,
        satellites: int,
    ) -> bytes:
        """Encode GPS_RAW_INT."""
        place = (round(latitude_deg * 1e7), round(longitude_deg * 1e7), round(altitude_amsl_m * 1e3))
        course = _UNKNOWN_U16 if track_deg is None else round(track_deg % 360 * 100) % 36_000
        message = dialect.MAVLink_gps_raw_int_message(
            now_us, gps_fix, *place, 90, 120, round(ground_speed_m_s * 100), course, satellites
        )
        return self.pack(message, now_us=now_us)

    def attitude(self, *, now_us: int, boot_ms: int, roll_deg: float, pitch_deg: float, yaw_deg: float) -> bytes:
        """Encode ATTITUDE; yaw is sent within ±180°."""
        angles = (math.radians(roll_deg), math.radians(pitch_deg), math.radians((yaw_deg + 180) % 360 - 180))
        return self.pack(dialect.MAVLink_attitude_message(boot_ms, *angles, 0.0, 0.0, 0.0), now_us=now_us)

    def vfr_hud(
        self,
        *,
        now_us: int,
        air_speed_m_s: float,
        ground_speed_m_s: float,
        heading_deg: float,
        throttle_pct: int,
        altitude_amsl_m: float,
        up_m_s: float,
    ) -> bytes:
        """Encode VFR_HUD."""
        message = dialect.MAVLink_vfr_hud_message(
            air_speed_m_s, ground_speed_m_s, round(heading_deg) % 360, throttle_pct, altitude_amsl_m, up_m_s
        )
        return self.pack(message, now_us=now_us)

    def sys_status(self, *, now_us: int, battery_v: float, battery_a: float, battery_pct: float) -> bytes:
        """Encode SYS_STATUS with the battery; up to 65.534 V."""
        battery = (round(battery_v * 1e3), round(battery_a * 100), round(battery_pct))
        return self.pack(dialect.MAVLink_sys_status_message(0, 0, 0, 250, *battery, 0, 0, 0, 0, 0, 0), now_us=now_us)

    def battery_status(
        self, *, now_us: int, cells_v: list[float], battery_a: float, battery_pct: float, battery: int = 0
    ) -> bytes:
        """Encode BATTERY_STATUS of up to 10 cells, or groups of cells."""
        cells = [round(v * 1e3) for v in cells_v] + [_UNKNOWN_U16] * (10 - len(cells_v))
        message = dialect.MAVLink_battery_status_message(
            battery, 0, 0, 0x7FFF, cells, round(battery_a * 100), -1, -1, round(battery_pct)
        )
        return self.pack(message, now_us=now_us)
