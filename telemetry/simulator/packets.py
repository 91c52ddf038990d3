"""What the simulated aircraft says: one instant of flight as the MAVLink messages that are due then.

Messages and scales: MAVLink common.xml. Rates as a PX4 telemetry link has them. pymavlink does the encoding: a second
hand, which knows nothing of our own decoder.
"""

import math
from collections.abc import Callable, Iterator

from pymavlink.dialects.v20 import all as mavlink
from pymavlink.dialects.v20.all import MAVLink_message as Message

from telemetry.simulator.autopilot import Phase
from telemetry.simulator.flight_model import STEP_S, Instant
from telemetry.simulator.place import GEOID_UNDULATION_M

_ARMED_AUTO = (
    mavlink.MAV_MODE_FLAG_SAFETY_ARMED
    | mavlink.MAV_MODE_FLAG_STABILIZE_ENABLED
    | mavlink.MAV_MODE_FLAG_GUIDED_ENABLED
    | mavlink.MAV_MODE_FLAG_AUTO_ENABLED
    | mavlink.MAV_MODE_FLAG_CUSTOM_MODE_ENABLED
)
_DISARMED = mavlink.MAV_MODE_FLAG_STABILIZE_ENABLED | mavlink.MAV_MODE_FLAG_CUSTOM_MODE_ENABLED
_PX4_MODES = {  # main mode, sub mode: bits 16-23 and 24-31 of the custom mode (px4_custom_mode.h)
    Phase.STARTING: (4, 2),
    Phase.CLIMB: (4, 2),
    Phase.CIRCUIT: (4, 4),
    Phase.HOVER: (4, 3),
    Phase.DESCENT: (4, 6),
    Phase.LANDED: (4, 3),
}
_SENSORS = (
    mavlink.MAV_SYS_STATUS_SENSOR_3D_GYRO
    | mavlink.MAV_SYS_STATUS_SENSOR_3D_ACCEL
    | mavlink.MAV_SYS_STATUS_SENSOR_3D_MAG
    | mavlink.MAV_SYS_STATUS_SENSOR_ABSOLUTE_PRESSURE
    | mavlink.MAV_SYS_STATUS_SENSOR_GPS
    | mavlink.MAV_SYS_STATUS_SENSOR_BATTERY
)
_UNKNOWN_U16 = 0xFFFF
_UNKNOWN_I16 = 0x7FFF


def due(instant: Instant, *, step: int, unix_us: int) -> Iterator[Message]:
    """Give the messages that are due at a step (one each `STEP_S`); `unix_us` is what the aircraft's clock shows."""
    boot_ms = round(instant.since_boot_s * 1000.0)
    for every_steps, make in _TIMETABLE:
        if step % every_steps == 0:
            yield make(instant, boot_ms, unix_us)


def status_text(text: str) -> Message:
    """Give a text for the people on the ground; cut to the 50 bytes that the message holds."""
    return mavlink.MAVLink_statustext_message(mavlink.MAV_SEVERITY_INFO, text.encode()[:50])


def _heartbeat(instant: Instant, boot_ms: int, unix_us: int) -> Message:
    main_mode, sub_mode = _PX4_MODES[instant.phase]
    return mavlink.MAVLink_heartbeat_message(
        type=mavlink.MAV_TYPE_OCTOROTOR,
        autopilot=mavlink.MAV_AUTOPILOT_PX4,
        base_mode=_ARMED_AUTO if instant.armed else _DISARMED,
        custom_mode=main_mode << 16 | sub_mode << 24,
        system_status=mavlink.MAV_STATE_ACTIVE if instant.armed else mavlink.MAV_STATE_STANDBY,
        mavlink_version=3,
    )


def _system_time(instant: Instant, boot_ms: int, unix_us: int) -> Message:
    return mavlink.MAVLink_system_time_message(time_unix_usec=unix_us, time_boot_ms=boot_ms)


def _sys_status(instant: Instant, boot_ms: int, unix_us: int) -> Message:
    return mavlink.MAVLink_sys_status_message(
        onboard_control_sensors_present=_SENSORS,
        onboard_control_sensors_enabled=_SENSORS,
        onboard_control_sensors_health=_SENSORS,
        load=310,
        voltage_battery=round(instant.battery_v * 1000.0),
        current_battery=_centiamperes(instant),
        battery_remaining=math.floor(instant.battery_pct),
        drop_rate_comm=0,
        errors_comm=0,
        errors_count1=0,
        errors_count2=0,
        errors_count3=0,
        errors_count4=0,
    )


def _battery_status(instant: Instant, boot_ms: int, unix_us: int) -> Message:
    return mavlink.MAVLink_battery_status_message(
        id=0,
        battery_function=mavlink.MAV_BATTERY_FUNCTION_ALL,
        type=mavlink.MAV_BATTERY_TYPE_LIPO,
        temperature=_UNKNOWN_I16,
        # The whole pack in the first cell: how a pack without cell measurement is told.
        voltages=[round(instant.battery_v * 1000.0), *[_UNKNOWN_U16] * 9],
        current_battery=_centiamperes(instant),
        current_consumed=round(instant.battery_used_mah),
        energy_consumed=round(instant.battery_used_wh * 36.0),  # hectojoules
        battery_remaining=math.floor(instant.battery_pct),
    )


def _gps_raw_int(instant: Instant, boot_ms: int, unix_us: int) -> Message:
    track_deg = math.degrees(math.atan2(instant.east_m_s, instant.north_m_s)) % 360.0
    return mavlink.MAVLink_gps_raw_int_message(
        time_usec=unix_us,
        fix_type=mavlink.GPS_FIX_TYPE_3D_FIX,
        lat=round(instant.latitude_deg * 1e7),
        lon=round(instant.longitude_deg * 1e7),
        alt=round(instant.altitude_amsl_m * 1000.0),
        eph=70,
        epv=110,
        vel=round(instant.ground_speed_m_s * 100.0),
        cog=round(track_deg * 100.0) % 36_000,
        satellites_visible=17,
        alt_ellipsoid=round((instant.altitude_amsl_m + GEOID_UNDULATION_M) * 1000.0),
        h_acc=800,
        v_acc=1200,
        vel_acc=150,
    )


def _attitude(instant: Instant, boot_ms: int, unix_us: int) -> Message:
    return mavlink.MAVLink_attitude_message(
        time_boot_ms=boot_ms,
        roll=instant.roll_rad,
        pitch=instant.pitch_rad,
        yaw=instant.yaw_rad,
        rollspeed=0.0,
        pitchspeed=0.0,
        yawspeed=instant.yaw_rate_rad_s,
    )


def _global_position_int(instant: Instant, boot_ms: int, unix_us: int) -> Message:
    return mavlink.MAVLink_global_position_int_message(
        time_boot_ms=boot_ms,
        lat=round(instant.latitude_deg * 1e7),
        lon=round(instant.longitude_deg * 1e7),
        alt=round(instant.altitude_amsl_m * 1000.0),
        relative_alt=round(instant.height_above_takeoff_m * 1000.0),
        vx=round(instant.north_m_s * 100.0),
        vy=round(instant.east_m_s * 100.0),
        vz=round(-instant.up_m_s * 100.0),  # down is +
        hdg=round(math.degrees(instant.yaw_rad) % 360.0 * 100.0) % 36_000,
    )


def _vfr_hud(instant: Instant, boot_ms: int, unix_us: int) -> Message:
    return mavlink.MAVLink_vfr_hud_message(
        airspeed=instant.airspeed_m_s,
        groundspeed=instant.ground_speed_m_s,
        heading=round(math.degrees(instant.yaw_rad)) % 360,
        throttle=round(instant.throttle_pct),
        alt=instant.altitude_amsl_m,
        climb=instant.up_m_s,
    )


def _centiamperes(instant: Instant) -> int:
    return min(_UNKNOWN_I16, round(instant.battery_a * 100.0))


def _steps(rate_hz: float) -> int:
    return round(1.0 / (rate_hz * STEP_S))


_TIMETABLE: tuple[tuple[int, Callable[[Instant, int, int], Message]], ...] = (
    (_steps(1), _heartbeat),
    (_steps(1), _system_time),
    (_steps(1), _sys_status),
    (_steps(1), _battery_status),
    (_steps(4), _vfr_hud),
    (_steps(5), _gps_raw_int),
    (_steps(10), _attitude),
    (_steps(10), _global_position_int),
)
